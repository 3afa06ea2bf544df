import { MigrationBuilder } from 'node-pg-migrate/migrationBuilder';
import { PgType } from 'node-pg-migrate/pgType';
import { PgLiteral } from 'node-pg-migrate/utils/PgLiteral';
import { type NativeCall, type NativeValue, native, nativeFunction } from '../../../code/native';
import { plainValue, writtenText } from '../../../code/plain';
import { emitSql } from '../../../code/sql/emit';
import { concat, flat, textOfValue, written } from '../../../code/text';
import { likeliest, nullValue, object, type TextValue, undefinedValue, unknown, type Value } from '../../../code/value';
import { replaceMarks } from '../replacing';
import { columnsOf, libraryArguments, UnknownStructure } from './arguments';

/** How the builder was used in one run of a migration. */
export interface BuilderUse {
  /** False after `pgm.noTransaction()`. */
  transaction: boolean;
  /** Calls for which node-pg-migrate knows no reverse: run backwards, the migration throws. */
  readonly irreversible: string[];
}

/** Sent at once, while the function runs; the steps of the builder are sent when it has returned. */
export const sentAtOnce = 'at once';

type Operation = (...args: unknown[]) => void;

/**
 * `pgm`: every operation is carried out by node-pg-migrate's own code, which makes SQL of it and sends nothing. `reverse` is its way of
 * inferring a down: each operation gives its opposite.
 */
export function builder(shorthands: unknown, reverse: boolean): { readonly pgm: NativeValue; readonly use: BuilderUse } {
  const use: BuilderUse = { transaction: true, irreversible: [] };
  const operations = new Map<string, NativeValue>();
  const pgm: NativeValue = native({
    name: 'pgm',
    methods: {
      sql: (call) => sendSql(call, use, reverse),
      noTransaction: () => {
        use.transaction = false;
        return pgm;
      },
      isUsingTransaction: () => ({ kind: 'primitive', value: use.transaction }),
    },
    properties: { func: literalFunction, db: database(use, reverse) },
    member: (name) => {
      const known = operations.get(name);
      if (known !== undefined) return known;
      if (!operationNames.has(name)) return undefined;
      const made = nativeFunction(`pgm.${name}`, (call) => carryOut(name, call, shorthands, reverse, use));
      operations.set(name, made);
      return made;
    },
  });
  return { pgm, use };
}

/** `pgm.func('now()')`: SQL that is not escaped. */
const literalFunction = nativeFunction('pgm.func', (call) => literal(call), false);

/** The names of types are constants of the package. */
const types = native({
  name: 'PgType',
  reachesDatabase: false,
  member: (name, { place }) => {
    const type: unknown = Object.hasOwn(PgType, name) ? Reflect.get(PgType, name) : undefined;
    return typeof type === 'string' ? written(type, place) : undefined;
  },
});

/** `PgLiteral` of the package does the same. */
export const packageNatives: Value = {
  kind: 'object',
  open: true,
  properties: new Map<string, Value>([
    ['PgType', types],
    [
      'PgLiteral',
      native({
        name: 'PgLiteral',
        reachesDatabase: false,
        construct: literal,
        methods: { create: literal },
      }),
    ],
  ]),
};

/** In a template it is its text: it has a `toString`. */
function literal(call: NativeCall): NativeValue {
  const text = String(plainValue(call.arg(0)));
  return native({ name: 'pgm.func', reachesDatabase: false, data: new PgLiteral(text), text: () => writtenText(text, call.place) });
}

function carryOut(name: string, call: NativeCall, shorthands: unknown, reverse: boolean, use: BuilderUse): Value {
  const unknownParts = new Set<string>();
  const args = libraryArguments(call.args, unknownParts);
  if (name === 'createTable' || name === 'addColumns' || name === 'addColumn') args[1] = columnsOf(args[1]);
  const made = newBuilder(shorthands);
  if (reverse) made.enableReverseMode();
  try {
    operationOf(made, name)?.(...args);
  } catch (error) {
    refuse(call, use, error, reverse);
    return undefinedValue;
  }
  // The steps of a whole migration are turned round by who reads the program.
  const steps = reverse ? made.getSqlSteps().toReversed() : made.getSqlSteps();
  for (const step of steps) emitSql(call, step);
  if (unknownParts.size > 0) {
    call.machine.unread(call.place, `its options \`${[...unknownParts].join('`, `')}\` are known only when it runs`);
  }
  return undefinedValue;
}

