import type * as t from '@babel/types';
import type { CollectionName, DocumentCommand, DocumentEffect, DocumentNode, DocumentValue } from '../../model/document';
import { fieldOf, textOf } from '../../model/document-value';
import type { Operation } from '../../model/operation';
import type { Span } from '../../model/text';
import { type Chain, chainOf, type Step } from './chain';
import { collectionMethods, gatheringMethods } from './collection-methods';
import { readDatabaseMethod } from './database-methods';
import { isDatabase, type Receiver, receiverOf } from './receiver';
import { sessionPlace } from './session-place';
import { ownSpan, type ValueReader } from './values';

/** What a statement does; or why that can't be said, and where. The place counts in the parsed text. */
export type Meaning = { readonly operations: readonly Operation[] } | { readonly message: string; readonly at: Span };

/** One statement of mongosh text; `own` is where it stands, without its terminator. */
export function meaningOf(statement: t.Statement, own: Span, values: ValueReader): Meaning {
  if (statement.type !== 'ExpressionStatement') return { message: `${wordsOf(statement)}: ${onlyCalls}`, at: ownSpan(statement) };
  return new CallReader(values, own).meaning(withoutAwait(statement.expression));
}

const onlyCalls =
  'only calls such as db.users.updateMany({ ... }, { ... }) are read here, one by one, because what code around them does is known to a run alone.';

function wordsOf({ type }: t.Statement): string {
  if (type === 'VariableDeclaration') return 'This declares a variable';
  if (type === 'FunctionDeclaration' || type === 'ClassDeclaration') return 'This declares code';
  if (/^(?:For|While|DoWhile)/.test(type)) return 'This is a loop';
  if (type === 'IfStatement' || type === 'SwitchStatement') return 'This is a condition';
  if (type === 'TryStatement' || type === 'ThrowStatement') return 'This handles errors';
  return /^(?:Import|Export)/.test(type) ? 'This belongs to a module' : 'This is code';
}

function withoutAwait(expression: t.Expression): t.Expression {
  let inner = expression;
  while (inner.type === 'AwaitExpression') inner = inner.argument;
  return inner;
}

/** The functions of the shell that do nothing to a database. */
const harmless: ReadonlySet<string> = new Set([
  'print',
  'printjson',
  'printjsononeline',
  'sleep',
  'quit',
  'exit',
  'cls',
  'help',
  'version',
  'show',
]);

const transactions: Readonly<Record<string, 'begin' | 'commit' | 'rollback'>> = {
  startTransaction: 'begin',
  commitTransaction: 'commit',
  abortTransaction: 'rollback',
};

class CallReader {
  constructor(
    private readonly values: ValueReader,
    private readonly span: Span,
  ) {}

  meaning(expression: t.Expression): Meaning {
    if (expression.type === 'AssignmentExpression') return this.assignment(expression);
    if (expression.type === 'StringLiteral') return { operations: [] };
    const chain = chainOf(expression, (name) => !this.values.hasHole(name));
    const { root, steps } = chain;
    if (steps.some(({ call }) => call?.arguments.some(asksDatabase)))
      return this.refuse('This gives one call what another one answers', expression);
    if (root === undefined) return this.bareCall(expression, steps[0]);
    const last = steps.at(-1);
    const action = last?.call === undefined ? undefined : transactions[last.name ?? ''];
    if (action !== undefined) return this.done({ kind: 'transaction', action });
    if (['rs', 'sh', 'sp', 'console', 'session'].includes(root.name) && !isDatabaseOfSession(root, steps))
      return this.helper(chain, root.name);
    const receiver = receiverOf(root.name, steps, (call) => this.argumentsOf(call));
    if (receiver === undefined) return this.refuse('This reaches no database that is known here', expression);
    if (receiver === 'nothing') return this.done({ kind: 'other', node: root.name });
    if (receiver.rest.some(takesCode)) return this.refuse('This runs code for what it finds', expression);
    return this.command(receiver);
  }

  private done(operation: Operation): Meaning {
    return { operations: [{ ...operation, span: this.values.placeOf(this.span) }] };
  }

  private refuse(what: string, node: t.Node): Meaning {
    return { message: `${what}: ${onlyCalls}`, at: ownSpan(node) };
  }

  /** `db = db.getSiblingDB("x")` goes on in another database. */
  private assignment(expression: t.AssignmentExpression): Meaning {
    const isDb = expression.left.type === 'Identifier' && expression.left.name === 'db';
    const { root, steps } = chainOf(withoutAwait(expression.right), (name) => !this.values.hasHole(name));
    const last = steps.at(-1);
    const database = textOf(this.argumentsOf(last?.call)[0]);
    const moves = /^(?:getSiblingDB|getSisterDB|getDB)$/.test(last?.name ?? '') && root?.name === 'db';
    if (isDb && moves && database !== undefined) return this.done({ kind: 'use', database });
    return this.refuse('This assigns a variable', expression);
  }

  /** A call of a function: `print("x")`, `use("x")`. */
  private bareCall(expression: t.Expression, step: Step | undefined): Meaning {
    const name = step?.name;
    if (step?.call === undefined || name === undefined) return this.refuse('This is code', expression);
    const database = textOf(this.argumentsOf(step.call)[0]);
    if (name === 'use' && database !== undefined) return this.done({ kind: 'use', database });
    if (name === 'load') {
      const message = "load() takes its work from another file, which Faultline doesn't follow. Put the calls here instead.";
      return { message, at: ownSpan(expression) };
    }
    return harmless.has(name) ? this.done({ kind: 'other', node: name }) : this.refuse('This calls a function', expression);
  }

