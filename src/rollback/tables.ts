import type { Catalog, Table } from '../model/catalog';
import { relationKey } from '../model/catalog';
import { quoteIdentifier, quoteLiteral } from '../parse/postgres/identifiers';
import { type Change, type ChangeOptions, change } from './change';
import { columnText, type TablePair } from './columns';
import { spoken, spokenKey, sqlName, sqlNameOfKey } from './names';

function word(table: Table): string {
  return table.kind === 'foreign table' ? 'FOREIGN TABLE' : 'TABLE';
}

export function dropTable(table: Table, options: ChangeOptions): Change {
  return change('drop table', `Drop table ${spoken(table)}`, `It was not there ${options.goal}.`, `DROP ${word(table)} ${sqlName(table)}`);
}

/** CREATE TABLE without constraints, indexes and the like: these come when all tables are there. */
export function createTable(table: Table, catalog: Catalog, options: ChangeOptions): Change {
  const empty = options.isEmpty(relationKey(table)) || table.kind === 'partitioned table';
  const text = `rows of ${spoken(table)}: restore them from a backup taken before the migration`;
  return change('create table', `Create table ${spoken(table)}`, `It was there ${options.goal}.`, createTableText(table, catalog), {
    ...(empty ? {} : { loses: { text, loss: { table: relationKey(table) } } }),
    ...(table.complete === false
      ? { unknown: `Not undone: table ${spoken(table)}, which is dropped: no migration that was read creates it.` }
      : {}),
  });
}

function createTableText(table: Table, catalog: Catalog): string {
  const persistence = table.persistence === 'unlogged' ? 'UNLOGGED ' : table.persistence === 'temporary' ? 'TEMPORARY ' : '';
  const head = `CREATE ${persistence}${word(table)} ${sqlName(table)}`;
  const own = table.columns.filter((column) => column.inherited !== true);
  const isPartition = table.partitionOf !== undefined && own.length === 0;
  const columns = own.map((column) => `  ${columnText(table, column, catalog)}`).join(',\n');
  const parts = [
    isPartition && table.partitionOf
      ? `${head} PARTITION OF ${sqlNameOfKey(table.partitionOf.parent)} ${table.partitionOf.bound}`
      : `${head} (\n${columns}\n)`,
  ];
  if (table.inherits) parts.push(`INHERITS (${table.inherits.map(sqlNameOfKey).join(', ')})`);
  if (table.partitionKey) parts.push(`PARTITION BY ${table.partitionKey}`);
  if (table.accessMethod && table.kind === 'table') parts.push(`USING ${quoteIdentifier(table.accessMethod)}`);
  if (table.server) parts.push(table.server);
  if (table.options) parts.push(`WITH (${table.options.map(optionText).join(', ')})`);
  if (table.tablespace) parts.push(`TABLESPACE ${quoteIdentifier(table.tablespace)}`);
  return parts.join(' ');
}

/** Created as a partition at once, where all of its columns come from the parent. */
export function isCreatedAttached(table: Table): boolean {
  return table.partitionOf !== undefined && table.columns.every((column) => column.inherited === true);
}

function optionText(option: string): string {
  const [name = '', ...value] = option.split('=');
  return `${name} = ${quoteLiteral(value.join('='))}`;
}

/** A detach that was begun and never finished can only be finished. */
export function finalizeDetach(table: Table): Change {
  const parent = table.partitionOf?.parent ?? '';
  return change(
    'finalize detach',
    `Finish detaching ${spoken(table)} from ${spokenKey(parent)}`,
    'A DETACH PARTITION CONCURRENTLY that stopped half way can only be finished; the partition answers no query through its parent meanwhile.',
    `ALTER TABLE ${sqlNameOfKey(parent)} DETACH PARTITION ${sqlName(table)} FINALIZE`,
    // FINALIZE can run in a transaction block; CONCURRENTLY can't (manual, ALTER TABLE).
  );
}

export function detachPartition(table: Table, options: ChangeOptions): Change {
  const parent = table.partitionOf?.parent ?? '';
  return change(
    'detach partition',
    `Detach ${spoken(table)} from ${spokenKey(parent)}`,
    `It was no such partition of it ${options.goal}.`,
    `ALTER TABLE ${sqlNameOfKey(parent)} DETACH PARTITION ${sqlName(table)}`,
  );
}

export function attachPartition(table: Table, options: ChangeOptions): Change {
  const parent = table.partitionOf?.parent ?? '';
  return change(
    'attach partition',
    `Attach ${spoken(table)} to ${spokenKey(parent)}`,
    `It was its partition ${options.goal}.`,
    `ALTER TABLE ${sqlNameOfKey(parent)} ATTACH PARTITION ${sqlName(table)} ${table.partitionOf?.bound ?? ''}`,
  );
}

