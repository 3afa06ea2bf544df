import { type Catalog, relationKey } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Statement } from '../model/migration';
import { replaySteps } from '../schema/virtual-schema';
import { type DownPart, notUndone } from './down-part';
import { spoken } from './names';
import { isNamed } from './rows';

/** Views that may go with a column by CASCADE: something that they read was renamed, so that their text does not tell. */
export function lostViews(statements: readonly Statement[], before: Catalog, engine: Engine): DownPart[] {
  const isCascade = ({ operations }: Statement) => operations.some((operation) => operation.kind === 'drop column' && operation.cascade);
  if (!statements.some(isCascade)) return [];
  const alone = statements.flatMap((whole) => whole.operations.map((operation) => ({ ...whole, operations: [operation] })));
  const steps = replaySteps(before, alone, engine);
  return alone.flatMap(({ operations: [operation] }, place): DownPart[] => {
    if (operation?.kind !== 'drop column' || !operation.cascade) return [];
    const [then, now] = [steps[place], steps[place + 1]];
    const table = then?.tables.find((candidate) => isNamed(operation.table, candidate));
    if (then === undefined || now === undefined || table === undefined || !table.columns.some(({ name }) => name === operation.column))
      return [];
    return before.definitions
      .filter(
        (view) =>
          now.definitions.some(({ identity }) => identity === view.identity) &&
          view.isOutdated === true &&
          view.dependsOn.includes(relationKey(table)),
      )
      .map((view) =>
        notUndone(
          `${view.kind} ${spoken(view)}, which goes with ${spoken(table)}.${operation.column} (CASCADE) if it reads that under an earlier name`,
        ),
      );
  });
}
