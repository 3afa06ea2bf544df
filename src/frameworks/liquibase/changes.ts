import { postgresType } from './types';
import { type Change, quoted, writtenValue } from './words';

/**
 * What Liquibase sends to PostgreSQL for one of its changes (`liquibase.change.core`, `liquibase.sqlgenerator.core`), and what it takes the
 * change back with where it can do so by itself. `test/unit/frameworks/liquibase-changes.test.ts` holds what Liquibase 4.28 wrote.
 */
export interface KnownChange {
  readonly up: readonly string[];
  /** Absent: `liquibase rollback` refuses, "No inverse to ... created", unless the changeset says how. */
  readonly down?: readonly string[];
}

type Writer = (change: Change) => KnownChange | undefined;

/** Undefined for a change whose SQL is not known here. */
export function writeChange(change: Change): KnownChange | undefined {
  return writers[change.name]?.(change);
}

const nothing: Writer = () => ({ up: [], down: [] });

const writers: Readonly<Record<string, Writer>> = {
  createTable,
  addColumn,
  dropTable: (change) => ({ up: [`DROP TABLE ${change.relation('tableName')}${change.flag('cascadeConstraints') ? ' CASCADE' : ''}`] }),
  dropColumn(change) {
    const own = change.text('columnName');
    const names = [...(own === undefined ? [] : [own]), ...change.children('column').flatMap((column) => column.text('name') ?? [])];
    return { up: names.map((name) => alter(change, `DROP COLUMN ${quoted(name)}`)) };
  },
  renameColumn: (change) => renamed(change, 'oldColumnName', 'newColumnName'),
  renameTable: (change) => moved('TABLE', change, 'oldTableName', 'newTableName'),
  renameView: (change) => moved('TABLE', change, 'oldViewName', 'newViewName'),
  modifyDataType(change) {
    const column = quoted(change.text('columnName') ?? '');
    const { text } = postgresType(change.text('newDataType') ?? '');
    return { up: [alter(change, `ALTER COLUMN ${column} TYPE ${text} USING (${column}::${text})`)] };
  },
  addNotNullConstraint(change) {
    const column = quoted(change.text('columnName') ?? '');
    const value = change.text('defaultNullValue');
    const fill =
      value === undefined ? [] : [`UPDATE ${change.relation('tableName')} SET ${column} = ${literal(value)} WHERE ${column} IS NULL`];
    return {
      up: [...fill, alter(change, `ALTER COLUMN ${column} SET NOT NULL`)],
      down: [alter(change, `ALTER COLUMN ${column} DROP NOT NULL`)],
    };
  },
  dropNotNullConstraint(change) {
    const column = quoted(change.text('columnName') ?? '');
    return {
      up: [alter(change, `ALTER COLUMN ${column} DROP NOT NULL`)],
      down: [alter(change, `ALTER COLUMN ${column} SET NOT NULL`)],
    };
  },
  addUniqueConstraint(change) {
    const using = change.text('forIndexName');
    const what = using === undefined ? `UNIQUE (${change.columns('columnNames')})` : `UNIQUE USING INDEX ${quoted(using)}`;
    return constraint(change, `${what}${deferral(change)}`);
  },
  addPrimaryKey(change) {
    const using = change.text('forIndexName');
    const what = using === undefined ? `PRIMARY KEY (${change.columns('columnNames')})` : `PRIMARY KEY USING INDEX ${quoted(using)}`;
    const table = (change.text('tableName') ?? '').toLowerCase();
    return constraint(change, what, change.text('constraintName') ?? `${table}_pkey`);
  },
  addForeignKeyConstraint,
  dropUniqueConstraint: dropConstraint,
  dropPrimaryKey: dropConstraint,
  dropForeignKeyConstraint(change) {
    const table = change.relation('baseTableName', 'baseTableSchemaName');
    return { up: [`ALTER TABLE ${table} DROP CONSTRAINT ${quoted(change.text('constraintName') ?? '')}`] };
  },
  createIndex(change) {
    const name = change.text('indexName');
    const columns = change.children('column').map((column) => {
      const text = column.text('name') ?? '';
      return `${column.flag('computed') ? text : quoted(text)}${column.flag('descending') ? ' DESC' : ''}`;
    });
    const words = `CREATE ${change.flag('unique') ? 'UNIQUE ' : ''}INDEX ${name === undefined ? '' : `${quoted(name)} `}`;
    const up = [`${words}ON ${change.relation('tableName')}(${columns.join(', ')})`];
    return name === undefined ? { up } : { up, down: [`DROP INDEX ${change.relation('indexName')}`] };
  },
  dropIndex: (change) => ({ up: [`DROP INDEX ${change.relation('indexName')}`] }),
  addDefaultValue(change) {
    const value = writtenValue(change, 'defaultValue');
    if (value === undefined) return undefined;
    const column = quoted(change.text('columnName') ?? '');
    return {
      up: [alter(change, `ALTER COLUMN ${column} SET DEFAULT ${value}`)],
      down: [alter(change, `ALTER COLUMN ${column} DROP DEFAULT`)],
    };
  },
  dropDefaultValue: (change) => ({ up: [alter(change, `ALTER COLUMN ${quoted(change.text('columnName') ?? '')} DROP DEFAULT`)] }),
  createSequence,
  dropSequence: (change) => ({ up: [`DROP SEQUENCE ${change.relation('sequenceName')} CASCADE`] }),
  createView(change) {
    if (change.text('path') !== undefined) return undefined;
    const view = change.relation('viewName');
    const words = change.flag('replaceIfExists') ? 'CREATE OR REPLACE VIEW' : 'CREATE VIEW';
    const up = [change.flag('fullDefinition') ? change.content : `${words} ${view} AS ${change.content}`];
    return { up, down: [`DROP VIEW ${view}`] };
  },
  dropView: (change) => ({ up: [`DROP VIEW ${change.relation('viewName')}`] }),
  insert(change) {
    const columns = change.children('column');
    const names = columns.map((column) => quoted(column.text('name') ?? ''));
    const values = columns.map((column) => writtenValue(column, 'value') ?? 'NULL');
    return columns.some(readsFile)
      ? undefined
      : { up: [`INSERT INTO ${change.relation('tableName')} (${names.join(', ')}) VALUES (${values.join(', ')})`] };
  },
  update(change) {
    const columns = change.children('column');
    const set = columns.map((column) => `${quoted(column.text('name') ?? '')} = ${writtenValue(column, 'value') ?? 'NULL'}`);
    const where = condition(change);
    if (where === undefined || columns.some(readsFile)) return undefined;
    return { up: [`UPDATE ${change.relation('tableName')} SET ${set.join(', ')}${where}`] };
  },
  delete(change) {
    const where = condition(change);
    return where === undefined ? undefined : { up: [`DELETE FROM ${change.relation('tableName')}${where}`] };
  },
  setTableRemarks: (change) => ({ up: [`COMMENT ON TABLE ${change.relation('tableName')} IS ${literal(change.text('remarks') ?? '')}`] }),
  setColumnRemarks: (change) => ({
    up: [
      `COMMENT ON COLUMN ${change.relation('tableName')}.${quoted(change.text('columnName') ?? '')} IS ${literal(change.text('remarks') ?? '')}`,
    ],
  }),
  tagDatabase: nothing,
  empty: nothing,
  output: nothing,
};