  /** Replication, sharding, sessions: nothing that has a meaning of its own here. */
  private helper({ steps }: Chain, root: string): Meaning {
    const [step] = steps;
    if (step?.call === undefined || root === 'console' || root === 'session') {
      return steps.some(takesCode) && step !== undefined
        ? this.refuse('This runs code', step.call ?? step.key)
        : this.done({ kind: 'other', node: `${root}.${step?.name ?? ''}` });
    }
    const values = this.argumentsOf(step.call);
    return this.done({
      kind: 'document command',
      method: `${root}.${step.name}`,
      arguments: values,
      effect: { kind: 'other' },
      session: false,
    });
  }

  private command(receiver: Receiver): Meaning {
    const { call } = receiver.call;
    const name = receiver.call.name ?? '';
    const values = this.argumentsOf(call);
    const read = receiver.collection === undefined ? this.onDatabase(name, values, receiver) : this.onCollection(name, values, receiver);
    if (read.ends !== undefined) return this.done({ kind: 'transaction', action: read.ends });
    const { effect, collection, optionsAt, method = name } = read;
    const isCommand = receiver.collection === undefined && /^(?:command|runCommand|adminCommand)$/.test(name);
    const database = isCommand && name === 'adminCommand' ? 'admin' : receiver.database;
    const options = merged(read.options, optionsAt === undefined ? undefined : values[optionsAt]);
    const place = optionsAt === undefined ? undefined : sessionPlace(call, optionsAt);
    const sessionAt = place && { ...place, offset: this.values.placeOf({ start: place.offset, end: place.offset }).start };
    return this.done({
      kind: 'document command',
      method,
      ...(collection !== undefined && { collection }),
      ...(database !== undefined && { database }),
      ...(isCommand && { isCommand }),
      arguments: values,
      effect,
      ...(options !== undefined && { options }),
      ...(receiver.rest.length > 0 && { followedBy: receiver.rest.map((step) => this.further(step)) }),
      session: receiver.session || fieldOf(options, 'session') !== undefined,
      ...(sessionAt !== undefined && !receiver.session && { sessionAt }),
    });
  }

  private further({ name = '', call }: Step): { readonly name: string; readonly arguments?: readonly DocumentValue[] } {
    return { name, ...(call !== undefined && { arguments: this.argumentsOf(call) }) };
  }

  private onDatabase(name: string, values: readonly DocumentValue[], { database }: Receiver): CallReading {
    const { collection, ...read } = readDatabaseMethod(name, values, this.values.placeOf(this.span));
    if (collection === undefined) return read;
    return { ...read, collection: database === undefined ? collection : { database, ...collection } };
  }

  private onCollection(name: string, values: readonly DocumentValue[], { collection }: Receiver): CallReading {
    const at = collection === undefined ? {} : { collection };
    if (gatheringMethods.has(name))
      return { ...at, effect: { kind: 'write', writes: [], ordered: /^initializeO/.test(name), partial: true } };
    const reader = Object.hasOwn(collectionMethods, name) ? collectionMethods[name] : undefined;
    if (reader === undefined) return { ...at, effect: { kind: 'other' } };
    const optionsAt = reader.optionsAt?.(values);
    const effect = reader.effect(values, { span: this.values.placeOf(this.span), collection });
    return { ...at, effect, ...(optionsAt !== undefined && { optionsAt }) };
  }

  private argumentsOf(call: t.CallExpression | undefined): DocumentValue[] {
    return (call?.arguments ?? []).map((argument) => this.values.value(argument));
  }
}

interface CallReading {
  readonly effect: DocumentEffect;
  readonly collection?: CollectionName;
  readonly method?: string;
  readonly options?: DocumentNode;
  readonly optionsAt?: number;
  readonly ends?: 'commit' | 'rollback';
}

/** The fields of a command that are options, and the options given beside it. */
function merged(ofCommand: DocumentNode | undefined, given: DocumentValue | undefined): DocumentCommand['options'] {
  if (ofCommand === undefined || given?.kind === 'hole') return given?.kind === 'document' || given?.kind === 'hole' ? given : ofCommand;
  return given?.kind === 'document' ? { ...ofCommand, fields: [...ofCommand.fields, ...given.fields] } : ofCommand;
}

function isDatabaseOfSession({ name }: t.Identifier, steps: readonly Step[]): boolean {
  return name === 'session' && isDatabase(steps[0]);
}

function takesCode({ call }: Step): boolean {
  return call?.arguments.some(({ type }) => type === 'ArrowFunctionExpression' || type === 'FunctionExpression') === true;
}

/** Whether something in it is called on `db`, other than what tells its name. */
function asksDatabase(node: t.Node): boolean {
  if (node.type === 'Identifier') return node.name === 'db';
  if (node.type === 'MemberExpression' && !node.computed) {
    const isName = node.property.type === 'Identifier' && node.property.name === 'getName';
    return !isName && asksDatabase(node.object);
  }
  if (node.type === 'ObjectProperty') return (node.computed && asksDatabase(node.key)) || asksDatabase(node.value);
  return Object.entries(node).some(([key, value]) => key !== 'loc' && partsOf(value).some(asksDatabase));
}

function partsOf(value: unknown): readonly t.Node[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value ? [value as t.Node] : [];
}
