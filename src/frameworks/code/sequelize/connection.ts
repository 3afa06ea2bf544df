import { type NativeCall, type NativeUse, type NativeValue, native } from '../../../code/native';
import { Missing, writtenText } from '../../../code/plain';
import { emitSql } from '../../../code/sql/emit';
import { textOfValue } from '../../../code/text';
import { likeliest, type Place, type TextValue, undefinedValue, unknown, type Value } from '../../../code/value';
import type { Engine } from '../../../model/engine';
import { recordOf, textOf } from '../plain-objects';
import { replaceMarks } from '../replacing';
import { type Dialect, dialectOf } from './dialects';
import type { Expressions } from './expressions';
import { isColumnGuarded } from './guards';
import { argumentOf, functions } from './library';
import { type ConnectionMark, OwnTransaction } from './transactions';

/** The connection of one run of a migration: sends requests, and knows which transactions are open. */
export class Connection {
  private readonly transactions: OwnTransaction[] = [];

  /** What is written differently by engine. */
  readonly dialect: Dialect;

  constructor(engine: Engine) {
    this.dialect = dialectOf(engine);
  }

  /** Sends text as it stands in the code, or text written for a call. `options` are the call's arguments among which `transaction` is. */
  send(use: Pick<NativeUse, 'machine' | 'place'>, sql: Value | string, options: readonly Value[]): void {
    const effect = emitSql(use, sql, this.markOf(options));
    if (effect !== undefined && typeof sql === 'string' && isColumnGuarded(use.machine.conditions, sql)) effect.guarded = true;
  }

  /** The mark of a request with these options. */
  private markOf(options: readonly Value[]): ConnectionMark {
    const given = options.map((option) => transactionIn(option, this.innermost)).find((found) => found !== undefined);
    if (given !== undefined) return { transaction: given.outermost, beside: false };
    return { beside: this.innermost !== undefined };
  }

  private get innermost(): OwnTransaction | undefined {
    return this.transactions.findLast(({ open }) => open);
  }

  /** `transaction(options?, callback?)`: with a callback it is committed when that has returned. */
  begin(call: NativeCall): Value {
    const [first, second] = call.args;
    const callback = isCallable(first) ? first : isCallable(second) ? second : undefined;
    const options = first !== undefined && first !== callback ? first : undefinedValue;
    const parent = transactionIn(options, undefined);
    const transaction = new OwnTransaction(parent);
    const begin = beginningOf(call);
    if (parent === undefined) {
      this.transactions.push(transaction);
      this.control(begin, 'START TRANSACTION', transaction);
      const level = textOf(recordOf(argumentOf(options)).isolationLevel);
      if (level) this.control(begin, `SET TRANSACTION ISOLATION LEVEL ${level}`, transaction);
    } else {
      parent.outermost.savepoints++;
      this.control(begin, `SAVEPOINT ${this.dialect.quoteName(savepointName(transaction))}`, transaction);
    }
    const value = this.transactionValue(transaction, call);
    if (callback === undefined) return value;
    const result = call.machine.call(callback, [value], call.place);
    if (transaction.open) this.end(endOf(call), 'COMMIT', transaction);
    return result;
  }

  private transactionValue(transaction: OwnTransaction, begun: NativeCall): NativeValue {
    const ending = (word: 'COMMIT' | 'ROLLBACK') => (call: NativeCall) => {
      this.end(call, word, transaction);
      return undefinedValue;
    };
    return native({
      name: 'the transaction',
      data: transaction,
      // Handing it on is what it is for; without the connection nothing can be sent through it.
      reachesDatabase: false,
      methods: { commit: ending('COMMIT'), rollback: ending('ROLLBACK'), afterCommit: () => undefinedValue },
      properties: { sequelize: () => unknown('sequelize', { source: begun.place }), LOCK: unknown('LOCK') },
    });
  }

  private end(use: Pick<NativeUse, 'machine' | 'place'>, word: 'COMMIT' | 'ROLLBACK', transaction: OwnTransaction): void {
    if (transaction.parent !== undefined) {
      if (word === 'ROLLBACK' && !use.machine.inHandler)
        this.control(use, `ROLLBACK TO SAVEPOINT ${this.dialect.quoteName(savepointName(transaction))}`, transaction);
      transaction.open = false;
      return;
    }
    // What a `catch` sends is sent only when something failed: the run that is read is the one in which nothing does.
    if (use.machine.inHandler) return;
    this.control(use, word, transaction);
    transaction.open = false;
  }

  private control(use: Pick<NativeUse, 'machine' | 'place'>, sql: string, transaction: OwnTransaction): void {
    const mark: ConnectionMark = { transaction: transaction.outermost, beside: false };
    emitSql(use, sql, mark);
  }

