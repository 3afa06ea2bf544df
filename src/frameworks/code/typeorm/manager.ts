import { type NativeCall, type NativeUse, type NativeValue, native } from '../../../code/native';
import { undefinedValue, unknown, type Value } from '../../../code/value';
import { optionsOf, text, texts } from './options';
import { queryBuilder } from './query-builder';
import { assignments, criteriaSql, entityTable, insertSql, isRow, type RowDialect, whereClause } from './rows';
import type { Sender } from './send';
import type { Transactions } from './transactions';

type Method = (call: NativeCall) => Value;

/** What only reads: nothing is rendered for it. */
const reading = /^(find|count|exist|sum$|average$|minimum$|maximum$|getId$|hasId$|create$|merge$|preload$|getMetadata|hasMetadata)/;

/**
 * The entity manager and the data source (`entity-manager/EntityManager.d.ts`): raw queries, rows written through entities, query builders,
 * repositories.
 */
export function managerMembers(
  sender: Sender,
  transactions: Transactions,
): { readonly methods: Readonly<Record<string, Method>>; readonly member: (name: string, use: NativeUse) => Value | undefined } {
  const manager = (): NativeValue => native({ name: 'the entity manager', ...managerMembers(sender, transactions) });
  return {
    methods: {
      ...rowMethods(sender, (call) => ({ target: optionsOf(call.arg(0)), rest: call.args.slice(1).map(optionsOf) })),
      query: (call) => {
        sender.raw(call, call.arg(0));
        return unknown('rows', { source: call.place });
      },
      createQueryBuilder: (call) => queryBuilder(sender, call.args.length === 0 ? undefined : optionsOf(call.arg(0))),
      getRepository: (call) => repository(sender, optionsOf(call.arg(0))),
      getTreeRepository: (call) => repository(sender, optionsOf(call.arg(0))),
      withRepository: (call) => call.arg(0),
      transaction: (call) => {
        const work = call.args.at(-1) ?? undefinedValue;
        return transactions.around(call, () => call.machine.call(work, [manager()], call.place));
      },
      release: () => undefinedValue,
    },
    member: readingMember,
  };
}

/** `manager.getRepository('users')`: the same methods, without the first argument. */
function repository(sender: Sender, target: unknown): NativeValue {
  return native({
    name: 'the repository',
    methods: {
      ...rowMethods(sender, (call) => ({ target, rest: call.args.map(optionsOf) })),
      query: (call) => {
        sender.raw(call, call.arg(0));
        return unknown('rows', { source: call.place });
      },
      createQueryBuilder: () => queryBuilder(sender, target),
    },
    member: readingMember,
  });
}

function readingMember(name: string, use: NativeUse): Value | undefined {
  if (!reading.test(name)) return undefined;
  const result = (call: NativeCall): Value => unknown(call.machine.textOf(call.place), { source: use.place });
  return native({ name: `the entity manager's ${name}`, reachesDatabase: false, call: result });
}

interface RowCall {
  readonly target: unknown;
  readonly rest: readonly unknown[];
}

/** Gives the statement; undefined where it is known only when it runs. */
type RowWriter = (table: string, rest: readonly unknown[], use: NativeUse, dialect: RowDialect) => string | undefined;

const writers: Readonly<Record<string, RowWriter>> = {
  insert: (table, [rows], use, dialect) => insertSql(table, rows, undefined, use, dialect),
  // A row that has its identifier already is looked for first, and updated.
  save: (table, [rows], use, dialect) => insertSql(table, rows, undefined, use, dialect),
  upsert: (table, [rows, conflict], use, dialect) => {
    const target = texts(isRow(conflict) ? conflict.conflictPaths : conflict);
    const columns = Object.keys((Array.isArray(rows) ? rows : [rows]).find(isRow) ?? {}).filter((column) => !target.includes(column));
    return insertSql(table, rows, { kind: 'update', target, columns }, use, dialect);
  },
  update: (table, [criteria, values], use, dialect) => updateSql(table, criteria, values, use, dialect),
  updateAll: (table, [values], use, dialect) => updateSql(table, undefined, values, use, dialect),
  delete: (table, [criteria], use, dialect) => `DELETE FROM ${table}${whereClause(criteriaSql(criteria, use, dialect))}`,
  deleteAll: (table) => `DELETE FROM ${table}`,
  remove: (table, [rows], use, dialect) => `DELETE FROM ${table}${whereClause(criteriaSql(rows, use, dialect))}`,
  clear: (table) => `TRUNCATE TABLE ${table}`,
  increment: (table, [criteria, column, by], use, dialect) =>
    changeBy(table, criteria, text(column) ?? '', `+ ${text(by) ?? '1'}`, use, dialect),
  decrement: (table, [criteria, column, by], use, dialect) =>
    changeBy(table, criteria, text(column) ?? '', `- ${text(by) ?? '1'}`, use, dialect),
};

function rowMethods(sender: Sender, parts: (call: NativeCall) => RowCall): Readonly<Record<string, Method>> {
  return Object.fromEntries(
    Object.entries(writers).map(([name, writer]): [string, Method] => [
      name,
      (call) => {
        const { target, rest } = parts(call);
        const { dialect } = sender;
        const table = entityTable(target, dialect);
        const sql = table === undefined ? undefined : writer(table, rest, call, dialect);
        if (sql === undefined) call.machine.unread(call.place, 'its table or its rows are known only when it runs');
        else sender.written(call, [sql]);
        return unknown(name, { source: call.place });
      },
    ]),
  );
}

function updateSql(table: string, criteria: unknown, values: unknown, use: NativeUse, dialect: RowDialect): string | undefined {
  const set = assignments(values, use, dialect);
  return set === undefined ? undefined : `UPDATE ${table} SET ${set}${whereClause(criteriaSql(criteria, use, dialect))}`;
}

function changeBy(table: string, criteria: unknown, column: string, change: string, use: NativeUse, dialect: RowDialect): string {
  const name = dialect.quoted(column);
  return `UPDATE ${table} SET ${name} = ${name} ${change}${whereClause(criteriaSql(criteria, use, dialect))}`;
}
