import { relationKey, type Table } from '../model/catalog';
import type { ObjectName, Operation } from '../model/operation';
import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';
import { setOptions, setOwner, withOptions } from './alterations';
import { timingOf, withTiming } from './constraint-timing';
import { readOptions, Words } from './sentences';
import { setSetting } from './settings';
import type { Workspace } from './workspace';

/**
 * What ALTER TABLE says about a relation as a whole, by its words. Returns the table changed; undefined where the words are about
 * something else, or about a relation that is no table. Only for relations that a migration creates: of others it is not known what was there.
 */
export function alterWhole(workspace: Workspace, operation: Extract<Operation, { kind: 'alter table' }>): void {
  const words = new Words(operation.detail);
  if (words.accept('owner', 'to')) {
    setOwner(workspace, { kind: 'table', name: operation.table, text: '' }, words.rest());
    return;
  }
  const table = workspace.findTable(operation.table);
  if (table === undefined || table.presumed === true) return;
  const changed = changedTable(workspace, table, words);
  if (changed !== undefined) workspace.tables.set(changed);
}

function changedTable(workspace: Workspace, table: Table, words: Words): Table | undefined {
  if (words.peek() === 'set' && words.peek(1) === '(') {
    words.step();
    return withTableOptions(table, readOptions(words.parenthesised() ?? ''), false);
  }
  if (words.peek() === 'reset' && words.peek(1) === '(') {
    words.step();
    return withTableOptions(table, readOptions(words.parenthesised() ?? ''), true);
  }
  if (words.accept('replica', 'identity')) return replicaIdentity(table, words);
  if (words.accept('set', 'access', 'method')) return { ...table, accessMethod: words.name().name };
  if (words.accept('set', 'tablespace')) return { ...table, tablespace: words.name().name };
  if (words.accept('cluster', 'on')) return clusteredOn(table, words.name().name);
  if (words.accept('set', 'without', 'cluster')) return clusteredOn(table, undefined);
  if (words.accept('alter', 'constraint')) return withConstraintAltered(table, words.name().name, words.rest());
  if (words.accept('inherit')) return { ...table, inherits: [...(table.inherits ?? []), parentKey(workspace, words)] };
  if (words.accept('no', 'inherit')) return withoutParent(workspace, table, parentKey(workspace, words));
  if (words.peek(1) === 'rule' || words.peek(2) === 'rule') toggleRule(workspace, table, words);
  return undefined;
}

/** When a foreign key is checked, and since 18 whether (manual, ALTER TABLE, ALTER CONSTRAINT). */
function withConstraintAltered(table: Table, name: string, text: string): Table {
  const enforced = /\bnot\s+enforced\b/i.test(text) ? false : /\benforced\b/i.test(text) ? true : undefined;
  const constraints = table.constraints.map((constraint) => {
    if (constraint.name !== name) return constraint;
    const isTimed = /\b(deferrable|initially)\b/i.test(text);
    const definition = isTimed ? withTiming(constraint.definition, timingOf({ definition: ` ${text}` })) : constraint.definition;
    return { ...constraint, definition, ...(enforced !== undefined && { enforced, validated: enforced }) };
  });
  return { ...table, constraints };
}

function withTableOptions(table: Table, options: ReadonlyMap<string, string>, resets: boolean): Table {
  const others = (table.options ?? []).filter((option) => !options.has(option.split('=')[0] ?? ''));
  const all = resets ? others : [...others, ...[...options].map(([name, value]) => `${name}=${value}`)];
  const { options: _, ...rest } = table;
  return all.length === 0 ? rest : { ...rest, options: all.sort() };
}

function replicaIdentity(table: Table, words: Words): Table {
  const { replicaIdentity: _, ...rest } = table;
  if (words.accept('default')) return rest;
  const index = words.accept('using', 'index') ? words.name().name : undefined;
  return { ...rest, replicaIdentity: index === undefined ? words.peek().toUpperCase() : `USING INDEX ${quoteIdentifier(index)}` };
}

export function clusteredOn(table: Table, name: string | undefined): Table {
  const indexes = table.indexes.map((index) => {
    const { clustered: _, ...rest } = index;
    return index.name === name ? { ...rest, clustered: true } : rest;
  });
  return { ...table, indexes };
}