function createTable(change: Change): KnownChange {
  const table = change.relation('tableName');
  const columns = change.children('column');
  const constraintsOf = (column: Change) => column.child('constraints');
  const key = columns.filter((column) => constraintsOf(column)?.flag('primaryKey'));
  const keyName = key.flatMap((column) => constraintsOf(column)?.text('primaryKeyName') ?? [])[0];
  const parts = columns.map(columnWords);
  if (key.length > 0) {
    const name = keyName ?? `${(change.text('tableName') ?? '').toLowerCase()}_pkey`;
    parts.push(`CONSTRAINT ${quoted(name)} PRIMARY KEY (${names(key)})`);
  }
  for (const column of columns) parts.push(...foreignKeyWords(column).map((words) => `${words}`));
  for (const column of columns) parts.push(...uniqueWords(column), ...checkWords(column));
  const remarks = change.text('remarks');
  const comments = remarks === undefined ? [] : [`COMMENT ON TABLE ${table} IS ${literal(remarks)}`];
  for (const column of columns) {
    const text = column.text('remarks');
    if (text !== undefined) comments.push(`COMMENT ON COLUMN ${table}.${quoted(column.text('name') ?? '')} IS ${literal(text)}`);
  }
  const guard = change.flag('ifNotExists') ? 'IF NOT EXISTS ' : '';
  return { up: [`CREATE TABLE ${guard}${table} (${parts.join(', ')})`, ...comments], down: [`DROP TABLE ${table}`] };
}

