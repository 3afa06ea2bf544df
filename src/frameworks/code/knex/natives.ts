import { type Machine, type NativeCall, type NativeUse, type NativeValue, native, nativeFunction } from '../../../code/native';
import { holeMark, Opaque, plainValue, writtenText } from '../../../code/plain';
import { emitSql } from '../../../code/sql/emit';
import { flat } from '../../../code/text';
import {
  array,
  type Condition,
  falseValue,
  nullValue,
  object,
  type Place,
  primitive,
  trueValue,
  undefinedValue,
  unknown,
  type Value,
} from '../../../code/value';
import type { Engine } from '../../../model/engine';
import type { Connection, RunContext } from './context';
import { type Dialect, dialectOf } from './dialects';
import { guarded, isGuardedByCode } from './guards';
import { Query } from './query';
import { bind, Raw, Ref } from './raw';
import { Schema } from './schema';
import { ownLink, placedText } from './sources';
import { Callback, DateValue, Embedded, isRecord, type KnexObject, missing } from './values';

/**
 * The objects of knex as values of the evaluator. A builder sends its statements when it is awaited or returned, as knex's own do; one that
 * became a part of another is not sent by itself.
 */
export class KnexNatives {
  private readonly natives = new WeakMap<object, NativeValue>();
  private readonly sent = new WeakSet<object>();
  private readonly connections = new WeakMap<object, Connection>();
  /** The conditions under which a builder was made: it may be sent by whoever it was returned to. */
  private readonly made = new WeakMap<object, readonly Condition[]>();
  private machine: Machine | undefined;
  /** What is sent differently by engine. */
  readonly dialect: Dialect;

  constructor(
    private readonly context: RunContext,
    readonly engine: Engine,
  ) {
    this.dialect = dialectOf(engine);
  }

  /** What the functions of a migration get. */
  knex(connection: Connection = 'own'): NativeValue {
    return native({
      name: connection === 'own' ? 'knex' : connection === 'other' ? 'another knex' : 'the transaction',
      call: (call) => this.query(call, connection, 'from', call.args),
      methods: {
        raw: (call) => this.raw(call, connection),
        ref: (call) => this.value(new Ref(this.plain(call.arg(0), call), call.place, this.dialect.writer), call.place, connection),
        queryBuilder: (call) => this.value(new Query(call.place, this.dialect), call.place, connection),
        batchInsert: (call) => this.query(call, connection, 'insert', [call.arg(1)], call.arg(0)),
        transaction: (call) => this.transaction(call, connection),
        transactionProvider: () => nativeFunction('the transaction', (call) => this.transaction(call, connection)),
        savepoint: (call) => this.transaction(call, connection),
        withUserParams: () => this.knex(connection),
        commit: (call) => this.end(call, connection, 'COMMIT'),
        rollback: (call) => this.end(call, connection, 'ROLLBACK'),
        isCompleted: () => falseValue,
        on: () => this.knex(connection),
        destroy: () => undefinedValue,
        initialize: () => undefinedValue,
      },
      properties: {
        schema: (use) => {
          this.machine = use.machine;
          return this.value(new Schema(use.place, this.dialect), use.place, connection);
        },
        fn: functionHelper(this.dialect, (raw, place) => this.value(raw, place, connection)),
        client: (use) => {
          this.machine = use.machine;
          return this.client(connection);
        },
        isTransaction: () => (connection === 'own' ? primitive(this.context.wrapped) : connection === 'other' ? falseValue : trueValue),
        userParams: object({}, true),
        // knex-migrator gives `{ connection, transacting }` where knex gives itself.
        connection: () => this.starter('connection', connection),
        transacting: () => this.starter('transacting', connection),
      },
      member: (name) =>
        isQueryStart(name) ? nativeFunction(`knex.${name}`, (call) => this.query(call, connection, name, call.args)) : undefined,
      data: { knex: connection },
    });
  }

  /** `knex.client`: what tells which database this is, and the ways around the builders. */
  private client(connection: Connection): NativeValue {
    return native({
      name: 'knex.client',
      methods: {
        // In a transaction this is the connection of the transaction.
        acquireConnection: () => driverConnection(connection),
        releaseConnection: () => undefinedValue,
        query: (call) => sendGiven(call, call.arg(1), 'sql', connection),
        raw: (call) => this.raw(call, connection),
        ref: (call) => this.value(new Ref(this.plain(call.arg(0), call), call.place, this.dialect.writer), call.place, connection),
        transaction: (call) => this.transaction(call, connection),
        schemaBuilder: (call) => this.value(new Schema(call.place, this.dialect), call.place, connection),
        queryBuilder: (call) => this.value(new Query(call.place, this.dialect), call.place, connection),
      },
      properties: clientOf(this.dialect),
    });
  }

