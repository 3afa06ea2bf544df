import type { Catalog, Table } from '../model/catalog';
import { isMysqlFamily } from '../model/engine';
import type { Migration, Statement } from '../model/migration';
import type { ObjectName, Operation } from '../model/operation';
import type { Span } from '../model/text';
import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';
import { namesIn } from '../schema/definitions';
import { Words } from '../schema/sentences';
import { makeObjectName } from '../schema/server-names';
import { lastingStatements } from '../schema/transactions';
import { keptPrefix } from './kept-prefix';
import { mongodbAside } from './mongodb/keep-aside';
import { mysqlAside } from './mysql/keep-aside';
import { isNamed } from './rows';

/** What a migration would destroy, in a form that can come back: the statements in its place, and what was kept in words. */
export interface KeptAside {
  /** In the text of the up's file, or of its rendering, in its order. */
  readonly edits: readonly { readonly span: Span; readonly newText: string }[];
  /** `column users.nick, as faultline_kept_nick`. */
  readonly kept: readonly string[];
}

export { keptPrefix } from './kept-prefix';

/**
 * Turns what destroys rows and values into what keeps them aside: a column or table is renamed instead of dropped, and rows are copied
 * before they are deleted, emptied out or overwritten. The rollback of the changed migration, generated as any other, brings them back.
 * A statement that does several things, or whose rows can't be told from its text alone, is left as it is.
 * @param before the schema before the migration.
 */
export function keepAside(migration: Migration, before: Catalog): KeptAside {
  const taken = new Set(before.tables.map((table) => table.name));
  const edits: { span: Span; newText: string }[] = [];
  const kept: string[] = [];
  if (migration.up.rendering !== undefined && migration.engine.name !== 'mongodb') return { edits, kept };
  const statements = migration.engine.name === 'postgres' ? lastingStatements(migration.up) : migration.up.statements;
  for (const statement of statements) {
    const [operation, ...more] = statement.operations;
    if (operation === undefined || more.length > 0 || statement.unreadable !== undefined) continue;
    const aside = anyAside(migration, statement, operation, before, taken);
    if (aside === undefined) continue;
    edits.push(...editsOf(statement, aside.texts));
    kept.push(...aside.kept);
  }
  return { edits, kept };
}

/** What comes before the statement is put there, so that its own text stays as it was written. */
function editsOf({ span, text }: Statement, texts: readonly string[]): KeptAside['edits'] {
  const own = texts.at(-1) === text ? texts.slice(0, -1) : undefined;
  if (own === undefined) return [{ span, newText: texts.join(';\n') }];
  return [{ span: { start: span.start, end: span.start }, newText: `${own.join(';\n')};\n` }];
}

function anyAside(
  { engine }: Migration,
  statement: Statement,
  operation: Operation,
  before: Catalog,
  taken: Set<string>,
): Aside | undefined {
  if (operation.kind === 'document command') return mongodbAside(operation, statement.text, before, taken);
  return isMysqlFamily(engine) ? mysqlAside(operation, before, taken, engine) : asideOf(statement, operation, before, taken);
}

interface Aside {
  /** Without semicolons. */
  readonly texts: readonly string[];
  readonly kept: readonly string[];
}

function asideOf(statement: Statement, operation: Operation, before: Catalog, taken: Set<string>): Aside | undefined {
  switch (operation.kind) {
    case 'drop column':
      return renamedColumn(operation, find(operation.table, before));
    case 'drop object':
      return operation.objectKind === 'table' ? renamedTables(operation, taken) : undefined;
    case 'delete':
    case 'update':
    case 'truncate':
      return copiedRows(statement, operation, before, taken);
    default:
      return undefined;
  }
}

function renamedColumn(operation: Extract<Operation, { kind: 'drop column' }>, table: Table | undefined): Aside | undefined {
  const column = table?.columns.find(({ name }) => name === operation.column);
  // A column that has been given away with its values is not there to be renamed; nor is one of which nothing is known.
  if (column === undefined || column.generated !== undefined || operation.ifExists) return undefined;
  const on = `ALTER TABLE ${quoteQualified(operation.table.schema, operation.table.name)}`;
  const name = makeObjectName(keptPrefix, operation.column, '').replace(/_$/, '');
  const required = column.notNull && column.default === undefined && column.identityKind === undefined;
  const key = table?.constraints.some(({ kind, columns }) => kind === 'primary key' && columns.includes(column.name)) === true;
  if (required && key) return undefined;
  const free = required ? [`${on} ALTER COLUMN ${quoteIdentifier(operation.column)} DROP NOT NULL`] : [];
  return {
    texts: [...free, `${on} RENAME COLUMN ${quoteIdentifier(operation.column)} TO ${quoteIdentifier(name)}`],
    kept: [`column ${operation.table.name}.${operation.column}, as ${name}`],
  };
}

function renamedTables(operation: Extract<Operation, { kind: 'drop object' }>, taken: Set<string>): Aside {
  const renamed = operation.objects.map((object) => ({ object, name: freeName(object.name, taken) }));
  const guard = operation.ifExists ? 'IF EXISTS ' : '';
  return {
    texts: renamed.map(
      ({ object, name }) => `ALTER TABLE ${guard}${quoteQualified(object.schema, object.name)} RENAME TO ${quoteIdentifier(name)}`,
    ),
    kept: renamed.map(({ object, name }) => `table ${object.name}, as ${name}`),
  };
}

