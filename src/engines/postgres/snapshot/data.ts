import type { Catalog, Table } from '../../../model/catalog';
import { relationKey } from '../../../model/catalog';
import type { SequencePosition, TableData, VolatileColumns } from '../../../model/state';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../parse/postgres/identifiers';
import type { CatalogRows } from './rows';

/** One arm of the query that reads all tables stays cheap to plan up to about this many. */
const tablesPerQuery = 100;

interface DataColumn {
  readonly name: string;
  readonly type: string;
  /** Only when it is not the type's own. */
  readonly collation?: string;
  readonly virtual: boolean;
}

/** A relation whose rows are read: only these members of a table matter here. */
export interface RelationWithRows {
  readonly identity: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly DataColumn[];
}

/** What of a table's rows is read. */
function relationOf({ identity, schema, name, columns }: Table): RelationWithRows {
  return {
    identity,
    schema,
    name,
    columns: columns.map(({ name, type, collation, generated }) => ({
      name,
      type,
      ...(collation !== undefined && { collation }),
      virtual: generated?.kind === 'virtual',
    })),
  };
}

/** Tables and materialized views that hold rows of their own: partitioned and foreign tables don't, nor does a view WITH NO DATA. */
export function relationsWithRows(catalog: Catalog, rows: Pick<CatalogRows, 'columns'>): RelationWithRows[] {
  const tables = catalog.tables.filter((table) => table.kind === 'table' && table.persistence !== 'temporary').map(relationOf);
  const views = catalog.definitions
    .filter((definition) => definition.kind === 'materialized view' && definition.populated === true)
    .map(({ schema, name, identity }) => ({
      identity,
      schema,
      name,
      columns: rows.columns
        .filter((row) => row.relation === identity)
        .map(({ name, type, collation }) => ({ name, type, ...(collation !== null && { collation }), virtual: false })),
    }));
  return [...tables, ...views];
}

/**
 * Statements that read count and hash of each table's rows.
 *
 * A row is hashed as a record of its columns in name order: physical order and dropped columns don't show. Values whose type calls
 * more equal than their text does (1.0 and 1.00), or has no hash, are taken as text. Hashes are summed, so that the rows' order does
 * not matter and no length limit is met, as with string_agg.
 * @param major of the server: 14 and later hash a record by its members, twice as fast as by its text.
 */
export function dataQueries(
  tables: readonly RelationWithRows[],
  volatile: VolatileColumns,
  columnHashes: boolean,
  clockStart: string | undefined,
  major: number,
): string[] {
  const arms = tables.map((table) => tableArm(table, { names: volatile[relationKey(table)] ?? [], clockStart }, columnHashes, major));
  const queries: string[] = [];
  for (let start = 0; start < arms.length; start += tablesPerQuery) {
    queries.push(arms.slice(start, start + tablesPerQuery).join('\nUNION ALL '));
  }
  return queries;
}

const hashOf = (text: string) => `hashtextextended(${text}, 0)`;

interface Masked {
  readonly names: readonly string[];
  readonly clockStart: string | undefined;
}

const hashedColumns = (table: RelationWithRows) =>
  table.columns.filter((column) => !column.virtual).sort((a, b) => (a.name < b.name ? -1 : 1));

/** The sum of a hash per row, as text. */
function rowsHash(table: RelationWithRows, volatile: Masked, major: number): string {
  const row = hashedColumns(table)
    .map((column) => (major >= 14 ? member(column, volatile) : columnValue(column, volatile)))
    .join(', ');
  const rowHash = major >= 14 ? `hash_record_extended(ROW(${row}), 0)` : hashOf(`ROW(${row})::text`);
  return `coalesce(sum(${rowHash}), 0)::text`;
}

