import type { Catalog } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { replay } from '../schema/virtual-schema';

const renames = new Set<Operation['kind']>(['rename object', 'rename column', 'rename constraint', 'set schema', 'rename enum value']);

/**
 * The schema after the migration, with the texts of before where the migration does no more to them than rename what they name: a view
 * on a renamed table is the same view. What the renames alone make of the texts is found by replaying them alone.
 */
export function withOldTexts(before: Catalog, after: Catalog, statements: readonly Statement[], engine: Engine): Catalog {
  const moving = statements.map((statement) => ({
    ...statement,
    operations: statement.operations.filter(({ kind }) => renames.has(kind)),
  }));
  if (!moving.some(({ operations }) => operations.length > 0)) return after;
  const old = textsOf(before);
  const names = new Map(before.definitions.map((object) => [object.identity, object.name]));
  const moved = textsOf(replay(before, moving, engine));
  const back = <T extends { readonly identity: string }>(part: T): T => {
    const [was, is] = [old.get(part.identity), moved.get(part.identity)];
    if (was === undefined || is === undefined) return part;
    const restored = Object.entries(was).filter(([key, text]) => text !== undefined && is[key] === (part as Texts)[key]);
    return { ...part, ...Object.fromEntries(restored) };
  };
  return {
    ...after,
    types: after.types.map(back),
    tables: after.tables.map((table) => ({
      ...table,
      columns: table.columns.map(back),
      constraints: table.constraints.map(back),
      indexes: table.indexes.map(back),
      triggers: table.triggers.map(back),
      policies: table.policies.map(back),
    })),
    definitions: after.definitions.map((object) => ({
      // A rule and its kin are not renamed back, but made again: their own name is part of what differs.
      ...(remade.has(object.kind) && names.get(object.identity) !== object.name ? object : back(object)),
      ...(object.indexes !== undefined && { indexes: object.indexes.map(back) }),
      ...(object.triggers !== undefined && { triggers: object.triggers.map(back) }),
    })),
  };
}

const remade = new Set(['rule', 'other', 'event trigger', 'aggregate']);

/** The parts of an object that are texts and name others. */
type Texts = Readonly<Record<string, string | undefined>>;

function textsOf(catalog: Catalog): ReadonlyMap<string, Texts> {
  const found = new Map<string, Texts>();
  const definition = (part: { readonly identity: string; readonly definition: string }) =>
    found.set(part.identity, { definition: part.definition });
  for (const table of catalog.tables) {
    for (const column of table.columns) found.set(column.identity, { type: column.type, default: column.default });
    [...table.constraints, ...table.indexes, ...table.triggers, ...table.policies].forEach(definition);
  }
  for (const object of catalog.definitions) {
    found.set(object.identity, { definition: object.definition, signature: object.signature });
    [...(object.indexes ?? []), ...(object.triggers ?? [])].forEach(definition);
  }
  catalog.types.forEach(definition);
  return found;
}
