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