type Writing = Extract<Operation, { kind: 'delete' | 'update' | 'truncate' }>;

function copiedRows(statement: Statement, operation: Writing, before: Catalog, taken: Set<string>): Aside | undefined {
  if (operation.kind === 'truncate') {
    if (operation.cascade) return undefined;
    const copies = operation.tables.map((table) => ({ table, name: freeName(table.name, taken) }));
    return {
      texts: [...copies.map(({ table, name }) => copy(table, name, '*', undefined)), statement.text],
      kept: copies.map(({ table, name }) => `rows of ${table.name}, in ${name}`),
    };
  }
  if (!namesOneTable(statement.text, operation)) return undefined;
  const table = find(operation.table, before);
  const columns = operation.kind === 'delete' ? '*' : updatedColumns(operation, table);
  if (columns === undefined) return undefined;
  const name = freeName(operation.table.name, taken);
  const what =
    operation.kind === 'delete' ? `rows of ${operation.table.name}` : `values of ${operation.table.name} (${operation.columns.join(', ')})`;
  return { texts: [copy(operation.table, name, columns, operation.where), statement.text], kept: [`${what}, in ${name}`] };
}

function copy(table: ObjectName, name: string, columns: string, where: string | undefined): string {
  const condition = where === undefined ? '' : ` WHERE ${where}`;
  return `CREATE TABLE ${quoteQualified(table.schema, name)} AS SELECT ${columns} FROM ${quoteQualified(table.schema, table.name)}${condition}`;
}

/** The key and what is overwritten: by the key the values find their rows again. */
function updatedColumns(operation: Extract<Operation, { kind: 'update' }>, table: Table | undefined): string | undefined {
  const key = table?.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
  if (key.length === 0 || operation.columns.some((column) => key.includes(column))) return undefined;
  return [...key, ...operation.columns].map(quoteIdentifier).join(', ');
}

/** DELETE FROM table [WHERE ...] and UPDATE table SET ... [WHERE ...], without other tables, names for them, and results. */
function namesOneTable(text: string, operation: Extract<Operation, { kind: 'delete' | 'update' }>): boolean {
  const words = new Words(text);
  if (operation.kind === 'delete') {
    if (!words.accept('delete', 'from')) return false;
    words.name();
    return (words.done || words.peek() === 'where') && !new Words(text).skipPast('returning');
  }
  if (!words.accept('update')) return false;
  words.name();
  return words.peek() === 'set' && !new Words(text).skipPast('from') && !new Words(text).skipPast('returning');
}

function freeName(table: string, taken: Set<string>): string {
  for (let number = 1; ; number++) {
    const name = makeObjectName(keptPrefix, table, number === 1 ? '' : String(number)).replace(/_$/, '');
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

function find(name: ObjectName, catalog: Catalog): Table | undefined {
  return catalog.tables.find((table) => isNamed(name, table));
}

/**
 * The statement that brings back what the statement before this one kept aside; undefined where it kept nothing.
 * @param table as it is before the migration.
 */
export function restoring(statement: Statement, earlier: readonly Statement[], operation: Operation, table: Table): string | undefined {
  if (operation.kind !== 'delete' && operation.kind !== 'update' && operation.kind !== 'truncate') return undefined;
  const name = keptFor(statement, earlier, table);
  if (name === undefined) return undefined;
  const on = quoteQualified(table.schema, table.name);
  const from = quoteQualified(table.schema, name);
  if (operation.kind === 'update') {
    const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
    if (key.length === 0) return undefined;
    const set = operation.columns.map((column) => `${quoteIdentifier(column)} = kept.${quoteIdentifier(column)}`).join(', ');
    const same = key.map((column) => `old.${quoteIdentifier(column)} = kept.${quoteIdentifier(column)}`).join(' AND ');
    return `UPDATE ${on} AS old SET ${set} FROM ${from} AS kept WHERE ${same}`;
  }
  const columns = table.columns.filter(({ generated }) => generated === undefined).map(({ name: column }) => quoteIdentifier(column));
  if (columns.length === 0 || table.complete === false) return undefined;
  const overriding = table.columns.some(({ identityKind }) => identityKind === 'always') ? ' OVERRIDING SYSTEM VALUE' : '';
  return `INSERT INTO ${on} (${columns.join(', ')})${overriding} SELECT ${columns.join(', ')} FROM ${from}`;
}

/** The table that was made right before from this one, under a name that says so. */
function keptFor(statement: Statement, earlier: readonly Statement[], table: Table): string | undefined {
  for (const previous of earlier.slice(0, earlier.indexOf(statement)).reverse()) {
    const [operation] = previous.operations;
    if (operation?.kind !== 'create table' || !operation.asQuery || !operation.table.name.startsWith(keptPrefix)) return undefined;
    if (namesIn(previous.text, [table.name]).length > 0) return operation.table.name;
  }
  return undefined;
}
