import type { Catalog } from '../../model/catalog';
import type { Migration } from '../../model/migration';
import type { State } from '../../model/state';
import { isReached } from '../done';
import type { RecoverySituation } from '../situation';
import { commandsIn } from './operations';

/**
 * The situation with collections that the migration has renamed followed by what it did: a captured state knows them by their documents alone,
 * and a copy of a collection has the same.
 */
export function withRenamedCollections(situation: RecoverySituation): RecoverySituation {
  if (situation.plan.engine.name !== 'mongodb') return situation;
  const { migration, before, partial, after } = situation;
  return {
    ...situation,
    partial: followed(
      partial,
      originsIn(before.catalog, partial.catalog, migration, (index) => isReached(situation, index)),
    ),
    ...(after !== undefined && {
      after: followed(
        after,
        originsIn(before.catalog, after.catalog, migration, () => true),
      ),
    }),
  };
}

/** By the name of now: the name of before. Only renames that the catalog shows to have been done. */
function originsIn(before: Catalog, now: Catalog, { up }: Migration, isMeant: (index: number) => boolean): ReadonlyMap<string, string> {
  const renames = up.statements
    .filter(({ index }) => isMeant(index))
    .flatMap(commandsIn)
    .flatMap(({ effect, collection }) =>
      effect.kind === 'rename collection' && collection?.name !== undefined && effect.newName.name !== undefined
        ? [{ from: collection.name, to: effect.newName.name }]
        : [],
    );
  const origins = new Map(before.tables.map(({ name }) => [name, name]));
  const there = new Set(now.tables.map(({ name }) => name));
  const renamed = new Set<string>();
  for (const [place, { from, to }] of renames.entries()) {
    // The last one may be the statement that was interrupted.
    const isDone = there.has(to) && (!there.has(from) || renames.slice(place + 1).some((later) => later.to === from));
    if (!isDone && !renames.slice(place + 1).some((later) => later.from === to)) continue;
    const origin = origins.get(from);
    origins.delete(from);
    if (origin === undefined) origins.delete(to);
    else origins.set(to, origin);
    renamed.add(to);
  }
  return new Map([...renamed].flatMap((name) => [[name, origins.get(name) ?? `new ${name}`] as const]));
}

function followed(state: State, origins: ReadonlyMap<string, string>): State {
  if (origins.size === 0) return state;
  const taken = new Set(origins.values());
  const tables = state.catalog.tables.map((table) => {
    const origin = origins.get(table.name);
    if (origin !== undefined) return { ...table, identity: origin };
    return taken.has(table.identity) ? { ...table, identity: `new ${table.name}` } : table;
  });
  return { ...state, catalog: { ...state.catalog, tables } };
}
