import type { State } from '../../../model/state';
import { gives } from '../../check';
import { commandsIn } from '../../mongodb/operations';
import type { RecoverySituation } from '../../situation';
import { defineMode, type Finding } from '../mode';

interface Swap extends Finding {
  readonly collection: string;
}

const has = ({ catalog }: State, name: string) => catalog.tables.some((table) => table.name === name);

/** Collections that were there and will be again, and are not there now: somebody has renamed them away, or dropped them. */
function missing({ before, after, partial, migration }: RecoverySituation): Swap[] {
  const renames = migration.up.statements.flatMap((statement) =>
    commandsIn(statement).flatMap(({ effect, collection }) =>
      effect.kind === 'rename collection' && collection?.name !== undefined && effect.newName.name !== undefined
        ? [{ from: collection.name, to: effect.newName.name }]
        : [],
    ),
  );
  const concerned = [...new Set(renames.flatMap(({ from, to }) => [from, to]))];
  return concerned
    .filter((name) => has(before, name) && !has(partial, name) && (after === undefined || has(after, name)))
    .map((name) => {
      const aside = renames.find(({ from }) => from === name)?.to;
      const waiting = renames.find(({ to }) => to === name)?.from;
      const old = aside !== undefined && has(partial, aside) ? ` Its documents are in ${aside}.` : '';
      const copy = waiting !== undefined && has(partial, waiting) ? ` What is to take its place is ${waiting}.` : '';
      const detail = `Nobody finds ${name} just now: it was stopped between two renames.${old}${copy} One renameCollection with dropTarget: true is a single step, of which no half is seen (manual, renameCollection; not on sharded collections).`;
      return { collection: name, object: name, detail, query: 'db.getCollectionInfos({}, { nameOnly: true });' };
    });
}

/** Two renames in a row, stopped between them. */
export const renameMidSwap = defineMode<Swap>({
  name: 'rename mid-swap',
  engines: ['mongodb'],
  detect: missing,
  // The difference of the catalogs renames it back, and what is left of the migration on.
  back: () => [],
  forward: () => [],
  validate: (found) =>
    found.map(({ collection }) =>
      gives(`There is a collection ${collection}`, `db.getCollectionInfos({ name: ${JSON.stringify(collection)} }).length`, 1),
    ),
});