function addColumn(change: Change): KnownChange | undefined {
  const columns = change.children('column');
  if (columns.some(readsFile)) return undefined;
  const up = columns.flatMap((column) => {
    const constraints = column.child('constraints');
    const key = constraints?.flag('primaryKey') ? ' PRIMARY KEY' : '';
    const value = writtenValue(column, 'value');
    const name = quoted(column.text('name') ?? '');
    return [
      alter(change, `ADD ${columnWords(column)}${key}`),
      ...[...foreignKeyWords(column), ...uniqueWords(column), ...checkWords(column)].map((words) => alter(change, `ADD ${words}`)),
      ...(value === undefined ? [] : [`UPDATE ${change.relation('tableName')} SET ${name} = ${value}`]),
    ];
  });
  return { up, down: columns.map((column) => alter(change, `DROP COLUMN ${quoted(column.text('name') ?? '')}`)) };
}

/** `id BIGINT GENERATED BY DEFAULT AS IDENTITY NOT NULL`. */
function columnWords(column: Change): string {
  const { text, isSerial } = postgresType(column.text('type') ?? '');
  const value = writtenValue(column, 'defaultValue');
  const constraints = column.child('constraints');
  const isRequired = constraints?.flag('nullable') === false || constraints?.flag('primaryKey') === true;
  const start = column.text('startWith');
  const step = column.text('incrementBy');
  const options = [...(start === undefined ? [] : [`START WITH ${start}`]), ...(step === undefined ? [] : [`INCREMENT BY ${step}`])];
  const identity = isSerial || column.flag('autoIncrement');
  return [
    quoted(column.text('name') ?? ''),
    text,
    ...(value === undefined ? [] : [`DEFAULT ${value}`]),
    ...(identity ? [`GENERATED BY DEFAULT AS IDENTITY${options.length === 0 ? '' : ` (${options.join(' ')})`}`] : []),
    ...(isRequired ? ['NOT NULL'] : []),
  ].join(' ');
}

function foreignKeyWords(column: Change): readonly string[] {
  const constraints = column.child('constraints');
  const references = constraints?.text('references');
  const table = constraints?.text('referencedTableName');
  if (constraints === undefined || (references === undefined && table === undefined)) return [];
  const target = references ?? `${quoted(table ?? '')}(${constraints.columns('referencedColumnNames')})`;
  const cascade = constraints.flag('deleteCascade') ? ' ON DELETE CASCADE' : '';
  return [
    `${named(constraints.text('foreignKeyName'))}FOREIGN KEY (${names([column])}) REFERENCES ${target}${cascade}${deferral(constraints)}`,
  ];
}

function uniqueWords(column: Change): readonly string[] {
  const constraints = column.child('constraints');
  return constraints?.flag('unique') ? [`${named(constraints.text('uniqueConstraintName'))}UNIQUE (${names([column])})`] : [];
}

function checkWords(column: Change): readonly string[] {
  const check = column.child('constraints')?.text('checkConstraint');
  return check === undefined ? [] : [check];
}

