import { type NativeCall, type NativeUse, type NativeValue, native } from '../../../code/native';
import { undefinedValue, unknown, type Value } from '../../../code/value';
import { optionsOf, text, texts } from './options';
import { quoted, quotedList } from './paths';
import { queryBuilder } from './query-builder';
import { assignments, criteriaSql, entityTable, insertSql, isRow, whereClause } from './rows';
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

/** Methods that write rows. Each gives the statement; undefined where it is known only when it runs. */
const writers: Readonly<Record<string, (table: string, rest: readonly unknown[], use: NativeUse) => string | undefined>> = {
  insert: (table, [rows], use) => insertSql(table, rows, '', use),
  // A row that has its identifier already is looked for first, and updated.
  save: (table, [rows], use) => insertSql(table, rows, '', use),
  upsert: (table, [rows, conflict], use) => {
    const paths = texts(isRow(conflict) ? conflict.conflictPaths : conflict);
    const columns = Object.keys((Array.isArray(rows) ? rows : [rows]).find(isRow) ?? {}).filter((column) => !paths.includes(column));
    const changes = columns.map((column) => `${quoted(column)} = EXCLUDED.${quoted(column)}`).join(', ');
    const action = changes === '' ? 'DO NOTHING' : `DO UPDATE SET ${changes}`;
    return insertSql(table, rows, ` ON CONFLICT (${quotedList(paths)}) ${action}`, use);
  },
  update: (table, [criteria, values], use) => updateSql(table, criteria, values, use),
  updateAll: (table, [values], use) => updateSql(table, undefined, values, use),
  delete: (table, [criteria], use) => `DELETE FROM ${table}${whereClause(criteriaSql(criteria, use))}`,
  deleteAll: (table) => `DELETE FROM ${table}`,
  remove: (table, [rows], use) => `DELETE FROM ${table}${whereClause(criteriaSql(rows, use))}`,
  clear: (table) => `TRUNCATE TABLE ${table}`,
  increment: (table, [criteria, column, by], use) => changeBy(table, criteria, text(column) ?? '', `+ ${text(by) ?? '1'}`, use),
  decrement: (table, [criteria, column, by], use) => changeBy(table, criteria, text(column) ?? '', `- ${text(by) ?? '1'}`, use),
};

function rowMethods(sender: Sender, parts: (call: NativeCall) => RowCall): Readonly<Record<string, Method>> {
  return Object.fromEntries(
    Object.entries(writers).map(([name, writer]): [string, Method] => [
      name,
      (call) => {
        const { target, rest } = parts(call);
        const table = entityTable(target);
        const sql = table === undefined ? undefined : writer(table, rest, call);
        if (sql === undefined) call.machine.unread(call.place, 'its table or its rows are known only when it runs');
        else sender.written(call, [sql]);
        return unknown(name, { source: call.place });
      },
    ]),
  );
}

function updateSql(table: string, criteria: unknown, values: unknown, use: NativeUse): string | undefined {
  const set = assignments(values, use);
  return set === undefined ? undefined : `UPDATE ${table} SET ${set}${whereClause(criteriaSql(criteria, use))}`;
}

function changeBy(table: string, criteria: unknown, column: string, change: string, use: NativeUse): string {
  return `UPDATE ${table} SET ${quoted(column)} = ${quoted(column)} ${change}${whereClause(criteriaSql(criteria, use))}`;
}
