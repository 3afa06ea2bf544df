import type { Table } from '../../model/catalog';
import { quoteIdentifier } from '../../parse/postgres/identifiers';
import { spoken, sqlName } from '../../rollback/names';
import { none } from '../check';
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
    const { table } = evidence;
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
  detect: found,
  // All that was added goes on the way back.
  back: () => [],
  trial: 'fallback',
  forward: (entries) =>
    entries.map(({ table, columns, key, added }) => {
      // The key is the total order: no two rows share it, so no tie is left.
      const numbered = `SELECT ${key} AS copy, row_number() OVER (PARTITION BY ${columns.join(', ')} ORDER BY ${key}) AS place FROM ${sqlName(table)} WHERE ${added}`;
      return sqlStep(
        `Delete the copies among the rows that were added to ${spoken(table)}`,
        `They are there twice, because the statement ran twice. The first of each stays; rows of before the migration are not touched. Look first: SELECT * FROM ${spoken(table)} WHERE ${added}.`,
        `DELETE FROM ${sqlName(table)} t USING (${numbered}) d\nWHERE d.place > 1 AND t.${key} = d.copy`,
      );
    }),
  validate: (entries, _, way) =>
    way === 'back'
      ? []
      : entries.map(({ table, columns, added }) =>
          none(
            `No row was added to ${spoken(table)} twice`,
            `SELECT count(*) FROM (SELECT FROM ${sqlName(table)} WHERE ${added} GROUP BY ${columns.join(', ')} HAVING count(*) > 1) copies`,
          ),
        ),
});
