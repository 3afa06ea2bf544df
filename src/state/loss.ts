import { type Catalog, type Constraint, relationKey, type Table } from '../model/catalog';
import type { State, TableData } from '../model/state';

/** What a recovery plan can't bring back, by table. Columns: only these columns' values; absent: all rows of the table. */
export interface Loss {
  /** `schema.table`, as it is called in the state that the plan claims to reach. */
  readonly table: string;
  readonly columns?: readonly string[];
}

/**
 * A state with what is lost taken out, so that "all but the loss" can be compared. Take it of both sides, and capture both with column
 * hashes where single columns are lost: without them, the table's rows as a whole count as lost.
 */
export function maskLost(state: State, losses: readonly Loss[]): State {
  const views = viewsOn(state.catalog, new Set(losses.map((loss) => loss.table)));
  const tables = new Set([...losses.map((loss) => loss.table), ...views]);
  const whole = new Set([...losses.filter((loss) => loss.columns === undefined).map((loss) => loss.table), ...views]);
  const sequences = new Set(state.catalog.sequences.filter((sequence) => tables.has(sequence.ownedBy?.table ?? '')).map(relationKey));
  return {
    ...state,
    catalog: { ...state.catalog, tables: state.catalog.tables.map((table) => withoutChecks(table, state.catalog.tables, losses)) },
    data: state.data.map((data) => {
      if (!tables.has(data.table)) return data;
      if (whole.has(data.table)) return { table: data.table, rowCount: 0, rowsHash: 'lost' };
      return withoutColumns(data, new Set(losses.filter((loss) => loss.table === data.table).flatMap((loss) => loss.columns ?? [])));
    }),
    sequences: state.sequences.map((position) =>
      sequences.has(position.sequence) || tables.has(position.countedBy ?? '')
        ? { sequence: position.sequence, lastValue: '1', isCalled: false }
        : position,
    ),
  };
}

/** Views, materialized ones among them, whose rows come from these tables. */
function viewsOn(catalog: Catalog, tables: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const object of catalog.definitions) {
      const isView = object.kind === 'view' || object.kind === 'materialized view';
      if (isView && object.dependsOn.some((key) => tables.has(key) || found.has(key))) found.add(relationKey(object));
    }
  }
  return found;
}

/** True when one of these columns of a table, or all of its rows, are among what is lost. */
export function isLost(values: { readonly table: string; readonly columns: readonly string[] }, losses: readonly Loss[]): boolean {
  return losses.some(
    (loss) => loss.table === values.table && (loss.columns === undefined || loss.columns.some((column) => values.columns.includes(column))),
  );
}

/** The columns of the other table that a foreign key names; none where it leaves them to the primary key. */
export function referencedColumns(constraint: Constraint): string[] {
  const list = /REFERENCES [^(]*\(([^)]*)\)/i.exec(constraint.definition)?.[1] ?? '';
  if (list === '') return [];
  return list.split(/,\s*/).map((name) => {
    const quote = name.charAt(0);
    return quote === '"' || quote === '`' ? name.slice(1, -1).replaceAll(quote + quote, quote) : name;
  });
}

/** The columns of a primary key that are NULL when they are added without their values, which it refuses; of other keys none. */
export function columnsToFill(table: Table, { kind, columns }: Constraint): string[] {
  if (kind !== 'primary key') return [];
  return columns.filter((name) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    return column?.default === undefined && column?.identityKind === undefined && column?.generated === undefined;
  });
}

/** Can a foreign key rest on this key? Not when its columns are others (manual, CREATE TABLE, REFERENCES); without a list it is the primary key. */
export function serves(key: Constraint, foreignKey: Constraint): boolean {
  if (key.kind !== 'primary key' && key.kind !== 'unique') return false;
  const columns = referencedColumns(foreignKey);
  if (columns.length === 0) return key.kind === 'primary key';
  return columns.length === key.columns.length && columns.every((column) => key.columns.includes(column));
}

/**
 * NOT NULL on a lost column, a primary key with it and the foreign keys that rest on that, and the validation of conditions on it and of
 * foreign keys to or from it, wait until it is restored.
 */
function withoutChecks(table: Table, tables: readonly Table[], losses: readonly Loss[]): Table {
  const lostColumns = (of: Table) => new Set(losses.filter((loss) => loss.table === relationKey(of)).flatMap((loss) => loss.columns ?? []));
  const columns = lostColumns(table);
  const reads = (constraint: Constraint) => constraint.columns.some((column) => columns.has(column));
  const isAway = (of: Table, constraint: Constraint): boolean => {
    const lost = lostColumns(of);
    if (columnsToFill(of, constraint).some((column) => lost.has(column))) return true;
    const target = constraint.kind === 'foreign key' ? tables.find((other) => relationKey(other) === constraint.references) : undefined;
    return target?.constraints.some((key) => serves(key, constraint) && isAway(target, key)) === true;
  };
  const away = new Set(table.constraints.filter((constraint) => isAway(table, constraint)).map(({ name }) => name));
  const waits = (constraint: Constraint) =>
    (constraint.kind === 'check' && reads(constraint)) ||
    (constraint.kind === 'foreign key' &&
      (reads(constraint) || isLost({ table: constraint.references ?? '', columns: referencedColumns(constraint) }, losses)));
  return {
    ...table,
    columns: table.columns.map((column) => (columns.has(column.name) ? { ...column, notNull: false } : column)),
    constraints: table.constraints
      .filter((constraint) => !away.has(constraint.name) && (constraint.kind !== 'not null' || !reads(constraint)))
      .map((constraint) => (waits(constraint) ? { ...constraint, validated: false } : constraint)),
    indexes: table.indexes.filter(({ constraint }) => constraint === undefined || !away.has(constraint)),
  };
}

function withoutColumns(data: TableData, lost: ReadonlySet<string>): TableData {
  if (data.columnHashes === undefined) return { table: data.table, rowCount: data.rowCount, rowsHash: 'lost' };
  const kept = Object.entries(data.columnHashes).filter(([column]) => !lost.has(column));
  kept.sort(([left], [right]) => (left < right ? -1 : 1));
  return { table: data.table, rowCount: data.rowCount, rowsHash: JSON.stringify(kept), columnHashes: Object.fromEntries(kept) };
}