  /** `sequelize.query(sql, { replacements, bind, transaction })`. */
  query(call: NativeCall): Value {
    const [first = undefinedValue, options = undefinedValue] = call.args;
    const given = likeliest(first);
    const sql = given.kind === 'object' ? (given.properties.get('query') ?? undefinedValue) : given;
    const values = given.kind === 'object' ? given.properties.get('values') : undefined;
    const replacements = values ?? (options.kind === 'object' ? options.properties.get('replacements') : undefined);
    const text = textOfValue(likeliest(sql));
    const bound = text === undefined ? sql : withBindings(text, options, this.dialect);
    this.send(
      call,
      text === undefined || replacements === undefined
        ? bound
        : withReplacements(text, argumentOf(replacements), call.place, this.dialect.expressions),
      [options],
    );
    return unknown('rows', { source: call.place });
  }

  /** `queryInterface.sequelize`. */
  value(queryInterface: () => NativeValue): NativeValue {
    return native({
      name: 'sequelize',
      methods: this.methods(queryInterface),
      properties: { ...functions, options: unknown('options'), config: unknown('config'), dialect: unknown('dialect') },
    });
  }

  /** What `sequelize` can be asked to do. */
  methods(queryInterface: () => NativeValue): Readonly<Record<string, (call: NativeCall) => Value>> {
    return {
      query: (call) => this.query(call),
      transaction: (call) => this.begin(call),
      getQueryInterface: () => queryInterface(),
      getDialect: (call) => writtenText(this.dialect.name, call.place),
      getDatabaseName: () => unknown('database'),
      escape: (call) => writtenText(this.dialect.expressions.writeValue(argumentOf(call.arg(0))), call.place),
      authenticate: () => undefinedValue,
      close: () => undefinedValue,
      createSchema: (call) => {
        this.send(call, `CREATE SCHEMA IF NOT EXISTS ${this.dialect.quoteName(argumentOf(call.arg(0)))};`, call.args);
        return undefinedValue;
      },
    };
  }
}

/** `$1` and `$name` are sent as parameters: a name becomes a number. */
function withBindings(text: TextValue, options: Value, { parameter }: Dialect): TextValue {
  const bind = options.kind === 'object' ? argumentOf(options.properties.get('bind') ?? undefinedValue) : undefined;
  const names = Object.keys(recordOf(bind));
  if (names.length === 0 && !Array.isArray(bind)) return text;
  return replaceMarks(text, /\$(\w+)/g, ([, name = '']) => {
    const position = /^\d+$/.test(name) ? Number(name) - 1 : names.indexOf(name);
    return position === -1 ? undefined : writtenText(parameter(position + 1), text.pieces[0]?.source ?? nowhere);
  });
}

const nowhere: Place = { path: '', span: { start: 0, end: 0 } };

/** `?` in order, or `:name`; a list becomes its members (`sql-string.js`). */
function withReplacements(text: TextValue, values: unknown, place: Place, expressions: Expressions): TextValue {
  if (Array.isArray(values)) {
    let next = 0;
    return replaceMarks(text, /\?/g, () =>
      next < values.length ? writtenText(replacement(values[next++], expressions), place) : undefined,
    );
  }
  const named = recordOf(values);
  return replaceMarks(text, /(:+)(?!\d)(\w+)/g, ([, colons, name]) => {
    if (colons !== ':' || name === undefined) return undefined;
    if (values instanceof Missing) return writtenText(String(new Missing(name)), place);
    return Object.hasOwn(named, name) ? writtenText(replacement(named[name], expressions), place) : undefined;
  });
}

function replacement(value: unknown, expressions: Expressions): string {
  if (!Array.isArray(value)) return expressions.writeValue(value);
  return value.map((item) => (Array.isArray(item) ? `(${replacement(item, expressions)})` : expressions.writeValue(item))).join(', ');
}

/** The transaction that an option names; one that is not known is taken for the one that is open. */
function transactionIn(option: Value, open: OwnTransaction | undefined): OwnTransaction | undefined {
  const value = likeliest(option);
  if (value.kind !== 'object') return undefined;
  const given = value.properties.get('transaction');
  if (given === undefined) return value.open ? open : undefined;
  const transaction = likeliest(given);
  if (transaction.kind === 'native' && transaction.data instanceof OwnTransaction) return transaction.data;
  return transaction.kind === 'primitive' ? undefined : open;
}

function isCallable(value: Value | undefined): value is Value {
  return value?.kind === 'function' || value?.kind === 'method' || (value?.kind === 'native' && value.call !== undefined);
}

function savepointName({ outermost }: OwnTransaction): string {
  return `sp-${outermost.savepoints}`;
}

/** Of a call with a callback: what is before it, so that the statements in it keep places of their own. */
function beginningOf({ machine, place, argPlaces }: NativeCall): Pick<NativeUse, 'machine' | 'place'> {
  const end = argPlaces[0]?.span.start ?? place.span.end;
  return { machine, place: { path: place.path, span: { start: place.span.start, end } } };
}

/** Its closing bracket. */
function endOf({ machine, place }: NativeCall): Pick<NativeUse, 'machine' | 'place'> {
  return { machine, place: { path: place.path, span: { start: Math.max(place.span.end - 1, place.span.start), end: place.span.end } } };
}
