import { isRecord, recordOf, textOf } from '../plain-objects';
import { attributeOf, enumName, writeColumn, writeColumnComment, writeEnumType } from './columns';
import { isExpression } from './expressions';
import { quoteName, quotePath, quoteQualified, quoteTable } from './names';
import { onPostgres } from './postgres-words';

/**
 * The calls of Sequelize 6's query interface that change a schema, as the requests that they send, from `abstract/query-interface.js`,
 * `postgres/query-interface.js` and the query generators. A request can hold several statements. What is only read (describeTable before
 * renameColumn) is left out.
 */

export function createTable(table: unknown, attributes: unknown, options: unknown): string[] {
  const { schema: schemaOption, comment, uniqueKeys } = recordOf(options);
  const schema = textOf(schemaOption);
  const named = schema && !(isRecord(table) && table.schema) ? { tableName: isRecord(table) ? table.tableName : table, schema } : table;
  const columns = Object.entries(recordOf(attributes)).map(([key, value]) => {
    const column = textOf(attributeOf(value).field) ?? key;
    const place = { table: named, column, context: 'createTable', ...(schema && { schema }) } as const;
    return { column, ...writeColumn(value, place) };
  });
  const lines = columns.map(({ column, definition }) => `${quoteName(column)} ${definition}`);
  for (const key of Object.values(recordOf(uniqueKeys))) {
    const { fields, customIndex } = recordOf(key);
    if (customIndex !== false && Array.isArray(fields)) lines.push(`UNIQUE (${fields.map(quoteName).join(', ')})`);
  }
  const primary = columns.filter(({ primaryKey }) => primaryKey).map(({ column }) => quoteName(column));
  if (primary.length > 0) lines.push(`PRIMARY KEY (${primary.join(',')})`);
  const tableComment = textOf(comment);
  const comments = [
    ...(tableComment ? [`COMMENT ON TABLE ${quoteTable(named)} IS ${onPostgres.writeValue(tableComment)}`] : []),
    ...columns.flatMap((column) => (column.comment ? [writeColumnComment(named, column.column, column.comment)] : [])),
  ];
  return [
    ...columns.flatMap(({ column, enumValues }) => (enumValues === undefined ? [] : [writeEnumType(table, column, enumValues, schema)])),
    `${[`CREATE TABLE IF NOT EXISTS ${quoteTable(named)} (${lines.join(', ')})`, ...comments].join('; ')};`,
  ];
}

export function dropTable(table: unknown, options: unknown): string[] {
  const { cascade, force } = recordOf(options);
  return [`DROP TABLE IF EXISTS ${quoteTable(table)}${cascade || force ? ' CASCADE' : ''};`];
}

export function renameTable(before: unknown, after: unknown): string[] {
  return [`ALTER TABLE ${quoteTable(before)} RENAME TO ${quoteTable(after)};`];
}

/** A type for an enum is made in the same request. */
export function addColumn(table: unknown, column: string, value: unknown): string[] {
  const { definition, primaryKey, comment, enumValues } = writeColumn(value, { table, column, context: 'addColumn' });
  // PRIMARY KEY is taken out of the text, and nothing puts it back.
  void primaryKey;
  const type = enumValues === undefined ? '' : `${writeEnumType(table, column, enumValues)} `;
  const comments = comment ? `; ${writeColumnComment(table, column, comment)}` : '';
  return [`${type}ALTER TABLE ${quoteQualified(table)} ADD COLUMN ${quoteName(column)} ${definition}${comments};`];
}

export function removeColumn(table: unknown, column: string): string[] {
  return [`ALTER TABLE ${quoteQualified(table)} DROP COLUMN ${quoteName(column)};`];
}

export function renameColumn(table: unknown, before: string, after: string): string[] {
  return [`ALTER TABLE ${quoteTable(table)} RENAME COLUMN ${quoteName(before)} TO ${quoteName(after)};`];
}

/** All of it is one request: nullability, default, type, and a constraint for `unique` and `references`. */
export function changeColumn(table: unknown, column: string, value: unknown): string[] {
  const attribute = attributeOf(value);
  const written = writeColumn(
    { ...attribute, unique: undefined, references: undefined, defaultValue: undefined, allowNull: undefined },
    place(),
  );
  const whole = writeColumn(attribute, place());
  const name = quoteName(column);
  const alter = (change: string) => `ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${name} ${change};`;
  const referenced = /REFERENCES .*$/.exec(whole.definition)?.[0];
  const statements: string[] = [];
  if (attribute.allowNull === false && attribute.autoIncrement !== true) statements.push(alter('SET NOT NULL'));
  else if (referenced === undefined) statements.push(alter('DROP NOT NULL'));
  const defaultText = / DEFAULT (.*?)(?= UNIQUE$| REFERENCES |$)/s.exec(whole.definition)?.[1];
  if (defaultText !== undefined) statements.push(alter(`SET DEFAULT ${defaultText}`));
  else if (referenced === undefined) statements.push(alter('DROP DEFAULT'));
  if (whole.enumValues !== undefined) statements.push(writeEnumType(table, column, whole.enumValues));
  if (attribute.unique === true && referenced === undefined) statements.push(`ALTER TABLE ${quoteTable(table)} ADD UNIQUE (${name});`);
  const comment = whole.comment ? `; ${writeColumnComment(table, column, whole.comment)}` : '';
  if (referenced !== undefined) {
    statements.push(`ALTER TABLE ${quoteTable(table)} ADD FOREIGN KEY (${name}) ${referenced}${comment};`);
  } else if (whole.enumValues !== undefined) {
    statements.push(alter(`TYPE ${enumName(table, column)} USING (${name}::${enumName(table, column)})${comment}`));
  } else {
    statements.push(alter(`TYPE ${written.definition}${comment}`));
  }
  return [statements.join(' ')];

  function place() {
    return { table, column, context: 'changeColumn' } as const;
  }
}

