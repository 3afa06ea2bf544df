import type { Node, ObjectExpression } from '@babel/types';
import { walk } from '../../code/walk';
import type { DocumentCommand } from '../../model/document';
import type { Fix } from '../../model/finding';
import type { Statement } from '../../model/migration';
import type { Span } from '../../model/text';
import { indentationAt } from '../../parse/lines';
import type { RuleContext } from '../context';
import { sourceText } from '../edits';
import { editCall, insertInCall, propertyName, sourceCall, sourceSlice, spanOf } from './source-call';
import { calledName, isCallOf } from './transaction-place';

/**
 * Takes the statement of a call out of the transaction around it: what creates goes before, everything else behind. Undefined where the
 * call is part of something bigger, or uses what is declared in there.
 */
export function moveOut(context: RuleContext, statement: Statement, command: DocumentCommand): Fix | undefined {
  const found = sourceCall(context, statement, command.method);
  const own = found?.around.at(-1);
  const line = own?.type === 'AwaitExpression' ? found?.around.at(-2) : own;
  if (found === undefined || line?.type !== 'ExpressionStatement') return undefined;
  const creates = command.effect.kind === 'create index' || command.effect.kind === 'create collection';
  const outer = found.around.slice(0, found.around.indexOf(line));
  const target = aroundCallback(outer) ?? betweenMarks(outer, line);
  const text = target && textOutside(context, line, target.declared);
  if (target === undefined || text === undefined) return undefined;
  const at = creates ? target.begin : target.end;
  const indent = indentationAt(sourceText(context), target.begin);
  const moved = creates ? `${text}\n${indent}` : `\n${indent}${text}`;
  return {
    title: creates ? 'Move it before the transaction' : 'Move it behind the transaction',
    safe: false,
    edits: [insertInCall(context, at, moved), editCall(context, wholeLine(sourceText(context), spanOf(line)), '')],
  };
}

interface Target {
  /** Before the statement that begins the transaction, and behind the one that ends it. */
  readonly begin: number;
  readonly end: number;
  /** Names that are known only within. */
  readonly declared: ReadonlySet<string>;
}

/** `await session.withTransaction(async () => { ... })`, with the call directly in the callback. */
function aroundCallback(around: readonly Node[]): Target | undefined {
  const position = around.findLastIndex((node) => calledName(node) === 'withTransaction');
  const callback = around[position + 1];
  const block = around.at(-1);
  const statement = around.slice(0, position).findLast(({ type }) => type.endsWith('Statement') || type === 'VariableDeclaration');
  if (position === -1 || callback === undefined || block?.type !== 'BlockStatement' || around.indexOf(block) !== position + 2)
    return undefined;
  if (callback.type !== 'ArrowFunctionExpression' && callback.type !== 'FunctionExpression') return undefined;
  // A value that is returned or kept can't have anything put behind it here.
  if (statement?.type !== 'ExpressionStatement') return undefined;
  const declared = new Set([...callback.params.flatMap(namesIn), ...block.body.flatMap(declaredBy)]);
  return { begin: spanOf(statement).start, end: spanOf(statement).end, declared };
}

/** `session.startTransaction(); ...; await session.commitTransaction();` in one block. */
function betweenMarks(around: readonly Node[], line: Node): Target | undefined {
  const block = around.at(-1);
  if (block?.type !== 'BlockStatement') return undefined;
  const at = block.body.findIndex(({ start }) => start === line.start);
  const begin = block.body.slice(0, at).findLast((statement) => isCallOf(statement, 'startTransaction'));
  const end = block.body.slice(at).find((statement) => isCallOf(statement, 'commitTransaction'));
  if (begin === undefined || end === undefined) return undefined;
  const between = block.body.slice(block.body.indexOf(begin), at);
  return { begin: spanOf(begin).start, end: spanOf(end).end, declared: new Set(between.flatMap(declaredBy)) };
}

function declaredBy(statement: Node): readonly string[] {
  if (statement.type === 'VariableDeclaration') return statement.declarations.flatMap(({ id }) => namesIn(id));
  return statement.type === 'FunctionDeclaration' && statement.id ? [statement.id.name] : [];
}

function namesIn(node: Node): readonly string[] {
  const names: string[] = [];
  walk(node, (inner) => {
    if (inner.type === 'Identifier') names.push(inner.name);
    return undefined;
  });
  return names;
}

/** The statement as it can stand outside: without the session that is known only within. Undefined where it uses anything else of there. */
function textOutside(context: RuleContext, line: Node, declared: ReadonlySet<string>): string | undefined {
  const used = namesIn(line).filter((name) => declared.has(name));
  const text = sourceSlice(context, spanOf(line));
  if (used.length === 0) return text;
  let options: ObjectExpression | undefined;
  walk(line, (node) => {
    if (node.type === 'ObjectExpression' && node.properties.some((property) => isSession(property))) options = node;
    return undefined;
  });
  const property = options?.properties.find(isSession);
  if (options === undefined || property === undefined) return undefined;
  if (namesIn(property).filter((name) => declared.has(name)).length < used.length) return undefined;
  const at = options.properties.indexOf(property);
  const [next, previous] = [options.properties[at + 1], options.properties[at - 1]];
  const start = previous !== undefined && next === undefined ? spanOf(previous).end : spanOf(property).start;
  const end = next === undefined ? spanOf(property).end : spanOf(next).start;
  const offset = spanOf(line).start;
  return text.slice(0, start - offset) + text.slice(end - offset);
}

function isSession(property: ObjectExpression['properties'][number]): boolean {
  return property.type === 'ObjectProperty' && propertyName(property.key) === 'session';
}

/** A stretch with its line, when nothing else stands there. */
function wholeLine(text: string, span: Span): Span {
  const indent = indentationAt(text, span.start);
  const start = span.start - indent.length;
  const isFirst = start === 0 || /[\r\n]/.test(text.charAt(start - 1));
  const rest = /^[ \t]*(\r\n|\r|\n)/.exec(text.slice(span.end));
  return isFirst && rest !== null ? { start, end: span.end + rest[0].length } : span;
}