  /** An object of knex, or what a method of one gave. */
  private value(given: unknown, place: Place, connection: Connection): Value {
    if (given === undefined || given === missing) return undefinedValue;
    if (given === null || typeof given === 'number' || typeof given === 'boolean' || typeof given === 'bigint') return primitive(given);
    if (typeof given === 'string') return writtenText(given, place);
    if (Array.isArray(given)) return array(given.map((item) => this.value(item, place, connection)));
    if (isKnexObject(given)) return this.object(given, connection);
    if (isRecord(given)) {
      return object(Object.fromEntries(Object.entries(given).map(([name, property]) => [name, this.value(property, place, connection)])));
    }
    return unknown('value');
  }

  private object(given: KnexObject, connection: Connection): NativeValue {
    const known = this.natives.get(given);
    if (known !== undefined) return known;
    if (!this.connections.has(given)) this.connections.set(given, connection);
    if (this.machine !== undefined) this.made.set(given, this.machine.conditions);
    const own = native({
      name: nameOf(given),
      reachesDatabase: !(given instanceof Ref),
      member: (name, use) => {
        const property = given.read?.(name) ?? missing;
        if (property !== missing) return this.value(property, use.place, connection);
        if (!isMethodName(name)) return undefined;
        return nativeFunction(`${nameOf(given)}.${name}`, (call) => this.method(given, name, call));
      },
      ...(isSendable(given)
        ? { settle: (use: NativeUse) => this.send(given, use), drop: ({ place }: NativeUse) => this.dropped.push({ given, place }) }
        : {}),
      ...(given instanceof Raw || given instanceof Query || given instanceof Ref
        ? { text: () => placedText(given.embed(false), given.place) }
        : given instanceof Schema
          ? { text: () => placedText(given.text, given.place) }
          : {}),
      data: given,
    });
    this.natives.set(given, own);
    return own;
  }

  private method(given: KnexObject, name: string, call: NativeCall): Value {
    const connection = this.connections.get(given) ?? 'own';
    if (name === 'transacting' || name === 'connection') {
      const [argument] = call.args;
      const other = argument === undefined ? undefined : connectionOf(argument);
      if (other !== undefined) this.connections.set(given, other);
      return this.object(given, connection);
    }
    if (given instanceof Schema) {
      given.grow(call.place);
      // Raw SQL keeps its places.
      const [sql] = call.args;
      if (name === 'raw' && sql?.kind === 'text') {
        given.addRaw(sql, this.plain(call.arg(1), call));
        return this.object(given, connection);
      }
    }
    const result = given.call(
      name,
      call.args.map((argument) => this.plain(argument, call)),
      given instanceof Schema && given.hasSteps ? ownLink(call, name) : call.place,
    );
    if (result === missing) {
      this.unknown.add(given);
      call.machine.unread(call.place, `${nameOf(given)} of knex has no method "${name}" that Faultline knows`);
      return this.object(given, connection);
    }
    return this.value(result, call.place, connection);
  }

  private query(call: NativeCall, connection: Connection, method: string, args: readonly Value[], table?: Value): Value {
    this.machine = call.machine;
    const query = new Query(call.place, this.dialect);
    if (table !== undefined) query.call('from', [this.plain(table, call)], call.place);
    const own = this.object(query, connection);
    if (method === 'transacting' || method === 'connection') return own;
    const result = query.call(
      method,
      args.map((argument) => this.plain(argument, call)),
      call.place,
    );
    return result === missing ? own : this.value(result, call.place, connection);
  }

  private raw(call: NativeCall, connection: Connection): Value {
    this.machine = call.machine;
    const sql = call.arg(0);
    const bindings = this.plain(call.arg(1), call);
    if (sql.kind === 'text') return this.value(new Raw(bind(sql, bindings, this.dialect.writer), call.place), call.place, connection);
    const given = this.plain(sql, call);
    const text =
      given instanceof Embedded
        ? given.embed(false)
        : typeof given === 'string'
          ? given
          : holeMark(call.machine.textOf(call.argPlaces[0] ?? call.place));
    return this.value(new Raw(bind(placedText(text, call.place), bindings, this.dialect.writer), call.place), call.place, connection);
  }

