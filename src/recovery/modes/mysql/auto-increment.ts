import { relationKey, type Table } from '../../../model/catalog';
import { mysqlWords } from '../../../rollback/dialect';
import { spoken } from '../../../rollback/names';
import { match } from '../../../state/match';
import { counterSteps, isCounterBehind, movedCounters } from '../../mysql/counters';
import { type RecoverySituation, sqlStep } from '../../situation';
import { defineMode, type Finding } from '../mode';

const { sqlName } = mysqlWords;

const lagging = ({ before, partial }: RecoverySituation): Table[] => {
  const earlier = new Map(match(partial.catalog.tables, before.catalog.tables, relationKey).pairs.map(([now, then]) => [now, then]));
  return partial.catalog.tables.filter((table) => {
    const then = earlier.get(table);
    return isCounterBehind(partial, table) && (then === undefined || !isCounterBehind(before, then));
  });
};

/** Numbers that were written into the column by UPDATE, or into a copy, do not move AUTO_INCREMENT: the next insert fails (1062). */
export const autoIncrementBehind = defineMode<Finding>({
  name: 'AUTO_INCREMENT behind its column',
  engines: ['mysql', 'mariadb'],
  place: 'last',
  detect: (situation) =>
    lagging(situation).map((table) => {
      const column = table.columns.find(({ identityKind }) => identityKind !== undefined)?.name ?? '';
      return {
        object: spoken(table),
        detail: `Its next number is taken in ${spoken(table)}.${column}.`,
        query: `SELECT max(${mysqlWords.quoteIdentifier(column)}) FROM ${sqlName(table)}; SHOW CREATE TABLE ${sqlName(table)};`,
      };
    }),
  back: (_, { partial, before }) => counterSteps(partial, before),
  // The statements may move it themselves.
  trial: 'fallback',
  forward: (_, { partial, after }) => (after === undefined ? [] : counterSteps(partial, after)),
  // Whether the next number is free is among the checks of its table.
  validate: () => [],
});

interface MovedCounter extends Finding {
  readonly table: Table;
  readonly next: string;
}

/** AUTO_INCREMENT was put elsewhere by a statement, as some do to leave room for numbers. */
export const autoIncrementMoved = defineMode<MovedCounter>({
  name: 'AUTO_INCREMENT moved',
  engines: ['mysql', 'mariadb'],
  place: 'last',
  detect: ({ before, after, partial }) =>
    after === undefined
      ? []
      : movedCounters({ before, after, partial }, before).map(({ table, next }) => ({
          table,
          next,
          object: spoken(table),
          detail: `A statement has moved it; before, the next number was ${next}.`,
          query: `SHOW CREATE TABLE ${sqlName(table)};`,
        })),
  back: (found) =>
    found.map(({ table, next }) =>
      sqlStep(
        `Set AUTO_INCREMENT of ${spoken(table)} to where it stood`,
        'It stood there in this simulation: on another database look up where. The server takes no number below the greatest in use.',
        `ALTER TABLE ${sqlName(table)} AUTO_INCREMENT = ${next}`,
      ),
    ),
  forward: () => [],
  validate: () => [],
});
