import { type NativeCall, type NativeValue, native } from '../../../code/native';
import { Missing } from '../../../code/plain';
import { concat, written } from '../../../code/text';
import { array, falseValue, nullValue, type TextValue, trueValue, undefinedValue, unknown, type Value } from '../../../code/value';
import type { BuilderMethod } from './builders';
import { tableValue } from './classes';
import { driverValue } from './connection';
import type { Dialect } from './dialects';
import { managerMembers } from './manager';
import { Held, optionsOf, tableFrom, text } from './options';
import type { Sender } from './send';
import { Transactions } from './transactions';

/** What a migration knows of a table or column before it asks the database: the tag of the answer. */
export interface Exists {
  readonly exists: 'table' | 'column' | 'schema' | 'database';
  readonly table?: string;
  readonly column?: string;
}

/**
 * The query runner that TypeORM hands to `up` and `down` (`query-runner/QueryRunner.d.ts`, the query runners of `driver`).
 * `wrapped`: TypeORM has opened a transaction around the migration.
 */
export function queryRunner(sender: Sender, wrapped: boolean): NativeValue {
  const transactions = new Transactions(sender, wrapped ? 1 : 0);
  const members = managerMembers(sender, transactions);
  const manager: NativeValue = native({
    name: 'the entity manager',
    ...members,
    properties: { connection: () => connection, dataSource: () => connection, queryRunner: () => runner },
  });
  const connection: NativeValue = native({
    name: 'the data source',
    ...members,
    properties: {
      driver: (use) => driverValue(use.place, sender.dialect),
      options: (use) => driverValue(use.place, sender.dialect, 'options'),
      manager,
    },
  });
  // The driver's own client: on the same connection, past the query runner.
  const client = native({
    name: "the driver's client",
    methods: {
      query: (call) => {
        const given = call.arg(0);
        sender.raw(call, given.kind === 'object' ? call.machine.get(given, 'text', call.place) : given);
        const callback = call.args.find(({ kind }) => kind === 'function');
        if (callback !== undefined) call.machine.call(callback, [nullValue, unknown('result')], call.place);
        return unknown('result', { source: call.place });
      },
      release: () => undefinedValue,
    },
  });
  const runner: NativeValue = native({
    name: 'the query runner',
    methods: {
      ...readingMethods(sender),
      ...Object.fromEntries(Object.entries(sender.dialect.builders).map(([name, method]) => [name, asMethod(sender, method)])),
      query: (call) => {
        sender.raw(call, call.arg(0));
        return unknown('rows', { source: call.place });
      },
      sql: (call) => {
        sender.raw(call, withTemplateParameters(call, sender.dialect));
        return unknown('rows', { source: call.place });
      },
      startTransaction: (call) => transactions.start(call),
      commitTransaction: (call) => transactions.commit(call),
      rollbackTransaction: (call) => transactions.rollBack(call),
      connect: () => client,
      release: () => undefinedValue,
      beforeMigration: () => undefinedValue,
      afterMigration: () => undefinedValue,
      clearSqlMemory: () => undefinedValue,
      getReplicationMode: () => undefinedValue,
      stream: (call) => {
        sender.raw(call, call.arg(0));
        return unknown('rows', { source: call.place });
      },
    },
    properties: {
      manager,
      connection,
      dataSource: connection,
      isReleased: falseValue,
      isTransactionActive: () => (transactions.isActive ? trueValue : falseValue),
      data: (use) => unknown('queryRunner.data', { source: use.place }),
    },
  });
  return runner;
}

function asMethod(sender: Sender, method: BuilderMethod): (call: NativeCall) => Value {
  return (call) => {
    const { absences } = sender;
    if (call.args.some((value, index) => absences.isMissing(value, call.argPlaces[index]))) return undefinedValue;
    const args = call.args.map((value, index) => argumentOf(value, call, index));
    const statements = method(args, sender.database, call);
    if (typeof statements === 'string') call.machine.unread(call.place, statements);
    else if (statements.some(hasEmptyName)) call.machine.unread(call.place, 'the names in what it is given are known only when it runs');
    else sender.written(call, statements);
    return undefinedValue;
  };
}

/** An argument as the builders take it; a list of what is not known has at least one item of that name. */
function argumentOf(value: Value, { argPlaces, machine, place }: NativeCall, index: number): unknown {
  if (value.kind !== 'array' || !value.open || value.items.length > 0) return optionsOf(value);
  return [new Missing(machine.textOf(argPlaces[index] ?? place))];
}

/** A name that was not among the options: what was given is not one of TypeORM's classes, or its properties are not known. */
function hasEmptyName(sql: string): boolean {
  return /(?<!")""(?!")|(?<!`)``(?!`)|\(\)/.test(sql.replaceAll(/'(?:[^']|'')*'/g, '0').replaceAll(/\b\w+\(\)/g, '0'));
}

/** Questions to the database: what they find is not known, but what they ask about is. */
function readingMethods(sender: Sender): Readonly<Record<string, (call: NativeCall) => Value>> {
  const nameOf = (call: NativeCall): string => text(optionsOf(call.arg(0))) ?? tableFrom(optionsOf(call.arg(0))).name;
  const asked = (call: NativeCall, tag: Exists): Value => unknown('exists', { source: call.place, tag });
  const table = (name: string): NativeValue => tableValue(new Held('table', sender.database.table(name)), sender.absences);
  return {
    hasTable: (call) => asked(call, { exists: 'table', table: nameOf(call) }),
    hasColumn: (call) => asked(call, { exists: 'column', table: nameOf(call), column: text(optionsOf(call.arg(1))) ?? '' }),
    hasSchema: (call) => asked(call, { exists: 'schema' }),
    hasDatabase: (call) => asked(call, { exists: 'database' }),
    getTable: (call) => sender.absences.maybe(table(nameOf(call))),
    getTables: (call) => {
      const names = optionsOf(call.arg(0));
      return array(Array.isArray(names) ? names.map((name) => table(text(name) ?? '')) : [table('')], !Array.isArray(names));
    },
    getView: (call) => unknown('view', { source: call.place }),
    getViews: () => array([], true),
    getDatabases: () => array([], true),
    getSchemas: () => array([], true),
    getCurrentDatabase: (call) => unknown('database', { source: call.place }),
    getCurrentSchema: (call) =>
      sender.dialect.type === 'postgres' ? written('public', call.place) : unknown('database', { source: call.place }),
  };
}

/** `` queryRunner.sql`...` ``: values become parameters. */
export function withTemplateParameters({ template, place }: NativeCall, dialect: Pick<Dialect, 'parameter'>): TextValue {
  const strings = template?.strings ?? [];
  return concat(...strings.flatMap((part, index) => (index === 0 ? [part] : [written(dialect.parameter(index), place), part])));
}
