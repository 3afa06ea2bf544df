import { relationKey, type Table } from '../../model/catalog';
import type { RecoveryStep } from '../../model/simulation';
import type { SequencePosition, State } from '../../model/state';
import { mysqlWords } from '../../rollback/dialect';
import { spoken } from '../../rollback/names';
import { match } from '../../state/match';
import { isBehind, sequenceTokens } from '../../state/sequences';
import { type DraftCheck, gives } from '../check';
import { sqlStep } from '../situation';

const { quoteIdentifier, quoteLiteral, sqlName } = mysqlWords;

const positionOf = (state: State, table: Table): SequencePosition | undefined =>
  state.sequences.find(({ countedBy }) => countedBy === relationKey(table));

/** Whether AUTO_INCREMENT would give a value that the column has: rows were written under numbers of their own. */
export function isCounterBehind(state: State, table: Table): boolean {
  const position = positionOf(state, table);
  return position !== undefined && isBehind(position, 1n);
}

/** AUTO_INCREMENT can't be put below the greatest value: asking for 1 puts it right behind that one (manual, InnoDB AUTO_INCREMENT). */
export function moveCounter(table: Table, why: string): RecoveryStep {
  return sqlStep(
    `Set AUTO_INCREMENT of ${spoken(table)} behind its greatest value`,
    why,
    `ALTER TABLE ${sqlName(table)} AUTO_INCREMENT = 1`,
  );
}

/** Counters that are behind, where those of the target are not. */
export function counterSteps(partial: State, target: State): RecoveryStep[] {
  return match(partial.catalog.tables, target.catalog.tables, relationKey)
    .pairs.filter(([now, goal]) => isCounterBehind(partial, now) && !isCounterBehind(target, goal))
    .map(([, goal]) => moveCounter(goal, 'Its next number is taken.'));
}

/** Whether the next number is free, asked of the server; statistics may be a day old, so they are not trusted. */
export function counterChecks(tables: readonly Table[], target: State): DraftCheck[] {
  return tables.flatMap((table) => {
    const column = table.columns.find(({ identityKind }) => identityKind !== undefined);
    if (column === undefined || positionOf(target, table) === undefined || isCounterBehind(target, table)) return [];
    const next = `(SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ${quoteLiteral(table.name)})`;
    const greatest = `(SELECT max(${quoteIdentifier(column.name)}) FROM ${sqlName(table)})`;
    return [
      {
        rowsOf: [relationKey(table)],
        ...gives(`The next number of ${spoken(table)}.${column.name} is free`, `SELECT coalesce(${next} > ${greatest}, 1)`, 1),
      },
    ];
  });
}

/** Counters that the migration moves on purpose, and that stand where the target does not have them. */
export function movedCounters(states: { readonly before: State; readonly after: State; readonly partial: State }, target: State) {
  const reference = { before: states.before, after: states.after };
  const [wanted, found] = [sequenceTokens(target, reference), sequenceTokens(states.partial, reference)];
  const isMoved = (token: string | undefined) => token !== undefined && / moved$/.test(token);
  return match(states.partial.catalog.tables, target.catalog.tables, relationKey).pairs.flatMap(([now, table]) => {
    const [position, goal] = [positionOf(states.partial, now), positionOf(target, table)];
    if (position === undefined || goal === undefined) return [];
    const [is, should] = [found[position.sequence], wanted[goal.sequence]];
    if (!isMoved(is) || !isMoved(should) || is?.endsWith('not moved') === should?.endsWith('not moved')) return [];
    return [{ table, next: goal.isCalled ? String(BigInt(goal.lastValue) + 1n) : goal.lastValue }];
  });
}
