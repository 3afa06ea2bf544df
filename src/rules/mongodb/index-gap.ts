import type { Index } from '../../model/catalog';
import { keyFields } from '../../schema/mongodb/canonical';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { collectionBefore, isMadeHere, ownName } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile, usersMade } from './example-file';
import { callPlace } from './source-call';

export const indexGap: Rule = {
  id: 'index-gap',
  title: 'Index dropped before the new one is there',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `Between the drop and the end of the build no index serves the queries that used the old one: each reads the whole collection, for as long as the build takes, and where it
fails there is none at all. \`dropIndexes('*')\` takes all of them at once, also those that nobody thought of.

Create the new index first, then drop the old one; hide it before (\`collMod\` with \`hidden: true\`), so that it can be shown again at once when it is missed.

Silent where both have the same keys, since the server refuses two of these, and for collections that the same migration creates.`,
  bad: [
    {
      title: 'A longer index takes the place of another',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-wider', [
          "await db.collection('users').dropIndex('users_email');",
          "await db.collection('users').createIndex({ email: 1, tenant: 1 }, { name: 'users_email_tenant' });",
        ]),
      ],
      findings: [{ at: "db.collection('users').dropIndex('users_email')", says: 'users_email_tenant' }],
    },
    {
      title: 'All of them',
      framework: 'migrate-mongo',
      files: [usersMade, exampleFile('20240102000000-all', ["await db.collection('users').dropIndexes();"])],
      findings: [{ at: "db.collection('users').dropIndexes()", says: 'all indexes' }],
    },
  ],
  good: [
    {
      title: 'The new one first; other keys; the same keys otherwise',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-wider', [
          "await db.collection('users').createIndex({ email: 1, tenant: 1 }, { name: 'users_email_tenant' });",
          "await db.collection('users').dropIndex('users_email');",
        ]),
        exampleFile('20240103000000-other', [
          "await db.collection('users').dropIndex('users_email_tenant');",
          "await db.collection('users').createIndex({ age: 1 }, { name: 'users_age' });",
        ]),
        exampleFile('20240104000000-same', [
          "await db.collection('users').dropIndex('users_age');",
          "await db.collection('users').createIndex({ age: 1 }, { name: 'users_age', sparse: true });",
        ]),
      ],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? []));
  },
};

function violation(context: RuleContext, { step, command }: PlacedCommand): Violation | undefined {
  const name = ownName(command);
  if (name === undefined || command.effect.kind !== 'drop index' || isMadeHere(context, step, name)) return undefined;
  const { indexes } = command.effect;
  if (indexes?.includes('*')) {
    return {
      ...callPlace(context, step.statement),
      message: `This drops all indexes of ${name} but that of _id: every query reads the whole collection from now on, also those that nobody thought of.`,
      help: 'Drop single indexes by their names, each when the one that takes its place is there.',
      fixes: [],
    };
  }
  const known = collectionBefore(step, name)?.indexes ?? [];
  for (const dropped of indexes ?? []) {
    const keys =
      typeof dropped === 'string'
        ? (known.find((index) => index.name === dropped)?.keys ?? keysOfName(dropped))
        : keyFields(dropped).map((field) => field.name);
    const successor = keys === undefined ? undefined : successorOf(context, { step, command }, name, keys);
    if (successor === undefined) continue;
    return {
      ...callPlace(context, step.statement),
      message: `Until ${successor} is built, which begins behind this, no index of ${name} serves the queries on ${keys?.[0]}: each reads the whole collection.`,
      help: `Create ${successor} first, then drop this one; hide it before, so that it can be shown again at once when it is missed.`,
      fixes: [],
    };
  }
  return undefined;
}

/** The keys of an index that no migration shows, by the name that the driver made of them: `email_1_age_-1`. */
function keysOfName(name: string): readonly string[] | undefined {
  // Key behind key from the beginning: looked for from each letter, a long name would take the square of its length.
  const keys = [...name.matchAll(/(.+?)_(?:-?1|text|hashed|2dsphere|2d)(?:_|$)/gy)];
  return keys.length > 0 && keys.map(([whole]) => whole).join('') === name ? keys.map(([, key = '']) => key) : undefined;
}

/** The index created later that serves the same queries: it begins with the same field, and no other one does by then. */
function successorOf(context: RuleContext, { step }: PlacedCommand, name: string, keys: Index['keys']): string | undefined {
  const others = collectionBefore(step, name)?.indexes ?? [];
  const isServed = others.some((index) => index.keys[0] === keys[0] && index.keys.join() !== keys.join());
  if (isServed) return undefined;
  for (const { step: later, command } of commandsIn(context)) {
    if (later.statement.index <= step.statement.index || ownName(command) !== name || command.effect.kind !== 'create index') continue;
    const found = command.effect.indexes.find((index) => {
      const fields = keyFields(index.keys).map((field) => field.name);
      return fields[0] === keys[0] && fields.join() !== keys.join();
    });
    if (found !== undefined)
      return (
        found.name ??
        keyFields(found.keys)
          .map((field) => field.name)
          .join('_')
      );
  }
  return undefined;
}
