import { Missing } from '../../../code/plain';
import { isRecord, recordOf, textOf } from '../plain-objects';
import { columnDefinition, specOf, typeName } from './columns';

/** The calls of db-migrate's driver for Postgres as the requests that they send, from `db-migrate-pg/index.js` and `db-migrate-base/index.js`. */

export function createTable(table: unknown, given: unknown): string[] {
  const options = recordOf(given);
  const specs = Object.entries(recordOf(options.columns === undefined ? given : options.columns)).map(([name, value]) => ({
    name,
    spec: specOf(value),
  }));
  const primary = specs.filter(({ spec }) => spec.primaryKey);
  const lines = specs.map(({ name, spec }) => columnDefinition(name, spec, primary.length === 1));
  if (primary.length > 1) lines.push(`PRIMARY KEY (${primary.map(({ name }) => `"${name}"`).join(', ')})`);
  const guard = options.columns !== undefined && options.ifNotExists ? 'IF NOT EXISTS ' : '';
  // Foreign keys and comments are taken from the end of their list.
  const later = specs.flatMap(({ name, spec }) => [...foreignKeyOf(table, name, spec), ...commentOf(table, name, spec)]);
  return [`CREATE TABLE ${guard}"${String(table)}" (${lines.join(', ')})`, ...later.toReversed()];
}

export function addColumn(table: unknown, column: unknown, value: unknown): string[] {
  const name = String(column);
  const spec = specOf(value);
  return [
    `ALTER TABLE "${String(table)}" ADD COLUMN ${columnDefinition(name, spec, false)}`,
    ...[...commentOf(table, name, spec), ...foreignKeyOf(table, name, spec)].toReversed(),
  ];
}

function foreignKeyOf(table: unknown, column: string, { foreignKey }: Readonly<Record<string, unknown>>): string[] {
  if (!isRecord(foreignKey)) return [];
  const mapping = typeof foreignKey.mapping === 'string' ? { [column]: foreignKey.mapping } : foreignKey.mapping;
  return addForeignKey(table, foreignKey.table, foreignKey.name, mapping, foreignKey.rules);
}

function commentOf(table: unknown, column: string, { comment }: Readonly<Record<string, unknown>>): string[] {
  return comment ? [`COMMENT on COLUMN ${String(table)}.${column} IS '${String(comment)}'`] : [];
}

export function addForeignKey(table: unknown, referenced: unknown, name: unknown, mapping: unknown, rules: unknown): string[] {
  const { onDelete, onUpdate } = recordOf(rules);
  const columns = Object.entries(recordOf(mapping));
  const own = columns.map(([column]) => `"${column}"`).join(', ');
  const other = columns.map(([, column]) => `"${String(column)}"`).join(', ');
  return [
    `ALTER TABLE "${String(table)}" ADD CONSTRAINT "${String(name)}" FOREIGN KEY (${own}) REFERENCES "${String(referenced)}" (${other}) ON DELETE ${textOf(onDelete) || 'NO ACTION'} ON UPDATE ${textOf(onUpdate) || 'NO ACTION'}`,
  ];
}

export function dropTable(table: unknown, options: unknown): string[] {
  return [`DROP TABLE ${recordOf(options).ifExists ? 'IF EXISTS ' : ''}"${String(table)}"`];
}

/** Nullability, uniqueness, default and type, each a request of its own; what is not said is taken away. */
export function changeColumn(table: unknown, column: unknown, value: unknown): string[] {
  const spec = specOf(value);
  const alter = `ALTER TABLE "${String(table)}"`;
  const name = `"${String(column)}"`;
  const constraint = `"${String(table)}_${String(column)}_key"`;
  const statements = [`${alter} ALTER COLUMN ${name} ${spec.notNull === true ? 'SET' : 'DROP'} NOT NULL`];
  if (spec.unique === true) statements.push(`${alter} ADD CONSTRAINT ${constraint} UNIQUE (${name})`);
  else if (spec.unique === false) statements.push(`${alter} DROP CONSTRAINT ${constraint}`);
  const { defaultValue } = spec;
  if (defaultValue === undefined) statements.push(`${alter} ALTER COLUMN ${name} DROP DEFAULT`);
  else
    statements.push(
      `${alter} ALTER COLUMN ${name} SET DEFAULT ${typeof defaultValue === 'string' ? `'${defaultValue}'` : String(defaultValue)}`,
    );
  if (spec.type !== undefined) {
    const length = spec.length ? `(${String(spec.length)})` : '';
    const using = spec.using === undefined ? `USING ${name}::${typeName(spec.type)}` : String(spec.using);
    statements.push(`${alter} ALTER COLUMN ${name} TYPE ${typeName(spec.type)}${length} ${using}`);
  }
  return statements;
}

export function addIndex(table: unknown, name: unknown, columns: unknown, unique: unknown): string[] {
  const list = (Array.isArray(columns) ? columns : [columns]).map((column) => `"${String(column)}"`).join(', ');
  return [`CREATE ${unique ? 'UNIQUE ' : ''}INDEX "${String(name)}" ON "${String(table)}" (${list})`];
}

/**
 * `insert(table, ['a'], [1])`, `insert(table, [{ a: 1 }])`. Called with a callback, the driver turns values that are no strings into JSON
 * and quotes them; without one it writes them as they are.
 */
export function insert(table: unknown, second: unknown, third: unknown, hasCallback: boolean): string[] {
  const text = hasCallback ? jsonText : valueText;
  if (Array.isArray(third)) {
    const rows = third.some(isRecord) ? third.map((row) => namesOf(second).map((name) => recordOf(row)[name])) : [third];
    return inserted(table, namesOf(second), rows, text);
  }
  const records = (Array.isArray(second) ? second : [second]).map(recordOf);
  const names = Object.keys(records[0] ?? {});
  return inserted(
    table,
    names,
    records.map((record) => names.map((name) => record[name])),
    text,
  );
}

function namesOf(names: unknown): string[] {
  if (Array.isArray(names)) return names.map(String);
  return Object.values(recordOf(names)).map(String);
}

function inserted(
  table: unknown,
  names: readonly string[],
  rows: readonly (readonly unknown[])[],
  text: (value: unknown) => string,
): string[] {
  if (names.length === 0 || rows.length === 0) return [];
  const tuples = rows.map((row) => `(${row.map(text).join(',')})`);
  return [`INSERT INTO "${String(table)}" (${names.map((name) => `"${name}"`).join(',')}) VALUES ${tuples.join(',')};`];
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

function jsonText(value: unknown): string {
  return valueText(value instanceof Missing || value === undefined ? value : typeof value === 'string' ? value : JSON.stringify(value));
}