/** `addIndex(table, ['a'], { unique: true })`, or `addIndex(table, { fields: ['a'] })`. */
export function addIndex(table: unknown, second: unknown, third: unknown): string[] {
  const options = Array.isArray(second) ? recordOf(third) : recordOf(second);
  const fields = Array.isArray(second) ? second : Array.isArray(options.fields) ? options.fields : [];
  const columns = fields.map((field) => indexField(field, textOf(options.operator)));
  const type = textOf(options.type);
  const unique = options.unique || type?.toLowerCase() === 'unique';
  const where = onPostgres.writeCondition(options.where);
  const using = textOf(options.using);
  return [
    [
      'CREATE',
      ...(unique ? ['UNIQUE'] : []),
      ...(type && type.toLowerCase() !== 'unique' ? [type] : []),
      'INDEX',
      ...(options.concurrently ? ['CONCURRENTLY'] : []),
      quotePath(textOf(options.name) || indexName(prefixOf(table, options.prefix), fields)),
      `ON ${isRecord(table) ? quoteTable(table) : quotePath(table)}`,
      ...(using ? [`USING ${using}`] : []),
      `(${columns.join(', ')})`,
      ...(where === '' ? [] : [`WHERE ${where}`]),
    ].join(' '),
  ];
}

function indexField(field: unknown, operatorClass: string | undefined): string {
  if (isExpression(field)) return onPostgres.writeExpression(field);
  const { name, attribute, collate, operator, order } = isRecord(field) ? field : { name: field };
  return [
    quoteName(attribute ?? name),
    ...(collate ? [`COLLATE ${quoteName(collate)}`] : []),
    ...(operator || operatorClass ? [String(operator ?? operatorClass)] : []),
    ...(order ? [String(order)] : []),
  ].join(' ');
}

function prefixOf(table: unknown, option: unknown): unknown {
  const prefix = option || table;
  return typeof prefix === 'string' ? prefix.replaceAll('.', '_').replace(/["']/g, '') : recordOf(prefix).tableName;
}

/** `t_a_b`, with capitals as the library's inflection turns them (`userId` to `user_id`). */
export function indexName(table: unknown, fields: readonly unknown[]): string {
  const names = fields.map((field) => (isRecord(field) ? String(field.name ?? field.attribute) : String(field)));
  return underscored(`${String(table)}_${names.join('_')}`);
}

function underscored(name: string): string {
  return name
    .split('::')
    .map((part) => part.replace(/([A-Z])/g, '_$1').replace(/^_/, ''))
    .join('/')
    .toLowerCase();
}

export function removeIndex(table: unknown, nameOrFields: unknown, options: unknown): string[] {
  const name = Array.isArray(nameOrFields) ? indexName(isRecord(table) ? '[object Object]' : table, nameOrFields) : String(nameOrFields);
  const concurrently = recordOf(options).concurrently ? 'CONCURRENTLY ' : '';
  return [`DROP INDEX ${concurrently}IF EXISTS ${quotePath(name)}`];
}

export function addConstraint(table: unknown, options: unknown): string[] {
  const { fields, type, name, where, references, onDelete, onUpdate, deferrable } = recordOf(options);
  const quotedTable = isRecord(table) ? quoteTable(table) : quotePath(table);
  const columns = (Array.isArray(fields) ? fields : []).map((field) =>
    indexField(isRecord(field) ? { name: field.attribute ?? field.name } : field, undefined),
  );
  const named = (ending: string) => quoteName(name || `${quotedTable}_${columns.join('_')}_${ending}`);
  const list = columns.join(', ');
  let text: string;
  switch (String(type).toUpperCase()) {
    case 'UNIQUE':
      text = `CONSTRAINT ${named('uk')} UNIQUE (${list})`;
      break;
    case 'PRIMARY KEY':
      text = `CONSTRAINT ${named('pk')} PRIMARY KEY (${list})`;
      break;
    case 'CHECK':
      return [`ALTER TABLE ${quotedTable} ADD CONSTRAINT ${named('ck')} CHECK (${onPostgres.writeCondition(where)});`];
    case 'FOREIGN KEY': {
      const target = recordOf(references);
      const keys = Array.isArray(target.fields) ? target.fields : [target.field];
      const ending = `${isRecord(target.table) ? '[object Object]' : String(target.table)}_fk`;
      text = `CONSTRAINT ${named(ending)} FOREIGN KEY (${list}) REFERENCES ${quoteTable(target.table)} (${keys.map(quoteName).join(', ')})`;
      if (textOf(onUpdate)) text += ` ON UPDATE ${String(onUpdate).toUpperCase()}`;
      if (textOf(onDelete)) text += ` ON DELETE ${String(onDelete).toUpperCase()}`;
      break;
    }
    default:
      return [];
  }
  return [`ALTER TABLE ${quotedTable} ADD ${text}${textOf(deferrable) ? ` ${String(deferrable)}` : ''};`];
}

export function removeConstraint(table: unknown, name: unknown): string[] {
  return [`ALTER TABLE ${isRecord(table) ? quoteTable(table) : quotePath(table)} DROP CONSTRAINT ${quotePath(name)}`];
}

export function createSchema(name: unknown): string[] {
  return [`CREATE SCHEMA IF NOT EXISTS ${quoteName(name)};`];
}

export function dropSchema(name: unknown): string[] {
  return [`DROP SCHEMA IF EXISTS ${quoteName(name)} CASCADE;`];
}

export function dropEnum(name: unknown): string[] {
  return [`DROP TYPE IF EXISTS ${quoteName(name)}; `];
}
