import { relationKey, type Table } from '../../../model/catalog';
import type { SequencePosition } from '../../../model/state';
import { quoteIdentifier, quoteQualified } from '../../../parse/mysql/identifiers';
import type { Row } from '../connect';

/** A query of one row and column: the greatest value in the column that the table counts; undefined where it counts none. */
export function greatestQuery(table: Table): string | undefined {
  const column = countedColumn(table);
  if (column === undefined) return undefined;
  return `SELECT CAST(MAX(${quoteIdentifier(column)}) AS SIGNED) AS \`greatest\` FROM ${quoteQualified(table.schema, table.name)}`;
}

function countedColumn(table: Table): string | undefined {
  return table.columns.find(({ identityKind }) => identityKind !== undefined)?.name;
}

/**
 * Where AUTO_INCREMENT stands. SHOW CREATE TABLE tells the true value, and leaves out 1 (information_schema.TABLES may be a day old; manual,
 * information_schema_stats_expiry).
 */
export function countedPosition(table: Table, showCreate: string, row: Row | undefined): SequencePosition | undefined {
  const column = countedColumn(table);
  if (column === undefined) return undefined;
  const next = BigInt(/^\) ENGINE=.*? AUTO_INCREMENT=(\d+)/m.exec(showCreate)?.[1] ?? '1');
  const greatest = row?.greatest;
  return {
    sequence: `${relationKey(table)}.${column}`,
    countedBy: relationKey(table),
    lastValue: String(next > 1n ? next - 1n : next),
    isCalled: next > 1n,
    ...(greatest !== null && greatest !== undefined && { greatestInUse: String(greatest) }),
  };
}

/** MariaDB's sequences are read as tables are. */
export function sequenceQuery(name: string): string {
  return `SELECT CAST(next_not_cached_value AS CHAR) AS \`next\` FROM ${quoteIdentifier(name)}`;
}

export function sequencePosition(name: string, row: Row | undefined): SequencePosition {
  return { sequence: name, lastValue: String(row?.next ?? '0'), isCalled: false };
}