  /** `knex.transaction(async (trx) => ...)`, or without a function: then the code ends it. */
  private transaction(call: NativeCall, connection: Connection): Value {
    const { machine, place } = call;
    // Inside of a transaction it is a savepoint, which changes neither locks nor when things are committed.
    const isSavepoint = connection === 'own' ? this.context.wrapped : connection !== 'other';
    const inner = isSavepoint ? connection : this.context.newTransaction();
    if (!isSavepoint) emitSql(call, 'BEGIN', inner);
    const container = call.arg(0);
    if (container.kind !== 'function' && container.kind !== 'method') return this.knex(inner);
    const result = machine.call(container, [this.knex(inner)], place);
    if (!isSavepoint) emitSql(call, 'COMMIT', inner);
    return result;
  }

  private end(call: NativeCall, connection: Connection, sql: 'COMMIT' | 'ROLLBACK'): Value {
    // With a function knex ends the transaction by itself, and what a handler does is not what a migration is meant to do.
    if (typeof connection === 'object' && !call.machine.inHandler && !this.ended.has(connection)) {
      this.ended.add(connection);
      emitSql(call, sql, connection);
    }
    return undefinedValue;
  }

  private readonly ended = new WeakSet<object>();

  private starter(name: 'connection' | 'transacting', connection: Connection): NativeValue {
    const own = this.knex(connection);
    return {
      ...own,
      call: (call) =>
        connectionOf(call.arg(0)) === undefined && call.arg(0).kind === 'text'
          ? this.query(call, connection, 'from', call.args)
          : this.query(call, connectionOf(call.arg(0)) ?? connection, name, call.args),
    };
  }

  /**
   * Builders that write and that nobody awaits or returns: knex sends one when its `then` is called (`lib/builder-interface-augmenter.js`).
   * To be asked when the program has run.
   */
  unsent(): readonly Place[] {
    return this.dropped.flatMap(({ given, place }) =>
      !this.sent.has(given) && !this.unknown.has(given) && isWriting(given) ? [place] : [],
    );
  }

  /** What a method that is not known does with them, only a run would tell: `stream` sends. */
  private readonly unknown = new WeakSet<object>();
  private readonly dropped: { readonly given: Schema | Query | Raw; readonly place: Place }[] = [];

  /** A builder is awaited or returned. */
  private send(given: Schema | Query | Raw, use: NativeUse): Value {
    const { machine } = use;
    const connection = this.connections.get(given) ?? 'own';
    if (given instanceof Schema && given.question !== undefined) {
      const { question } = given;
      return unknown(question.about === 'table' ? 'tableExists' : 'columnExists', { tag: question });
    }
    if (!this.sent.has(given) && !(given instanceof Embedded && given.isPart)) {
      this.sent.add(given);
      const made = this.made.get(given) ?? [];
      const conditions = made.length > machine.conditions.length ? made : machine.conditions;
      const send = (): void => {
        const texts = given instanceof Schema ? given.statements() : [given.text];
        for (const text of texts) {
          const effect = emitSql({ machine, place: given.place }, guarded(text, conditions, this.dialect), connection);
          if (effect !== undefined && isGuardedByCode(text, conditions)) effect.guarded = true;
        }
        if (given instanceof Schema) for (const { place, why } of given.problems) machine.unread(place, why);
      };
      if (conditions === machine.conditions) send();
      else machine.conditionally(send);
    }
    return unknown(given instanceof Query && given.isRead ? 'rows' : 'result');
  }

  /** An argument as an ordinary value. */
  private plain(given: Value, call: { readonly machine: Machine; readonly place: Place }): unknown {
    return plainValue(given, (value) => {
      if (value.kind === 'unknown') return quotableHole(value.name);
      if (value.kind === 'text')
        return value.pieces.map((piece) => (piece.kind === 'hole' ? quotableHole(piece.name) : piece.text)).join('');
      if (value.kind === 'function' || value.kind === 'method' || value.kind === 'class') return new CodeCallback(value, call, this);
      if (value.kind !== 'native') return undefined;
      if (isKnexObject(value.data)) return value.data;
      return value.call === undefined ? new Opaque(value) : new CodeCallback(value, call, this);
    });
  }

  /** For callbacks: the values that a function of the migration gets. */
  give(given: unknown, place: Place): Value {
    return this.value(given, place, 'own');
  }
}

