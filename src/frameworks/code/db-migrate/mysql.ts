import { ownValue } from '../../../model/own-value';
import { isRecord, recordOf, textOf } from '../plain-objects';
import type { Dialect } from './dialects';
import { insert, valueText } from './rows';

/** The calls of db-migrate's driver for MySQL as the requests that they send, from `db-migrate-mysql/index.js` and `db-migrate-base/index.js`. */

type Spec = Readonly<Record<string, unknown>>;

export const mysqlWriters: Dialect['writers'] = {
  createTable: { write: ([table, options]) => createTable(table, options), structures: [1] },
  dropTable: { write: ([table, options]) => [`DROP TABLE ${recordOf(options).ifExists ? 'IF EXISTS ' : ''}${quoted(table)}`] },
  renameTable: { write: ([before, after]) => [`RENAME TABLE ${quoted(before)} TO ${quoted(after)}`] },
  addColumn: {
    write: ([table, column, given]) => {
      const spec = specOf(given);
      return [`ALTER TABLE ${quoted(table)} ADD COLUMN ${definition(column, spec, true)}`, ...foreignKeyOf(table, column, spec)];
    },
    structures: [2],
  },
  removeColumn: { write: ([table, column]) => [`ALTER TABLE ${quoted(table)} DROP COLUMN ${quoted(column)}`] },
  // It asks for the type of the column, and says it again; what else the column has is lost. RENAME COLUMN is what is known of that here.
  renameColumn: { write: ([table, before, after]) => [`ALTER TABLE ${quoted(table)} RENAME COLUMN ${quoted(before)} TO ${quoted(after)}`] },
  changeColumn: {
    write: ([table, column, given]) => {
      const spec = specOf(given);
      const dropped = spec.unique === false ? [`DROP INDEX ${quoted(column)} ON ${quoted(table)}`] : [];
      const change = `ALTER TABLE ${quoted(table)} CHANGE COLUMN ${quoted(column)} ${definition(column, spec, true)}`;
      return [...dropped, change, ...foreignKeyOf(table, column, spec)];
    },
    structures: [2],
  },
  addIndex: {
    write: ([table, name, columns, unique]) => [
      `ALTER TABLE ${quoted(table)} ADD ${unique ? 'UNIQUE ' : ''}INDEX ${quoted(name)} (${indexColumns(columns)})`,
    ],
    structures: [2],
  },
  removeIndex: { write: ([table, name]) => (name === undefined ? [] : [`DROP INDEX ${quoted(name)} ON ${quoted(table)}`]) },
  addForeignKey: {
    write: ([table, referenced, name, mapping, rules]) => [addForeignKey(table, referenced, name, mapping, rules)],
    structures: [3],
  },
  removeForeignKey: {
    write: ([table, name, options]) => [
      `ALTER TABLE ${quoted(table)} DROP FOREIGN KEY ${quoted(name)}`,
      ...(recordOf(options).dropIndex === true ? [`ALTER TABLE ${quoted(table)} DROP INDEX ${quoted(name)}`] : []),
    ],
  },
  insert: { write: ([table, second, third]) => insert(table, second, third, { quoted, text: valueText }), structures: [1] },
  createDatabase: {
    write: ([name, options]) => [`CREATE DATABASE ${recordOf(options).ifNotExists === true ? 'IF NOT EXISTS ' : ''}${quoted(name)}`],
  },
  dropDatabase: {
    write: ([name, options]) => [`DROP DATABASE ${recordOf(options).ifExists === true ? 'IF EXISTS ' : ''}${quoted(name)}`],
  },
  switchDatabase: { write: ([name]) => [`USE ${quoted(recordOf(name).database ?? name)}`] },
};

function quoted(name: unknown): string {
  return `\`${String(name)}\``;
}

function specOf(value: unknown): Spec {
  return isRecord(value) ? value : { type: value };
}

function createTable(table: unknown, given: unknown): string[] {
  const options = recordOf(given);
  const hasOptions = options.columns !== undefined;
  const specs = Object.entries(recordOf(hasOptions ? options.columns : given)).map(([name, value]) => ({ name, spec: specOf(value) }));
  const primary = specs.filter(({ spec }) => spec.primaryKey);
  const lines = specs.map(({ name, spec }) => definition(name, spec, primary.length === 1));
  if (primary.length > 1) lines.push(`PRIMARY KEY (${primary.map(({ name }) => quoted(name)).join(', ')})`);
  const guard = hasOptions && options.ifNotExists ? 'IF NOT EXISTS ' : '';
  const words = hasOptions ? tableOptions(options) : '';
  return [
    `CREATE TABLE ${guard}${quoted(table)} (${lines.join(', ')})${words}`,
    ...specs.flatMap(({ name, spec }) => foreignKeyOf(table, name, spec)).toReversed(),
  ];
}

