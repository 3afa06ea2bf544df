import { relationKey, type Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { withOwnConstraints } from './columns';
import { serverExpression } from './expression';
import { columnOf, firstOptions, tableOptions } from './lines';
import { checkName } from './names';
import { type Setting, withConstraint, withIndex } from './parts';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** The table of that name; when it was never seen, an incomplete one, since the statement says that it exists. */
export function tableOrUnseen({ workspace, engine }: Setting, name: ObjectName): Table {
  const known = workspace.findTable(name);
  if (known !== undefined) return known;
  const table: Table = { ...workspace.tableOrUnseen(name), options: firstOptions(engine) };
  workspace.tables.set(table);
  return table;
}

export function createTable(setting: Setting, operation: Of<'create table'>): void {
  const { workspace, engine } = setting;
  const { table: name, like, partitionKey, persistence, asQuery, options } = operation;
  const known = workspace.findTable(name);
  if (known !== undefined && operation.orReplace !== true) return;
  if (known !== undefined) workspace.tables.delete(known);
  if (like !== undefined) {
    const made = copyOf(setting, like, name);
    if (made !== undefined) workspace.tables.set(made);
    return;
  }
  let table: Table = {
    identity: workspace.newIdentity(),
    schema: workspace.creationSchema(name),
    name: name.name,
    kind: 'table',
    persistence: persistence === 'temporary' ? 'temporary' : 'permanent',
    columns: [],
    constraints: [],
    indexes: [],
    triggers: [],
    policies: [],
    rowSecurity: 'off',
    options: tableOptions(firstOptions(engine), options ?? {}, engine),
    ...(options?.comment !== undefined && options.comment !== '' && { comment: options.comment }),
    ...(partitionKey !== undefined && { partitionKey: partitioning(partitionKey, operation.partitions) }),
    // Columns that come from a query are not known.
    ...(asQuery && { complete: false }),
  };
  for (const column of operation.columns)
    table = { ...table, columns: [...table.columns, columnOf(column, table, engine, workspace.newIdentity())] };
  // Foreign keys come last: an index that serves them may stand further down.
  const [keys, foreignKeys] = split(operation.constraints);
  for (const column of operation.columns) {
    const [own, references] = split(column.constraints ?? []);
    table = withOwnConstraints(table, { ...column, constraints: own }, setting);
    foreignKeys.unshift(...references);
  }
  for (const constraint of keys) table = withConstraint(table, constraint, setting);
  for (const index of operation.indexes ?? []) table = withIndex(table, index, setting);
  for (const constraint of foreignKeys) table = withConstraint(table, constraint, setting);
  workspace.tables.set(table);
}

const isForeign = ({ kind }: { readonly kind: string }) => kind === 'foreign key';

function split<T extends { readonly kind: string }>(constraints: readonly T[]): [T[], T[]] {
  return [constraints.filter((constraint) => !isForeign(constraint)), constraints.filter(isForeign)];
}

/** CREATE TABLE ... LIKE takes columns, indexes and checks over, and no foreign key (manual). MySQL gives the checks new names. */
function copyOf({ workspace, engine }: Setting, like: ObjectName, name: ObjectName): Table | undefined {
  const source = workspace.findTable(like);
  if (source === undefined) return undefined;
  const fresh = <T extends { readonly identity: string }>(object: T): T => ({ ...object, identity: workspace.newIdentity() });
  const { comment: _, presumed: __, ...rest } = source;
  let copy: Table = {
    ...rest,
    identity: workspace.newIdentity(),
    schema: workspace.creationSchema(name),
    name: name.name,
    columns: source.columns.map(fresh),
    indexes: source.indexes.map(({ implicit: ___, ...index }) => fresh(index)),
    constraints: source.constraints.filter(({ kind }) => kind === 'primary key').map(fresh),
    triggers: [],
    ...(source.comment !== undefined && { comment: source.comment }),
  };
  for (const check of source.constraints.filter(({ kind }) => kind === 'check')) {
    const own = engine.name === 'mysql' ? { ...check, name: checkName(copy, engine) } : check;
    copy = { ...copy, constraints: [...copy.constraints, fresh(own)] };
  }
  return copy;
}

/** PARTITION BY as SHOW CREATE TABLE writes it; words in capitals, columns in backticks, names of partitions bare in MySQL. */
export function partitioning(key: string, rest: string | undefined): string {
  const engine = { name: 'mysql', major: 9 } as const;
  const [, words = '', inside] = /^([a-z ]+?)\s*(?:\((.*)\))?$/is.exec(key.trim()) ?? [];
  const columns = /\b(key|columns)\b/i.test(words);
  const list =
    inside === undefined
      ? ''
      : columns
        ? inside
            .split(',')
            .map((name) => serverExpression(name, engine))
            .join(',')
        : serverExpression(inside, engine);
  const parts = rest?.trim().replace(/^partitions (\d+)/i, 'PARTITIONS $1') ?? '';
  const separator = parts.startsWith('(') ? '' : '\n';
  return `${words.toUpperCase().trim()} (${list})${parts === '' ? '' : `${separator}${parts}`}`.replaceAll('\n', '');
}

/** Tables that go; what pointed to them by a foreign key keeps them from going, unless checks are off. */
export function dropTables({ workspace, checksForeignKeys }: Setting, names: readonly ObjectName[]): void {
  for (const name of names) {
    const table = workspace.findTable(name);
    if (table === undefined) continue;
    const going = new Set(names.map(({ name: other }) => other));
    const isNeeded = workspace.tables
      .values()
      .some((other) => !going.has(other.name) && other.constraints.some(({ references }) => references === relationKey(table)));
    if (!isNeeded || !checksForeignKeys) workspace.tables.delete(table);
  }
}
