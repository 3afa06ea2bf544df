import { isRecord, recordOf, textOf } from '../../plain-objects';
import { attributeOf, hasDefault } from '../columns';
import { isExpression } from '../expressions';
import { indexName } from '../statements';
import { DataType } from '../values';
import { mysqlType } from './types';
import { onMysql, quoteMysqlName as quoteName, quoteMysqlPath as quotePath, quoteMysqlTable as quoteTable } from './words';

/** The calls of Sequelize 6's query interface that change a schema, from `dialects/mysql/query-generator.js` and the abstract one. */

/** Types that have no default there. */
const withoutDefault = new Set(['BLOB', 'TEXT', 'GEOMETRY', 'JSON']);

interface Written {
  /** From the type on. */
  readonly definition: string;
  /** `REFERENCES ...`. */
  readonly references?: string;
  readonly isPrimary: boolean;
}

/** `attributeToSQL`, with what the calls cut off again apart. */
function writeAttribute(value: unknown): Written {
  const attribute = attributeOf(value);
  const given = attribute.type;
  const type = mysqlType(
    Array.isArray(attribute.values) && given instanceof DataType ? new DataType(given.name, [attribute.values]) : given,
  );
  const words = [
    type,
    attribute.allowNull === false ? 'NOT NULL' : '',
    attribute.autoIncrement ? 'auto_increment' : '',
    withoutDefault.has(type) || !hasDefault(attribute) ? '' : `DEFAULT ${onMysql.writeValue(attribute.defaultValue, given)}`,
    attribute.unique === true ? 'UNIQUE' : '',
  ];
  const behind = [
    textOf(attribute.comment) ? `COMMENT ${onMysql.writeValue(attribute.comment)}` : '',
    attribute.first ? 'FIRST' : '',
    attribute.after ? `AFTER ${quoteName(attribute.after)}` : '',
  ];
  const references = referencesOf(attribute);
  return {
    definition: [...words, ...behind].filter((word) => word !== '').join(' '),
    isPrimary: attribute.primaryKey === true,
    ...(references === undefined ? {} : { references }),
  };
}

function referencesOf(attribute: Readonly<Record<string, unknown>>): string | undefined {
  const target = attribute.references;
  if (target === undefined || target === null) return undefined;
  const { model, key } = isRecord(target) ? target : { model: target, key: undefined };
  const [onDelete, onUpdate] = [textOf(attribute.onDelete), textOf(attribute.onUpdate)];
  return [
    `REFERENCES ${quoteTable(model)} (${quoteName(key || 'id')})`,
    ...(onDelete ? [`ON DELETE ${onDelete.toUpperCase()}`] : []),
    ...(onUpdate ? [`ON UPDATE ${onUpdate.toUpperCase()}`] : []),
  ].join(' ');
}

export function createTable(table: unknown, attributes: unknown, given: unknown): string[] {
  const options = recordOf(given);
  const columns = Object.entries(recordOf(attributes)).map(([key, value]) => ({
    name: quoteName(textOf(attributeOf(value).field) ?? key),
    ...writeAttribute(value),
  }));
  const primary = columns.filter(({ isPrimary }) => isPrimary).map(({ name }) => name);
  const unique = Object.entries(recordOf(options.uniqueKeys)).flatMap(([name, key]) => {
    const { fields, customIndex } = recordOf(key);
    return customIndex === false || !Array.isArray(fields) ? [] : [`UNIQUE ${quoteName(name)} (${fields.map(quoteName).join(', ')})`];
  });
  const parts = [
    ...columns.map(({ name, definition }) => `${name} ${definition}`),
    ...unique,
    ...(primary.length === 0 ? [] : [`PRIMARY KEY (${primary.join(', ')})`]),
    ...columns.flatMap(({ name, references }) => (references === undefined ? [] : [`FOREIGN KEY (${name}) ${references}`])),
  ];
  const words = [
    `CREATE TABLE IF NOT EXISTS ${quoteTable(table)} (${parts.join(', ')}) ENGINE=${textOf(options.engine) || 'InnoDB'}`,
    textOf(options.comment) ? `COMMENT ${onMysql.writeValue(options.comment)}` : '',
    textOf(options.charset) ? `DEFAULT CHARSET=${textOf(options.charset)}` : '',
    textOf(options.collate) ? `COLLATE ${textOf(options.collate)}` : '',
    options.initialAutoIncrement ? `AUTO_INCREMENT=${String(options.initialAutoIncrement)}` : '',
    textOf(options.rowFormat) ? `ROW_FORMAT=${textOf(options.rowFormat)}` : '',
  ];
  return [`${words.filter((word) => word !== '').join(' ')};`];
}

export function addColumn(table: unknown, column: string, value: unknown): string[] {
  const { definition, isPrimary, references } = writeAttribute(value);
  const tableName = isRecord(table) ? table.tableName : table;
  const key =
    references === undefined
      ? ''
      : `, ADD CONSTRAINT ${quoteName(`${String(tableName)}_${column}_foreign_idx`)} FOREIGN KEY (${quoteName(column)}) ${references}`;
  return [`ALTER TABLE ${quoteTable(table)} ADD ${quoteName(column)} ${definition}${isPrimary ? ' PRIMARY KEY' : ''}${key};`];
}