function tableArm(table: RelationWithRows, volatile: Masked, perColumn: boolean, major: number): string {
  const columns = hashedColumns(table);
  const each = columns
    .map(
      (column) => `${quoteLiteral(column.name)}, coalesce(sum(${hashOf(`(${columnValue(column, volatile)})::text COLLATE "C"`)}), 0)::text`,
    )
    .join(', ');
  // jsonb_object takes one array, where jsonb_build_object would take at most 100 arguments.
  const hashes = perColumn && columns.length > 0 ? `jsonb_object(ARRAY[${each}])` : 'NULL::jsonb';
  return `SELECT ${quoteLiteral(relationKey(table))} AS "table", count(*)::text AS rows, ${rowsHash(table, volatile, major)} AS hash, ${hashes} AS columns FROM ONLY ${quoteQualified(table.schema, table.name)}`;
}

/** Types that have a hash, and whose values are equal only when they are written alike. */
const hashedAsTheyAre =
  /^(smallint|integer|bigint|boolean|uuid|date|bytea|text|oid|character varying(\(\d+\))?|timestamp(\(\d\))? with(out)? time zone)$/;

/** A column's value as a member of a record that is hashed: under the default collation equal texts are the same bytes. */
function member(column: DataColumn, volatile: Masked): string {
  if (volatile.names.includes(column.name)) return columnValue(column, volatile);
  const plain = hashedAsTheyAre.test(column.type) && column.collation === undefined;
  return plain ? quoteIdentifier(column.name) : `${quoteIdentifier(column.name)}::text COLLATE "C"`;
}

/** A column's value; of a volatile one what is the same in every run: whether it is null, and whether a time is from before the runs. */
function columnValue(column: DataColumn, { names, clockStart }: Masked): string {
  const name = quoteIdentifier(column.name);
  if (!names.includes(column.name)) return name;
  const isTime = column.type === 'date' || /^timestamp\b/.test(column.type);
  return isTime && clockStart !== undefined ? `${name} >= ${quoteLiteral(clockStart)}` : `${name} IS NULL`;
}

/** The query that gives `rowsHash` of one table alone, for whoever compares it by hand. */
export function checksumQuery(table: Table, volatile: VolatileColumns, clockStart: string | undefined, major: number): string {
  const relation = relationOf(table);
  return `SELECT ${rowsHash(relation, { names: volatile[relationKey(table)] ?? [], clockStart }, major)} FROM ONLY ${quoteQualified(table.schema, table.name)}`;
}

export interface DataRow {
  table: string;
  rows: string;
  hash: string;
  columns: Record<string, string> | null;
}

export function tableData(row: DataRow): TableData {
  const data = { table: row.table, rowCount: Number(row.rows), rowsHash: row.hash };
  return row.columns === null ? data : { ...data, columnHashes: row.columns };
}

/** A sequence and the column whose values it gives. */
export interface SequenceUse {
  readonly schema: string;
  readonly name: string;
  readonly column?: { readonly table: Table; readonly name: string; readonly descending: boolean };
}

/** One statement that reads every sequence's position, and the greatest value (for a descending one the least) in its column. */
export function sequenceQuery(uses: readonly SequenceUse[]): string | undefined {
  if (uses.length === 0) return undefined;
  return uses
    .map((use) => {
      const { column } = use;
      const from = column && `${quoteQualified(column.table.schema, column.table.name)}`;
      const greatest = column
        ? `(SELECT ${column.descending ? 'min' : 'max'}(${quoteIdentifier(column.name)})::text FROM ${from})`
        : 'NULL::text';
      return `SELECT ${quoteLiteral(`${use.schema}.${use.name}`)} AS sequence, last_value::text, is_called, ${greatest} AS greatest FROM ${quoteQualified(use.schema, use.name)}`;
    })
    .join('\nUNION ALL ');
}

export interface SequencePositionRow {
  sequence: string;
  last_value: string;
  is_called: boolean;
  greatest: string | null;
}

export function sequencePosition(row: SequencePositionRow): SequencePosition {
  const position = { sequence: row.sequence, lastValue: row.last_value, isCalled: row.is_called };
  return row.greatest === null ? position : { ...position, greatestInUse: row.greatest };
}