function addForeignKeyConstraint(change: Change): KnownChange {
  const table = change.relation('baseTableName', 'baseTableSchemaName');
  const name = quoted(change.text('constraintName') ?? '');
  const onDelete = change.text('onDelete') ?? (change.flag('deleteCascade') ? 'CASCADE' : undefined);
  const onUpdate = change.text('onUpdate');
  const words = [
    `ALTER TABLE ${table} ADD CONSTRAINT ${name} FOREIGN KEY (${change.columns('baseColumnNames')})`,
    `REFERENCES ${change.relation('referencedTableName', 'referencedTableSchemaName')} (${change.columns('referencedColumnNames')})`,
    ...(onUpdate === undefined ? [] : [`ON UPDATE ${onUpdate}`]),
    ...(onDelete === undefined ? [] : [`ON DELETE ${onDelete}`]),
  ].join(' ');
  const isValid = change.flag('validate') !== false;
  return { up: [`${words}${deferral(change)}${isValid ? '' : ' NOT VALID'}`], down: [`ALTER TABLE ${table} DROP CONSTRAINT ${name}`] };
}

function createSequence(change: Change): KnownChange {
  const options: readonly (readonly [string, string])[] = [
    ['startValue', 'START WITH'],
    ['incrementBy', 'INCREMENT BY'],
    ['minValue', 'MINVALUE'],
    ['maxValue', 'MAXVALUE'],
    ['cacheSize', 'CACHE'],
  ];
  const words = options.flatMap(([attribute, keyword]) => {
    const value = change.text(attribute);
    return value === undefined ? [] : [`${keyword} ${value}`];
  });
  const type = change.text('dataType');
  const sequence = change.relation('sequenceName');
  const parts = [sequence, ...(type === undefined ? [] : [`AS ${type}`]), ...words, ...(change.flag('cycle') ? ['CYCLE'] : [])];
  return { up: [`CREATE SEQUENCE IF NOT EXISTS ${parts.join(' ')}`], down: [`DROP SEQUENCE ${sequence} CASCADE`] };
}

function constraint(change: Change, words: string, name = change.text('constraintName')): KnownChange {
  const up = [alter(change, `ADD ${named(change.text('constraintName'))}${words}`)];
  return name === undefined ? { up } : { up, down: [alter(change, `DROP CONSTRAINT ${quoted(name)}`)] };
}

/** The name of a primary key that none is given is looked up on the server. */
function dropConstraint(change: Change): KnownChange | undefined {
  const name = change.text('constraintName');
  return name === undefined ? undefined : { up: [alter(change, `DROP CONSTRAINT ${quoted(name)}`)] };
}

function renamed(change: Change, from: string, to: string): KnownChange {
  const [before, after] = [quoted(change.text(from) ?? ''), quoted(change.text(to) ?? '')];
  return { up: [alter(change, `RENAME COLUMN ${before} TO ${after}`)], down: [alter(change, `RENAME COLUMN ${after} TO ${before}`)] };
}

function moved(kind: string, change: Change, from: string, to: string): KnownChange {
  const [before, after] = [quoted(change.text(from) ?? ''), quoted(change.text(to) ?? '')];
  return {
    up: [`ALTER ${kind} ${change.relation(from)} RENAME TO ${after}`],
    down: [`ALTER ${kind} ${change.relation(to)} RENAME TO ${before}`],
  };
}

function alter(change: Change, words: string): string {
  return `ALTER TABLE ${change.relation('tableName')} ${words}`;
}

function named(name: string | undefined): string {
  return name === undefined ? '' : `CONSTRAINT ${quoted(name)} `;
}

function names(columns: readonly Change[]): string {
  return columns.map((column) => quoted(column.text('name') ?? '')).join(', ');
}

function deferral(change: Change): string {
  return `${change.flag('deferrable') ? ' DEFERRABLE' : ''}${change.flag('initiallyDeferred') ? ' INITIALLY DEFERRED' : ''}`;
}

/** `whereParams` puts values into it, which is rare. */
function condition(change: Change): string | undefined {
  if (change.child('whereParams') !== undefined) return undefined;
  const where = change.child('where')?.content ?? '';
  return where === '' ? '' : ` WHERE ${where}`;
}

function readsFile(column: Change): boolean {
  return ['valueClobFile', 'valueBlobFile', 'defaultValueClobFile'].some((attribute) => column.text(attribute) !== undefined);
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