/** All of the column is said again; with a reference it is the key alone that is added. */
export function changeColumn(table: unknown, column: string, value: unknown): string[] {
  const { definition, isPrimary, references } = writeAttribute(value);
  const name = quoteName(column);
  if (references !== undefined) return [`ALTER TABLE ${quoteTable(table)} ADD FOREIGN KEY (${name}) ${references};`];
  return [`ALTER TABLE ${quoteTable(table)} CHANGE ${name} ${name} ${definition}${isPrimary ? ' PRIMARY KEY' : ''};`];
}

/** It asks for the definition of the column, and says it again in CHANGE: nothing of it changes but the name. */
export function renameColumn(table: unknown, before: unknown, after: unknown): string[] {
  return [`ALTER TABLE ${quoteTable(table)} RENAME COLUMN ${quoteName(before)} TO ${quoteName(after)};`];
}

/** `addIndex(table, ['a'], { unique: true })`, or `addIndex(table, { fields: ['a'] })`. */
export function addIndex(table: unknown, second: unknown, third: unknown): string[] {
  const options = Array.isArray(second) ? recordOf(third) : recordOf(second);
  const fields = Array.isArray(second) ? second : Array.isArray(options.fields) ? options.fields : [];
  const type = textOf(options.type);
  const isUnique = options.unique || type?.toLowerCase() === 'unique';
  const prefix = options.prefix || table;
  const name = textOf(options.name) || indexName(isRecord(prefix) ? prefix.tableName : String(prefix).replaceAll('.', '_'), fields);
  const words = [
    `ALTER TABLE ${isRecord(table) ? quoteTable(table) : quotePath(table)} ADD`,
    isUnique ? 'UNIQUE' : '',
    type && type.toLowerCase() !== 'unique' ? type : '',
    `INDEX ${quotePath(name)}`,
    textOf(options.using) ? `USING ${textOf(options.using)}` : '',
    `(${fields.map(indexField).join(', ')})`,
    textOf(options.parser) ? `WITH PARSER ${textOf(options.parser)}` : '',
  ];
  return [words.filter((word) => word !== '').join(' ')];
}

function indexField(field: unknown): string {
  if (isExpression(field)) return onMysql.writeExpression(field);
  const { name, attribute, length, order } = isRecord(field) ? field : { name: field };
  return `${quoteName(attribute ?? name)}${length ? `(${String(length)})` : ''}${order ? ` ${String(order)}` : ''}`;
}

export function removeIndex(table: unknown, nameOrFields: unknown): string[] {
  const name = Array.isArray(nameOrFields) ? indexName(isRecord(table) ? '[object Object]' : table, nameOrFields) : String(nameOrFields);
  return [`DROP INDEX ${quoteName(name)} ON ${quoteTable(table)}`];
}

export function addConstraint(table: unknown, given: unknown): string[] {
  const { fields, type, name, references, onDelete, onUpdate, where } = recordOf(given);
  const quotedTable = isRecord(table) ? quoteTable(table) : quotePath(table);
  const columns = (Array.isArray(fields) ? fields : []).map((field) =>
    indexField(isRecord(field) ? { name: field.attribute ?? field.name } : field),
  );
  const list = columns.join(', ');
  const named = (ending: string): string =>
    quoteName(name || `${String(isRecord(table) ? table.tableName : table)}_${columns.join('_').replaceAll('`', '')}_${ending}`);
  switch (String(type).toUpperCase()) {
    case 'UNIQUE':
      return [`ALTER TABLE ${quotedTable} ADD CONSTRAINT ${named('uk')} UNIQUE (${list});`];
    case 'PRIMARY KEY':
      return [`ALTER TABLE ${quotedTable} ADD CONSTRAINT ${named('pk')} PRIMARY KEY (${list});`];
    case 'CHECK':
      return [`ALTER TABLE ${quotedTable} ADD CONSTRAINT ${named('ck')} CHECK (${onMysql.writeCondition(where)});`];
    case 'FOREIGN KEY': {
      const target = recordOf(references);
      const keys = Array.isArray(target.fields) ? target.fields : [target.field];
      const actions = `${textOf(onUpdate) ? ` ON UPDATE ${String(onUpdate).toUpperCase()}` : ''}${textOf(onDelete) ? ` ON DELETE ${String(onDelete).toUpperCase()}` : ''}`;
      const ending = `${isRecord(target.table) ? '[object Object]' : String(target.table)}_fk`;
      return [
        `ALTER TABLE ${quotedTable} ADD CONSTRAINT ${named(ending)} FOREIGN KEY (${list}) REFERENCES ${quoteTable(target.table)} (${keys.map(quoteName).join(', ')})${actions};`,
      ];
    }
    default:
      return [];
  }
}

/** It asks whether that is a foreign key or an index, and drops it as such: DROP CONSTRAINT means both. */
export function removeConstraint(table: unknown, name: unknown): string[] {
  return [`ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT ${quoteName(name)}`];
}