function tableOptions({ engine, rowFormat, collate, charset }: Spec): string {
  return [
    textOf(engine) ? ` ENGINE ${textOf(engine)}` : '',
    textOf(rowFormat) ? ` ROW_FORMAT ${textOf(rowFormat)}` : '',
    textOf(collate) ? ` COLLATE '${textOf(collate)}'` : '',
    textOf(charset) ? ` CHARACTER SET ${textOf(charset)}` : '',
  ].join('');
}

/** A column with its name. PRIMARY KEY stands in it only where `emitPrimaryKey` says so. */
function definition(name: unknown, spec: Spec, emitPrimaryKey: boolean): string {
  const type = typeName(spec);
  const words = [
    `${quoted(name)} ${type}${lengthOf(spec, type)}`,
    spec.unsigned ? 'UNSIGNED' : '',
    spec.characterSet ? `CHARACTER SET ${String(spec.characterSet)}` : '',
    spec.collation ? `COLLATE ${String(spec.collation)}` : '',
    spec.primaryKey && emitPrimaryKey ? 'PRIMARY KEY' : '',
    spec.autoIncrement ? 'AUTO_INCREMENT' : '',
    spec.notNull === true ? 'NOT NULL' : '',
    spec.unique ? 'UNIQUE' : '',
    textOf(spec.onUpdate)?.startsWith('CURRENT_TIMESTAMP') ? `ON UPDATE ${textOf(spec.onUpdate)}` : '',
    spec.null || spec.notNull === false ? 'NULL' : '',
    spec.defaultValue === undefined ? '' : `DEFAULT ${defaultText(spec.defaultValue)}`,
    spec.after === undefined ? '' : `AFTER ${String(spec.after)}`,
    spec.comment ? `COMMENT '${String(spec.comment)}'` : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  int: 'INTEGER',
  bigint: 'BIGINT',
  datetime: 'DATETIME',
  boolean: 'TINYINT(1)',
  json: 'JSON',
};

/** `mapDataType`: texts and blobs are as large as their length asks for, and of 1000 characters where nothing is said. */
function typeName({ type, length }: Spec): string {
  if (type !== 'text' && type !== 'blob') return ownValue(typeNames, String(type)) ?? String(type).toUpperCase();
  const size = Number.parseInt(String(length), 10) || 1000;
  const kind = type.toUpperCase();
  if (size > 16_777_216) return `LONG${kind}`;
  if (size > 65_536) return `MEDIUM${kind}`;
  return size > 256 ? kind : `TINY${kind}`;
}

function lengthOf({ type, length, precision, scale }: Spec, name: string): string {
  if (type === 'decimal') return precision && scale ? `(${String(precision)},${String(scale)})` : '';
  if (type === 'text' || type === 'blob') return '';
  if (length) return `(${String(length)})`;
  return name === 'VARCHAR' ? '(255)' : '';
}

function defaultText(value: unknown): string {
  if (typeof value !== 'string') return value === null ? 'NULL' : String(value);
  return value.startsWith('CURRENT_TIMESTAMP') ? value : `'${value}'`;
}

function indexColumns(columns: unknown): string {
  return (Array.isArray(columns) ? columns : [columns])
    .map((column) => {
      const { name, length } = recordOf(column);
      return name === undefined ? quoted(column) : `${quoted(name)}${length ? `(${String(length)})` : ''}`;
    })
    .join(', ');
}

function foreignKeyOf(table: unknown, column: unknown, { foreignKey }: Spec): string[] {
  if (!isRecord(foreignKey)) return [];
  const mapping = typeof foreignKey.mapping === 'string' ? { [String(column)]: foreignKey.mapping } : foreignKey.mapping;
  return [addForeignKey(table, foreignKey.table, foreignKey.name, mapping, foreignKey.rules)];
}

function addForeignKey(table: unknown, referenced: unknown, name: unknown, mapping: unknown, rules: unknown): string {
  const { onDelete, onUpdate } = recordOf(rules);
  const columns = Object.entries(recordOf(mapping));
  const own = columns.map(([column]) => quoted(column)).join(', ');
  const other = columns.map(([, column]) => quoted(column)).join(', ');
  return `ALTER TABLE ${quoted(table)} ADD CONSTRAINT ${quoted(name)} FOREIGN KEY (${own}) REFERENCES ${quoted(referenced)} (${other}) ON DELETE ${textOf(onDelete) || 'NO ACTION'} ON UPDATE ${textOf(onUpdate) || 'NO ACTION'}`;
}
