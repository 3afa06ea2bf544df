import { type NativeCall, type NativeUse, type NativeValue, native } from '../../../code/native';
import { plainValue } from '../../../code/plain';
import { emitSql } from '../../../code/sql/emit';
import { undefinedValue, unknown, type Value } from '../../../code/value';
import type { Dialect } from '../typeorm/dialects';
import { assignments, criteriaSql, entityTable, insertSql, type RowDialect, whereClause } from '../typeorm/rows';
import { connection, driver, withParameters } from './driver';

/** What only reads, or only changes objects in memory: nothing is rendered for it. */
const quiet =
  /^(find|count|create$|assign$|getReference$|merge$|map$|populate$|refresh$|clear$|canPopulate$|getMetadata$|getContext$|getRepository$|lock$|setTransactionContext$|getTransactionContext$)/;

/**
 * The entity manager of a migration (`@mikro-orm/knex`, `SqlEntityManager`; `@mikro-orm/core`, `EntityManager`): raw SQL, rows that are
 * written without entities, transactions. Entities that are flushed are known only when it runs.
 */
export function entityManager(getKnex: (call: NativeCall) => Value, dialect: Dialect): NativeValue {
  const execute = (call: NativeCall): Value => {
    emitSql(call, withParameters(call, dialect));
    return unknown('rows', { source: call.place });
  };
  const flushed = (call: NativeCall): Value => {
    call.machine.unread(call.place, 'what it writes depends on the entities, which are known only when it runs');
    return undefinedValue;
  };
  const manager: NativeValue = native({
    name: 'the entity manager',
    methods: {
      execute,
      getConnection: () => connection(getKnex, dialect),
      getDriver: () => driver(getKnex, dialect),
      getKnex,
      fork: () => manager,
      transactional: (call) => call.machine.call(call.arg(0), [manager], call.place),
      begin: () => undefinedValue,
      commit: () => undefinedValue,
      persist: () => manager,
      remove: () => manager,
      flush: flushed,
      persistAndFlush: flushed,
      removeAndFlush: flushed,
      createQueryBuilder: (call) => queryBuilder(plainValue(call.arg(0)), dialect),
      qb: (call) => queryBuilder(plainValue(call.arg(0)), dialect),
      ...Object.fromEntries(Object.entries(writers).map(([name, writer]) => [name, writing(name, writer, dialect)])),
    },
    member: (name) =>
      quiet.test(name) ? native({ name, reachesDatabase: false, call: (call) => unknown(call.machine.textOf(call.place)) }) : undefined,
  });
  return manager;
}

type Writer = (table: string, rest: readonly unknown[], use: NativeUse, dialect: RowDialect) => string | undefined;

const writers: Readonly<Record<string, Writer>> = {
  nativeInsert: (table, [row], use, dialect) => insertSql(table, row, undefined, use, dialect),
  insert: (table, [row], use, dialect) => insertSql(table, row, undefined, use, dialect),
  insertMany: (table, [rows], use, dialect) => insertSql(table, rows, undefined, use, dialect),
  nativeUpdate: (table, [where, row], use, dialect) => updateSql(table, where, row, use, dialect),
  nativeDelete: (table, [where], use, dialect) => `DELETE FROM ${table}${whereClause(criteriaSql(where, use, dialect))}`,
};

function writing(name: string, writer: Writer, dialect: RowDialect): (call: NativeCall) => Value {
  return (call) => {
    const table = entityTable(plainValue(call.arg(0)), dialect);
    const rest = call.args.slice(1).map((argument) => plainValue(argument));
    const sql = table === undefined ? undefined : writer(table, rest, call, dialect);
    if (sql === undefined) call.machine.unread(call.place, 'its table or its rows are known only when it runs');
    else emitSql(call, sql);
    return unknown(name, { source: call.place });
  };
}

function updateSql(table: string, where: unknown, row: unknown, use: NativeUse, dialect: RowDialect): string | undefined {
  const set = assignments(row, use, dialect);
  return set === undefined ? undefined : `UPDATE ${table} SET ${set}${whereClause(criteriaSql(where, use, dialect))}`;
}

interface Told {
  kind: 'select' | 'insert' | 'update' | 'delete';
  values: unknown;
  condition: unknown;
}

/** `em.createQueryBuilder('users').update({...}).where({...})`: sent when it is awaited, or by `execute`. */
function queryBuilder(target: unknown, dialect: RowDialect): NativeValue {
  const told: Told = { kind: 'select', values: undefined, condition: undefined };
  const become =
    (kind: Told['kind']) =>
    (call: NativeCall): Value => {
      told.kind = kind;
      if (kind === 'delete') told.condition = plainValue(call.arg(0));
      else told.values = plainValue(call.arg(0));
      return builder;
    };
  const send = (use: NativeUse): Value => {
    const sql = statementOf(told, entityTable(target, dialect), use, dialect);
    if (told.kind !== 'select' && sql === undefined) {
      use.machine.unread(use.place, 'its table or its rows are known only when it runs');
    } else if (sql !== undefined) emitSql(use, sql);
    told.kind = 'select';
    return unknown('rows', { source: use.place });
  };
  const builder: NativeValue = native({
    name: 'the query builder',
    methods: {
      insert: become('insert'),
      update: become('update'),
      delete: become('delete'),
      where: (call) => {
        told.condition = plainValue(call.arg(0));
        return builder;
      },
      execute: send,
      run: send,
    },
    member: (name) => native({ name, reachesDatabase: false, call: () => builder }),
    settle: send,
  });
  return builder;
}

function statementOf(told: Told, table: string | undefined, use: NativeUse, dialect: RowDialect): string | undefined {
  if (table === undefined) return undefined;
  if (told.kind === 'insert') return insertSql(table, told.values, undefined, use, dialect);
  if (told.kind === 'update') return updateSql(table, told.condition, told.values, use, dialect);
  return told.kind === 'delete' ? `DELETE FROM ${table}${whereClause(criteriaSql(told.condition, use, dialect))}` : undefined;
}