/** CLUSTER with an index remembers it for the next time (manual, CLUSTER). The words name it in one of two orders. */
export function clusterTables(
  workspace: Workspace,
  operation: { readonly tables: readonly ObjectName[] },
  source: { readonly text: string },
): void {
  const [name] = operation.tables;
  const table = name === undefined ? undefined : workspace.findTable(name);
  const index = /\busing\s+("(?:[^"]|"")+"|[^\s;]+)/i.exec(source.text)?.[1];
  if (table === undefined || table.presumed === true || index === undefined) return;
  workspace.tables.set(clusteredOn(table, new Words(index).name().name));
}

function parentKey(workspace: Workspace, words: Words): string {
  const name = words.name();
  const found = workspace.findTable(name);
  return found === undefined ? `${workspace.creationSchema(name)}.${name.name}` : relationKey(found);
}

/** Columns and constraints that came from no other parent stay as the table's own (manual, ALTER TABLE, NO INHERIT). */
function withoutParent(workspace: Workspace, table: Table, parent: string): Table {
  const { inherits: _, ...rest } = table;
  const keys = (table.inherits ?? []).filter((key) => key !== parent);
  const others = workspace.tables.values().filter((other) => keys.includes(relationKey(other)));
  const own = <T extends { readonly name: string; readonly inherited?: boolean }>(
    part: T,
    parts: (other: Table) => readonly { name: string }[],
  ) => {
    if (others.some((other) => parts(other).some(({ name }) => name === part.name))) return part;
    const { inherited: __, ...alone } = part;
    return alone as T;
  };
  return {
    ...rest,
    columns: table.columns.map((column) => own(column, ({ columns }) => columns)),
    constraints: table.constraints.map((constraint) => own(constraint, ({ constraints }) => constraints)),
    ...(keys.length > 0 && { inherits: keys }),
  };
}

function toggleRule(workspace: Workspace, table: Table, words: Words): void {
  const text = words.rest();
  const rule = /(\S+)$/.exec(text)?.[1] ?? '';
  const head = `ALTER TABLE ${quoteQualified(table.schema, table.name)}`;
  setSetting(
    workspace,
    `${head} rule ${rule}`,
    /^enable\s+rule/i.test(text) ? undefined : { set: `${head} ${text}`, reset: `${head} ENABLE RULE ${rule}` },
  );
}

/** The forms of ALTER COLUMN that set an option of it, or of the sequence behind it. */
export function alterColumnOption(workspace: Workspace, operation: Extract<Operation, { kind: 'alter column' }>): void {
  const table = workspace.findTable(operation.table);
  if (table === undefined || table.presumed === true) return;
  const words = new Words(operation.detail);
  words.accept('alter');
  words.accept('column');
  words.name();
  const head = `ALTER TABLE ${quoteQualified(table.schema, table.name)} ALTER COLUMN ${quoteIdentifier(operation.column)}`;
  const set = (change: Partial<Table['columns'][number]>) =>
    workspace.tables.set({
      ...table,
      columns: table.columns.map((column) => (column.name === operation.column ? { ...column, ...change } : column)),
    });
  const text = words.rest();
  const behind = new Words(text);
  if (behind.peek(1) === '(' && (behind.peek() === 'set' || behind.peek() === 'reset')) {
    behind.step();
    setOptions(workspace, head, /^\s*reset/i.test(text), behind.parenthesised() ?? '');
  } else if (behind.accept('set', 'compression')) set({ compression: behind.name().name });
  else if (/^\s*set\s+expression\b/i.test(text)) {
    const kind = table.columns.find((column) => column.name === operation.column)?.generated?.kind ?? 'stored';
    behind.skipPast('as');
    set({ generated: { expression: (behind.parenthesised() ?? '()').slice(1, -1), kind } });
  } else {
    const generated = /\bset\s+generated\s+(always|by\s+default)/i.exec(text)?.[1];
    if (generated !== undefined) set({ identityKind: /^always/i.test(generated) ? 'always' : 'by default' });
    const key = relationKey(table);
    const sequence = workspace.sequences.values().find(({ ownedBy }) => ownedBy?.table === key && ownedBy.column === operation.column);
    if (sequence?.ownedBy?.internal === true && /\bset\s+(increment|minvalue|maxvalue|no|start|cache|cycle)\b/i.test(text))
      workspace.sequences.set(withOptions(workspace, sequence, text));
  }
}
