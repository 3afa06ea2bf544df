import { type Constraint, relationKey, type Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import { quoteIdentifier, quoteLiteral } from '../../parse/mysql/identifiers';
import { versioned } from '../../schema/mysql/lines';
import { type ListedPartition, partitionList } from '../../schema/mysql/partition-list';
import { columnLine } from '../../schema/mysql/show-create';
import { type Change, type ChangeOptions, change } from '../change';
import { spoken } from '../names';
import { addForeignKey } from './foreign-keys';
import { addCheck, addIndex } from './indexes';
import { optionOf, sqlName } from './names';

/** Options that ALTER and CREATE TABLE write otherwise than `NAME=value`. */
const special = new Set(['charset', 'collate']);

function optionText(option: string): string {
  if (option === versioned) return 'WITH SYSTEM VERSIONING';
  const [name = '', ...value] = option.split('=');
  return `${name.toUpperCase()}=${value.join('=')}`;
}

function optionName(option: string): string {
  return option.split('=')[0] ?? '';
}

function charsetText(table: Table): string[] {
  const [charset, collation] = [optionOf(table, 'charset'), optionOf(table, 'collate')];
  return charset === undefined ? [] : [`DEFAULT CHARACTER SET ${charset}${collation === undefined ? '' : ` COLLATE ${collation}`}`];
}

/** CREATE TABLE with these foreign keys; the others are added when the tables that they point to are there. */
export function createTable(table: Table, foreignKeys: readonly Constraint[], engine: Engine, options: ChangeOptions): Change {
  const checks = table.constraints.filter(({ kind }) => kind === 'check');
  const lines = [
    ...table.columns.map((column) => columnLine(column, engine)),
    ...table.indexes.map((index) => addIndex(index).slice('ADD '.length)),
    ...[...checks.map(addCheck), ...foreignKeys.map(addForeignKey)].map((text) => text.slice('ADD '.length)),
  ];
  const settings = (table.options ?? []).filter((option) => !special.has(optionName(option))).map(optionText);
  const comment = table.comment === undefined ? [] : [`COMMENT=${quoteLiteral(table.comment)}`];
  const tail = [...settings, ...charsetText(table), ...comment].join(' ');
  const partitions = table.partitionKey === undefined ? '' : `\nPARTITION BY ${table.partitionKey}`;
  const temporary = table.persistence === 'temporary' ? 'TEMPORARY ' : '';
  const text = `CREATE ${temporary}TABLE ${sqlName(table)} (\n  ${lines.join(',\n  ')}\n)${tail === '' ? '' : ` ${tail}`}${partitions}`;
  const isEmpty = options.isEmpty(relationKey(table));
  const lost = `rows of ${spoken(table)}: restore them from a backup taken before the migration`;
  return change('create table', `Create table ${spoken(table)}`, `It was there ${options.goal}.`, text, {
    transactional: false,
    ...(!isEmpty && { loses: { text: lost, loss: { table: relationKey(table) } } }),
  });
}

export function dropTable(table: Table, options: ChangeOptions): Change {
  const text = `DROP ${table.persistence === 'temporary' ? 'TEMPORARY ' : ''}TABLE ${sqlName(table)}`;
  return change('drop table', `Drop table ${spoken(table)}`, `It was not there ${options.goal}.`, text, { transactional: false });
}

/** What an ALTER says of the table as a whole. */
export function optionClauses(from: Table, to: Table): string[] {
  const names = (table: Table) => (table.options ?? []).map(optionName);
  const clauses = (to.options ?? [])
    .filter((option) => !special.has(optionName(option)) && !from.options?.includes(option))
    .map((option) => (option === versioned ? 'ADD SYSTEM VERSIONING' : optionText(option)));
  const gone = names(from).filter((name) => !special.has(name) && !names(to).includes(name));
  const isSameCharset = charsetText(from).join() === charsetText(to).join();
  return [
    ...clauses,
    ...gone.map((name) =>
      name === optionName(versioned) ? 'DROP SYSTEM VERSIONING' : `${name.toUpperCase()}=${withoutValue[name] ?? 'DEFAULT'}`,
    ),
    ...(isSameCharset ? [] : charsetText(to)),
    ...(from.comment === to.comment ? [] : [`COMMENT=${quoteLiteral(to.comment ?? '')}`]),
  ];
}

/** What takes an option away where that is not DEFAULT (manual, CREATE TABLE). */
const withoutValue: Readonly<Record<string, string>> = {
  key_block_size: '0',
  compression: "''",
  max_rows: '0',
  min_rows: '0',
  avg_row_length: '0',
  checksum: '0',
  delay_key_write: '0',
  encryption: "'N'",
  page_compressed: '0',
};

/** Tables take the names of the target, all in one statement: no moment shows half of it (manual, RENAME TABLE). */
export function renameTables(pairs: readonly (readonly [Table, Table])[], taken: ReadonlySet<string>, options: ChangeOptions): Change[] {
  const waiting = pairs.filter(([a, b]) => relationKey(a) !== relationKey(b));
  if (waiting.length === 0) return [];
  const names = new Set(taken);
  const parts: string[] = [];
  const left = waiting.map(([a, b]) => ({ from: { schema: a.schema, name: a.name }, to: b }));
  while (left.length > 0) {
    // Who holds a name without giving it up is no reason to wait.
    const held = new Set(left.map(({ from }) => relationKey(from)));
    const free = left.findIndex(({ to }) => !names.has(relationKey(to)) || !held.has(relationKey(to)));
    const [entry] = left.splice(Math.max(free, 0), 1);
    if (entry === undefined) break;
    const aside = { schema: entry.from.schema, name: `${entry.from.name}_aside` };
    const target = free === -1 ? aside : entry.to;
    parts.push(`${sqlName(entry.from)} TO ${sqlName(target)}`);
    names.delete(relationKey(entry.from));
    names.add(relationKey(target));
    if (free === -1) left.push({ from: aside, to: entry.to });
  }
  const told = waiting.map(([a, b]) => `${spoken(a)} to ${spoken(b)}`);
  const why = `${waiting.length === 1 ? 'It was called so' : 'They were called so'} ${options.goal}. Foreign keys of other tables follow.`;
  return [change('rename', `Rename ${told.join(', ')}`, why, `RENAME TABLE ${parts.join(', ')}`, { transactional: false })];
}

/** What changes some partitions and leaves the rows of the others where they are. Undefined where all have to be made anew. */
function partitionStep(from: string | undefined, to: string | undefined): string | undefined {
  const [now, goal] = [from, to].map((key) => (key === undefined ? undefined : partitionList(key)));
  if (now === undefined || goal === undefined || now.method !== goal.method) return undefined;
  const isSame = (a: ListedPartition | undefined, b: ListedPartition | undefined) =>
    a !== undefined && b !== undefined && a.definition.toLowerCase() === b.definition.toLowerCase();
  let [old, wanted] = [now.partitions, goal.partitions];
  while (isSame(old[0], wanted[0])) [old, wanted] = [old.slice(1), wanted.slice(1)];
  let next: ListedPartition | undefined;
  while (isSame(old.at(-1), wanted.at(-1))) [next, old, wanted] = [old.at(-1), old.slice(0, -1), wanted.slice(0, -1)];
  const names = (partitions: readonly ListedPartition[]) => partitions.map(({ name }) => quoteIdentifier(name)).join(', ');
  const definitions = (partitions: readonly ListedPartition[]) => partitions.map(({ definition }) => definition).join(', ');
  const isList = /^list/i.test(goal.method);
  // In front of another range one can only have been cut out of it, and its rows go back there; at the end it was added.
  if (wanted.length === 0 && next !== undefined && !isList) {
    return `REORGANIZE PARTITION ${names([...old, next])} INTO (${definitions([next])})`;
  }
  if (wanted.length === 0) return `DROP PARTITION ${names(old)}`;
  if (old.some((partition) => wanted.some((other) => isSame(partition, other)))) return undefined;
  if (old.length > 0) return `REORGANIZE PARTITION ${names(old)} INTO (${definitions(wanted)})`;
  // A range is cut out of the one behind it; values of a list belong to none by now.
  if (next === undefined || isList) return `ADD PARTITION (${definitions(wanted)})`;
  return `REORGANIZE PARTITION ${names([next])} INTO (${definitions([...wanted, next])})`;
}

/** Partitions are a statement of their own (manual, ALTER TABLE Partition Operations). */
export function partitionChange(from: Table, to: Table, options: ChangeOptions): Change[] {
  if (from.partitionKey === to.partitionKey) return [];
  const name = spoken(to);
  const step = partitionStep(from.partitionKey, to.partitionKey);
  if (step !== undefined) {
    const text = `ALTER TABLE ${sqlName(to)} ${step}`;
    return [change('alter table', `Give ${name} its partitions back`, `It had these ${options.goal}.`, text, { transactional: false })];
  }
  const text = `ALTER TABLE ${sqlName(to)} ${to.partitionKey === undefined ? 'REMOVE PARTITIONING' : `PARTITION BY ${to.partitionKey}`}`;
  const why = `It had ${to.partitionKey === undefined ? 'no partitions' : 'these partitions'} ${options.goal}. All of its rows are written anew.`;
  return [change('alter table', `Give ${name} its partitions back`, why, text, { transactional: false })];
}
