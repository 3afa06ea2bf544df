import { type NativeCall, type NativeUse, type NativeValue, native } from '../../../code/native';
import { holeMark, markedText } from '../../../code/plain';
import { unknown, type Value } from '../../../code/value';
import { list, optionsOf, text, texts } from './options';
import { assignments, type Conflict, criteriaSql, entityTable, insertSql, isRow, type RowDialect, valueSql, whereClause } from './rows';
import type { Sender } from './send';

/** What a query builder has been told so far. */
interface Told {
  kind: 'select' | 'insert' | 'update' | 'delete' | 'soft delete' | 'restore';
  target: unknown;
  values: unknown;
  condition: string;
  conflict: Conflict | undefined;
}

/**
 * `createQueryBuilder()` (`query-builder/{Insert,Update,Delete}QueryBuilder.js`): what it is told is collected, and `execute` sends it. Queries
 * that only read are not rendered.
 */
export function queryBuilder(sender: Sender, target: unknown): NativeValue {
  const told: Told = { kind: 'select', target, values: undefined, condition: '', conflict: undefined };
  const builder: NativeValue = native({
    name: 'the query builder',
    reachesDatabase: false,
    methods: {
      ...setters(told, () => builder),
      ...conditions(sender.dialect, told, () => builder),
      execute: (call) => {
        send(sender, told, call);
        return unknown('result', { source: call.place });
      },
    },
    member: (name, use) => (finishing.test(name) ? reading(sender, told, use) : passing(() => builder)),
  });
  return builder;
}

const finishing = /^(get|stream|print|clone$|connection$|expressionMap$|alias$)/;

/** A method that changes nothing of what is sent here: `returning`, `setLock`, `leftJoin`. */
function passing(builder: () => NativeValue): NativeValue {
  return native({ name: 'the query builder', reachesDatabase: false, call: builder });
}

/** `getMany` and its kin read. */
function reading(_sender: Sender, _told: Told, use: NativeUse): NativeValue {
  return native({
    name: 'the query builder',
    reachesDatabase: false,
    call: (call) => unknown('rows', { source: call.place ?? use.place }),
  });
}

type Methods = Readonly<Record<string, (call: NativeCall) => Value>>;

function setters(told: Told, builder: () => NativeValue): Methods {
  const set =
    (change: (call: NativeCall) => void) =>
    (call: NativeCall): Value => {
      change(call);
      return builder();
    };
  const become = (kind: Told['kind']) => (call: NativeCall) => {
    told.kind = kind;
    if (call.args.length === 0) return;
    const first = optionsOf(call.arg(0));
    // `update({...})` of a repository's builder takes the values; `update('users')` and `update('users', {...})` the table.
    if (isRow(first)) told.values = first;
    else told.target = first;
    if (call.args.length > 1) told.values = optionsOf(call.arg(1));
  };
  return {
    select: set(() => {}),
    insert: set(become('insert')),
    update: set(become('update')),
    delete: set(become('delete')),
    softDelete: set(become('soft delete')),
    restore: set(become('restore')),
    into: set((call) => {
      told.target = optionsOf(call.arg(0));
    }),
    from: set((call) => {
      told.target = optionsOf(call.arg(0));
    }),
    values: set((call) => {
      told.values = optionsOf(call.arg(0));
    }),
    set: set((call) => {
      told.values = optionsOf(call.arg(0));
    }),
    orIgnore: set(() => {
      told.conflict = { kind: 'ignore' };
    }),
    onConflict: set((call) => {
      told.conflict = { kind: 'raw', text: text(optionsOf(call.arg(0))) ?? '' };
    }),
    orUpdate: set((call) => {
      told.conflict = { kind: 'update', columns: texts(optionsOf(call.arg(0))), target: texts(optionsOf(call.arg(1))) };
    }),
  };
}

function conditions(dialect: RowDialect, told: Told, builder: () => NativeValue): Methods {
  const add =
    (join: string) =>
    (call: NativeCall): Value => {
      const condition = conditionOf(call, dialect);
      told.condition = told.condition === '' || join === '' ? condition : `${told.condition} ${join} ${condition}`;
      return builder();
    };
  return {
    where: add(''),
    andWhere: add('AND'),
    orWhere: add('OR'),
    whereInIds: (call) => {
      told.condition = criteriaSql(list(optionsOf(call.arg(0))), call, dialect);
      return builder();
    },
  };
}

function conditionOf(call: NativeCall, dialect: RowDialect): string {
  const first = call.arg(0);
  if (first.kind !== 'text') return criteriaSql(optionsOf(first), call, dialect);
  const parameters = optionsOf(call.arg(1));
  return markedText(first).replaceAll(/(?<![:\w]):(?:\.\.\.)?([A-Za-z_][A-Za-z0-9_.]*)/g, (found, name: string) => {
    if (!isRow(parameters)) return parameters === undefined ? found : holeMark(name);
    if (!(name in parameters)) return found;
    const value = parameters[name];
    return Array.isArray(value) ? value.map((item) => valueSql(item, call, dialect)).join(', ') : valueSql(value, call, dialect);
  });
}

function send(sender: Sender, told: Told, call: NativeCall): void {
  if (told.kind === 'select') return;
  const table = entityTable(told.target, sender.dialect);
  const sql = table === undefined ? undefined : statement(table, told, call, sender.dialect);
  if (sql === undefined) call.machine.unread(call.place, 'its table or its values are known only when it runs');
  else sender.written(call, [sql]);
}

function statement(table: string, told: Told, use: NativeUse, dialect: RowDialect): string | undefined {
  const where = whereClause(told.condition);
  switch (told.kind) {
    case 'insert':
      return insertSql(table, told.values, told.conflict, use, dialect);
    case 'update': {
      const set = assignments(told.values, use, dialect);
      return set === undefined ? undefined : `UPDATE ${table} SET ${set}${where}`;
    }
    case 'delete':
      return `DELETE FROM ${table}${where}`;
    case 'soft delete':
      return `UPDATE ${table} SET ${dialect.quoted('deletedAt')} = CURRENT_TIMESTAMP${where}`;
    case 'restore':
      return `UPDATE ${table} SET ${dialect.quoted('deletedAt')} = NULL${where}`;
    default:
      return undefined;
  }
}
