import type { Catalog } from '../model/catalog';
import { type Attributes, creator } from '../schema/attributes';
import { defaultGrants } from '../schema/privileges';

/**
 * The virtual schema before a migration, with owners and privileges where the migration sets them: an object that an earlier migration
 * made belongs to who runs the migrations, and grants what a new one grants, until a statement says otherwise.
 */
export function withFirstAttributes(before: Catalog, after: Catalog): Catalog {
  const later = new Map<string, Attributes>();
  for (const object of [...after.schemas, ...after.tables, ...after.sequences, ...after.types, ...after.definitions])
    later.set(object.identity, object);
  const first = <T extends Attributes & { readonly identity: string }>(object: T, kind: string): T =>
    withImplied(object, later.get(object.identity), kind);
  return {
    ...before,
    schemas: before.schemas.map((object) => first(object, 'schema')),
    tables: before.tables.map((object) => first(object, 'table')),
    sequences: before.sequences.map((object) => first(object, 'sequence')),
    types: before.types.map((object) => first(object, 'type')),
    definitions: before.definitions.map((object) => first(object, object.kind)),
  };
}

/**
 * The virtual schema after a migration, with owners and privileges of what the migration made in the place of something that had others:
 * it belongs to who runs the migration, and grants what a new one grants.
 */
export function withMadeAttributes(after: Catalog, before: Catalog): Catalog {
  const made = <T extends Attributes & Named>(
    objects: readonly T[],
    old: readonly (Attributes & Named)[],
    kind: (object: T) => string,
  ): T[] => {
    const kept = new Set(old.map(({ identity }) => identity));
    const replaced = new Map(old.map((object) => [nameKey(object), object]));
    return objects.map((object) => {
      const other = kept.has(object.identity) ? undefined : replaced.get(nameKey(object));
      return withImplied(object, other, kind(object));
    });
  };
  return {
    ...after,
    schemas: made(after.schemas, before.schemas, () => 'schema'),
    tables: made(after.tables, before.tables, () => 'table'),
    sequences: made(after.sequences, before.sequences, () => 'sequence'),
    types: made(after.types, before.types, () => 'type'),
    definitions: made(after.definitions, before.definitions, ({ kind }) => kind),
  };
}

/** With the owner and the grants that nobody said, where the other one has some. */
function withImplied<T extends Attributes>(object: T, other: Attributes | undefined, kind: string): T {
  const owner = object.owner === undefined && other?.owner !== undefined ? { owner: creator } : undefined;
  const grants = object.grants === undefined && other?.grants !== undefined ? { grants: defaultGrants(kind) } : undefined;
  // The very same object where there is nothing to add: what did not change is known by that.
  return owner === undefined && grants === undefined ? object : { ...object, ...owner, ...grants };
}

interface Named {
  readonly identity: string;
  readonly schema?: string;
  readonly name: string;
  readonly signature?: string;
}

const nameKey = ({ schema = '', name, signature = '' }: Named) => `${schema}.${name}${signature}`;