/** A hole that may stand between quotes of SQL. */
function quotableHole(name: string): string {
  return holeMark(name.replace(/["']/g, '`'));
}

/** A function of the migration. */
class CodeCallback extends Callback {
  constructor(
    private readonly callee: Value,
    private readonly call: { readonly machine: Machine; readonly place: Place },
    private readonly natives: KnexNatives,
  ) {
    super();
  }

  invoke(args: readonly unknown[], self: unknown): unknown {
    const { machine, place } = this.call;
    machine.call(
      this.callee,
      args.map((argument) => this.natives.give(argument, place)),
      place,
      this.natives.give(self, place),
    );
    return undefined;
  }

  asQuery(): Query {
    const query = new Query(this.call.place, this.natives.dialect);
    query.isPart = true;
    this.invoke([query], query);
    return query;
  }
}

function isSendable(given: KnexObject): given is Schema | Query | Raw {
  return given instanceof Schema || given instanceof Query || given instanceof Raw;
}

function isKnexObject(given: unknown): given is KnexObject {
  return typeof given === 'object' && given !== null && 'call' in given && typeof given.call === 'function' && !(given instanceof Callback);
}

function connectionOf(value: Value): Connection | undefined {
  if (value.kind !== 'native' || typeof value.data !== 'object' || value.data === null || !('knex' in value.data)) return undefined;
  return value.data.knex as Connection;
}

/** `then`, `catch` and `finally` are the evaluator's. */
function isMethodName(name: string): boolean {
  return !/^(then|catch|finally|length|constructor|\d+)$/.test(name);
}

function nameOf(given: KnexObject): string {
  if (given instanceof Schema) return 'the schema builder';
  if (given instanceof Query) return 'the query builder';
  if (given instanceof Raw) return 'knex.raw';
  return given.constructor.name === 'Column' ? 'the column builder' : 'the table builder';
}

/** Methods of knex itself that begin a query (`query/method-constants.js`). */
const queryStarts = new Set(
  `with withRecursive withMaterialized withNotMaterialized select as columns column from fromJS fromRaw into withSchema table distinct
  join joinRaw innerJoin leftJoin leftOuterJoin rightJoin rightOuterJoin outerJoin fullOuterJoin crossJoin groupBy groupByRaw orderBy
  orderByRaw union unionAll intersect except offset limit count countDistinct min max sum sumDistinct avg avgDistinct increment decrement
  first pluck insert update returning del delete truncate`.split(/\s+/),
);

function isQueryStart(name: string): boolean {
  return queryStarts.has(name) || /^(?:(?:and|or)(?=[WH]))?(?:where|having)/i.test(name);
}

/** `knex.fn`. */
function functionHelper(dialect: Dialect, make: (raw: Raw, place: Place) => Value): NativeValue {
  const raw = (call: NativeCall, sql: string): Value => make(new Raw(writtenText(sql, call.place), call.place), call.place);
  return native({
    name: 'knex.fn',
    reachesDatabase: false,
    methods: {
      now: (call) => {
        const precision = call.arg(0);
        const known = precision.kind === 'primitive' && typeof precision.value === 'number' ? `(${precision.value})` : '';
        return raw(call, `CURRENT_TIMESTAMP${known}`);
      },
      uuid: (call) => raw(call, dialect.uuid),
    },
  });
}

/** How code asks which database this is: `knex.client.config.client`, `knex.client.constructor.name`. */
function clientOf({ client }: Dialect): Readonly<Record<string, Value>> {
  const text = (value: string): Value => writtenText(value, { path: '', span: { start: 0, end: 0 } });
  return {
    config: object({ client: text(client.driver), dialect: text(client.configured) }, true),
    dialect: text(client.dialect),
    driverName: text(client.driver),
    constructor: object({ name: text(client.className) }),
  };
}

/** The connection of the driver (`pg`, `mysql2`). */
function driverConnection(connection: Connection): NativeValue {
  return native({ name: "the driver's connection", methods: { query: (call) => sendGiven(call, call.arg(0), 'text', connection) } });
}

/** Sends a string, or that in an object: `{ sql }` of knex, `{ text }` of pg. mysql2 takes `{ sql }`. A function behind it is called with the result. */
function sendGiven(call: NativeCall, given: Value, property: 'sql' | 'text', connection: Connection): Value {
  emitSql(call, given.kind === 'object' ? call.machine.get(given, property, call.place) : given, connection);
  const result = unknown('result');
  const callback = call.args.at(-1);
  if (callback?.kind === 'function') call.machine.call(callback, [nullValue, result], call.place);
  return result;
}

export { DateValue };

/** What is asked for and thrown away is missed by nobody; a part is sent by the query that it stands in. */
function isWriting(given: Schema | Query | Raw): boolean {
  if (given instanceof Schema) return given.question === undefined && given.statements().length > 0;
  return !(given instanceof Embedded && given.isPart) && !/^\s*(?:\(|select\b|with\b|$)/i.test(flat(given.text));
}
