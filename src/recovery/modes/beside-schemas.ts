import { canonical } from '../../state/canonical';
import { defineMode, type Finding } from './mode';

/** What belongs to the database and to none of its schemas, by how the state names it. */
const beside = /^(database setting |subscription |large objects$|default privileges )/;

/** Settings of the database, subscriptions and large objects that are others than before: DDL of schemas does not bring them back. */
export const besideSchemas = defineMode<Finding>({
  name: 'settings, subscriptions or large objects changed',
  detect: ({ before, partial }) => {
    const earlier = new Map(before.catalog.definitions.map((object) => [object.identity, canonical(object)]));
    const now = new Set(partial.catalog.definitions.map(({ identity }) => identity));
    const changed = partial.catalog.definitions.filter(
      (object) => beside.test(object.name) && earlier.get(object.identity) !== canonical(object),
    );
    const gone = before.catalog.definitions.filter((object) => beside.test(object.name) && !now.has(object.identity));
    return [...changed, ...gone].map(({ name }) => ({
      object: name,
      detail: gone.some((object) => object.name === name) ? 'It was there before, and is gone.' : 'It is another one than before, or new.',
      query:
        'SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting; SELECT subname, subenabled FROM pg_subscription; SELECT count(*) FROM pg_largeobject_metadata;',
    }));
  },
  // Settings and default privileges are taken back by the writer of DDL; what has no statement of its own is told there.
  back: () => [],
  forward: () => [],
  validate: () => [],
});