/** What ALTER TABLE changes about the table as a whole. */
export function tableChanges({ from, to }: TablePair, options: ChangeOptions): Change[] {
  const on = `ALTER ${word(to)} ${sqlName(to)}`;
  const why = `It was so ${options.goal}.`;
  const changes: Change[] = [];
  const alter = (title: string, text: string) => changes.push(change('alter table', title, why, `${on} ${text}`));
  if (from.persistence !== to.persistence && to.persistence !== 'temporary') {
    alter(
      `Make ${spoken(to)} ${to.persistence === 'unlogged' ? 'unlogged' : 'logged'}`,
      to.persistence === 'unlogged' ? 'SET UNLOGGED' : 'SET LOGGED',
    );
  }
  const [oldOptions, newOptions] = [from.options ?? [], to.options ?? []];
  const reset = oldOptions.map(nameOfOption).filter((name) => !newOptions.map(nameOfOption).includes(name));
  const set = newOptions.filter((option) => !oldOptions.includes(option));
  if (reset.length > 0) alter(`Reset storage parameters of ${spoken(to)}`, `RESET (${reset.join(', ')})`);
  if (set.length > 0) alter(`Set storage parameters of ${spoken(to)}`, `SET (${set.map(optionText).join(', ')})`);
  if (from.accessMethod !== to.accessMethod)
    alter(`Set the access method of ${spoken(to)}`, `SET ACCESS METHOD ${quoteIdentifier(to.accessMethod ?? 'heap')}`);
  if (from.tablespace !== to.tablespace)
    alter(`Move ${spoken(to)} to its tablespace`, `SET TABLESPACE ${quoteIdentifier(to.tablespace ?? 'pg_default')}`);
  for (const parent of (to.inherits ?? []).filter((name) => !from.inherits?.includes(name))) {
    alter(`Let ${spoken(to)} inherit from ${spokenKey(parent)}`, `INHERIT ${sqlNameOfKey(parent)}`);
  }
  return changes;
}

/**
 * What a child no longer inherits from: before those tables go.
 * @param now the child and its parents as they are called before renames.
 */
export function leaveParents(now: Table, { from, to }: TablePair, options: ChangeOptions): Change[] {
  const left = (now.inherits ?? []).filter((_, place) => !to.inherits?.includes(from.inherits?.[place] ?? ''));
  return left.map((parent) =>
    change(
      'alter table',
      `Let ${spoken(now)} no longer inherit from ${spokenKey(parent)}`,
      `It was so ${options.goal}.`,
      `ALTER ${word(now)} ${sqlName(now)} NO INHERIT ${sqlNameOfKey(parent)}`,
    ),
  );
}

function nameOfOption(option: string): string {
  return option.split('=')[0] ?? '';
}

function isOn(security: Table['rowSecurity']): boolean {
  return security === 'on' || security === 'forced';
}

function isForced(security: Table['rowSecurity']): boolean {
  return security === 'forced' || security === 'off, forced';
}

/** Row security, replica identity and clustering: after policies and indexes. `from` is undefined for a new table. */
export function tableSwitches(from: Table | undefined, to: Table, options: ChangeOptions): Change[] {
  const on = `ALTER TABLE ${sqlName(to)}`;
  const why = `It was so ${options.goal}.`;
  const changes: Change[] = [];
  const alter = (title: string, text: string) => changes.push(change('alter table', title, why, `${on} ${text}`));
  const old = from?.rowSecurity ?? 'off';
  if (isOn(old) !== isOn(to.rowSecurity)) {
    const on = isOn(to.rowSecurity);
    alter(`Switch row security of ${spoken(to)} ${on ? 'on' : 'off'}`, `${on ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`);
  }
  if (isForced(old) !== isForced(to.rowSecurity)) {
    const forced = isForced(to.rowSecurity);
    alter(
      `${forced ? 'Force' : 'Do not force'} row security on the owner of ${spoken(to)}`,
      `${forced ? '' : 'NO '}FORCE ROW LEVEL SECURITY`,
    );
  }
  if (from?.replicaIdentity !== to.replicaIdentity)
    alter(`Set the replica identity of ${spoken(to)}`, `REPLICA IDENTITY ${to.replicaIdentity ?? 'DEFAULT'}`);
  const clustered = (table: Table | undefined) => table?.indexes.find((index) => index.clustered === true)?.name;
  if (clustered(from) !== clustered(to)) {
    const name = clustered(to);
    alter(`Set the clustering of ${spoken(to)}`, name === undefined ? 'SET WITHOUT CLUSTER' : `CLUSTER ON ${quoteIdentifier(name)}`);
  }
  return changes;
}
