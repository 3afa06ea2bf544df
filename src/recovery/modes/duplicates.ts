import type { Table } from '../../model/catalog';
import { spoken } from '../../rollback/names';
import { none } from '../check';
import { recoveryDialectOf } from '../dialect';
import { conditionFor, evidenceOf, type Key, type TableEvidence } from '../evidence';
import { type RecoverySituation, sqlStep } from '../situation';
import { defineMode, type Finding } from './mode';

interface Duplicates extends Finding {
  readonly table: Table;
  /** Columns in which the rows agree: all but the key. */
  readonly columns: readonly string[];
  readonly key: string;
  readonly added: string;
}

/** Rows that the migration added, and that agree with another added one in all but their key. */
function repeated(evidence: TableEvidence): readonly Key[] {
  const keyNames = new Set(evidence.key.map(({ name }) => name));
  const places = evidence.table.columns.flatMap(({ name }, place) => (keyNames.has(name) ? [] : [place]));
  const seen = new Set<string>();
  return evidence.added.filter((key) => {
    const values = JSON.stringify(places.map((place) => evidence.rowsNow.get(JSON.stringify(key))?.[place] ?? null));
    const isRepeated = places.length > 0 && seen.has(values);
    seen.add(values);
    return isRepeated;
  });
}

function found(situation: RecoverySituation): Duplicates[] {
  return evidenceOf(situation).flatMap((evidence) => {
    const copies = repeated(evidence);
    const [key] = evidence.key;
    if (copies.length === 0) return [];
    const added = conditionFor(evidence, evidence.added);
    if (key === undefined || evidence.key.length !== 1 || added === undefined) return [];
    const { table, words } = evidence;
    const { quoteIdentifier, sqlName } = words;
    const columns = table.columns
      .filter(({ name, generated }) => name !== key.name && generated === undefined)
      .map(({ name }) => quoteIdentifier(name));
    const query = `SELECT ${columns.join(', ')}, count(*) FROM ${sqlName(table)} WHERE ${added} GROUP BY ${columns.join(', ')} HAVING count(*) > 1;`;
    const detail = `${copies.length} of the rows that were added agree with another one in all but ${key.name}.`;
    return [{ table, columns, key: quoteIdentifier(key.name), added, object: spoken(table), detail, query }];
  });
}

/** An INSERT without a conflict clause that was run again: the same rows under other keys. */
export const duplicates = defineMode<Duplicates>({
  name: 'duplicates after a retry',
  engines: ['postgres', 'mysql', 'mariadb'],
  detect: found,
  // All that was added goes on the way back.
  back: () => [],
  trial: 'fallback',
  forward: (entries, { plan }) =>
    entries.map(({ table, columns, key, added }) =>
      sqlStep(
        `Delete the copies among the rows that were added to ${spoken(table)}`,
        `They are there twice, because the statement ran twice. The first of each stays; rows of before the migration are not touched. Look first: SELECT * FROM ${spoken(table)} WHERE ${added}.`,
        recoveryDialectOf(plan.engine).rows.deleteCopies(table, columns, key, added),
      ),
    ),
  validate: (entries, { plan }, way) => {
    const { rows } = recoveryDialectOf(plan.engine);
    if (way === 'back') return [];
    return entries.map(({ table, columns, added }) =>
      none(
        `No row was added to ${spoken(table)} twice`,
        `SELECT count(*) FROM (${rows.anyRow} FROM ${rows.own(table)} WHERE ${added} GROUP BY ${columns.join(', ')} HAVING count(*) > 1) copies`,
      ),
    );
  },
});