function refuse(call: NativeCall, use: BuilderUse, error: unknown, reverse: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  if (reverse && message.startsWith('Impossible to automatically infer')) {
    use.irreversible.push(call.machine.textOf(call.place));
    return;
  }
  const why =
    error instanceof UnknownStructure ? `its part \`${error.part}\` is known only when it runs` : `node-pg-migrate refuses it: ${message}`;
  call.machine.unread(call.place, why);
}

/** Without arguments the text is sent as it is. `{name}` becomes a quoted name, or the value where it is a number (`createTransformer.js`). */
function sendSql(call: NativeCall, use: BuilderUse, reverse: boolean): Value {
  if (reverse) {
    use.irreversible.push(call.machine.textOf(call.place));
    return undefinedValue;
  }
  const text = textOfValue(likeliest(call.arg(0)));
  if (text === undefined) {
    emitSql(call, call.arg(0));
    return undefinedValue;
  }
  const mapped = likeliest(call.arg(1));
  if (mapped.kind === 'unknown') call.machine.unread(call.place, `the values \`${mapped.name}\` of its marks are known only when it runs`);
  const values = mapped.kind === 'object' ? mapped.properties : new Map<string, Value>();
  const replaced =
    values.size === 0 ? text : replaceMarks(text, /\{([^{}]+)\}/g, ([, name]) => markValue(values.get(name ?? ''), name ?? '', call));
  emitSql(call, flat(replaced).endsWith(';') ? replaced : concat(replaced, written(';', call.place)));
  return undefinedValue;
}

function markValue(value: Value | undefined, name: string, call: NativeCall): TextValue | undefined {
  if (value === undefined) return undefined;
  const made = newBuilder({});
  const [argument] = libraryArguments([value], new Set());
  operationOf(made, 'sql')?.(`{${name}}`, { [name]: argument });
  const text = made.getSqlSteps()[0] ?? '';
  return writtenText(text.replace(/;$/, ''), call.place);
}

/** `pgm.db`: the connection itself. What it gets is sent before the steps of the builder. */
function database(use: BuilderUse, reverse: boolean): NativeValue {
  const query = (call: NativeCall): Value => {
    if (reverse) {
      use.irreversible.push(call.machine.textOf(call.place));
      return unknown('rows');
    }
    const given = likeliest(call.arg(0));
    const sql = given.kind === 'object' ? (given.properties.get('text') ?? undefinedValue) : given;
    emitSql(call, sql, sentAtOnce);
    callBack(call);
    return unknown('rows');
  };
  return native({ name: 'pgm.db', methods: { query, select: query } });
}

/** `pgm.db.query(sql, [], (error, result) => { ... })`: pg calls it when there is an answer. */
function callBack(call: NativeCall): void {
  const callback = call.args.find(({ kind }) => kind === 'function');
  const result = object({ rows: unknown('rows') }, true);
  if (callback !== undefined) call.machine.call(callback, [nullValue, result], call.place);
}

const silent = { debug: undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function newBuilder(shorthands: unknown): MigrationBuilder {
  const nothing = () => Promise.resolve([] as never);
  return new MigrationBuilder({ query: nothing, select: nothing }, shorthands as never, false, silent as never);
}

function operationOf(made: MigrationBuilder, name: string): Operation | undefined {
  const found: unknown = Reflect.get(made, name);
  return typeof found === 'function' ? (found as Operation).bind(made) : undefined;
}

/** All that a builder can be asked for, but for what is written here. */
const operationNames: ReadonlySet<string> = new Set(
  Object.entries(newBuilder({})).flatMap(([name, value]) =>
    typeof value === 'function' && name !== 'sql' && name !== 'func' ? [name] : [],
  ),
);
