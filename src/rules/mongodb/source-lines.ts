import type { Node } from '@babel/types';
import type { Statement } from '../../model/migration';
import type { TextEdit } from '../../model/text';
import { indentationAt } from '../../parse/lines';
import type { RuleContext } from '../context';
import { sourceText } from '../edits';
import { editCall, propertyName, type SourceCall, sourceCall, sourceSlice, spanOf } from './source-call';
import { beforeTransaction, functionAround, isFunction } from './transaction-place';

/** A line of code before the statement that a call stands in. */
export interface LineBefore {
  /** How the line sends something: `db`, as the call has it. */
  readonly database: string;
  /** The collection, as the call has it: `db.collection('users')`, or a variable. Undefined where the call is one of the database. */
  readonly collection?: string;
  /** `await ` in code, nothing in a script of the shell. */
  readonly wait: string;
  readonly call: SourceCall;
}

/**
 * Puts lines before the statement that sends a command; each without its indentation. In a transaction they go before all of it, since it
 * takes neither $out nor what waits for somebody else. Undefined where the place does not show how: the call stands in another file, in an
 * arrow function without braces, in a function that can't wait; or a line would use what is declared in the transaction alone.
 */
export function insertLines(
  context: RuleContext,
  statement: Statement,
  method: string,
  write: (line: LineBefore) => readonly string[] | undefined,
): TextEdit | undefined {
  const found = sourceCall(context, statement, method);
  if (found === undefined) return undefined;
  const isInTransaction = statement.circumstances?.transaction !== undefined;
  const place = isInTransaction ? placeBeforeTransaction(found.around) : statementAround(found.around);
  if (place === undefined) return undefined;
  // The shell waits by itself.
  const isScript = context.framework.name === 'mongosh' || context.source === undefined;
  if (!isScript && !place.canWait) return undefined;
  const receivers = receiversOf(context, found);
  if (receivers === undefined) return undefined;
  const lines = write({ ...receivers, wait: isScript ? '' : 'await ', call: found });
  if (lines === undefined || lines.some((line) => usesOneOf(line, place.declared))) return undefined;
  const { start } = spanOf(place.node);
  const indent = indentationAt(sourceText(context), start);
  return editCall(context, { start, end: start }, lines.map((line) => `${line.replaceAll('\n', `\n${indent}`)}\n${indent}`).join(''));
}

interface LinePlace {
  /** What the lines stand before. */
  readonly node: Node;
  /** Whether the function around it can wait. */
  readonly canWait: boolean;
  /** Names that the lines can't use. */
  readonly declared?: ReadonlySet<string>;
}

function placeBeforeTransaction(around: readonly Node[]): LinePlace | undefined {
  const found = beforeTransaction(around);
  if (found === undefined) return undefined;
  const owner = functionAround(around, spanOf(found.node).start);
  return { ...found, canWait: isAsync(owner) };
}

function usesOneOf(line: string, names: ReadonlySet<string> | undefined): boolean {
  return names !== undefined && (line.match(/[A-Za-z_$][\w$]*/g) ?? []).some((word) => names.has(word));
}

/** A program itself can wait. */
function isAsync(owner: Node | undefined): boolean {
  return owner === undefined || ('async' in owner && owner.async === true);
}

/** The innermost statement of a block. */
function statementAround(around: readonly Node[]): LinePlace | undefined {
  const at = around.findLastIndex((node, index) => isInBlock(around[index - 1]) && isLine(node));
  const node = around[at];
  if (node === undefined) return undefined;
  // An arrow function without braces within that statement runs at another time than the line before it.
  if (around.slice(at + 1).some(isFunction)) return undefined;
  const owner = around.slice(0, at).findLast(isFunction);
  return { node, canWait: isAsync(owner) };
}

function isInBlock(parent: Node | undefined): boolean {
  return parent?.type === 'BlockStatement' || parent?.type === 'Program';
}

function isLine({ type }: Node): boolean {
  return type === 'ExpressionStatement' || type === 'VariableDeclaration' || type === 'ReturnStatement';
}

/** What the call is made on, as the file has it. */
function receiversOf(context: RuleContext, { call }: SourceCall): Pick<LineBefore, 'database' | 'collection'> | undefined {
  const { callee } = call;
  if (callee.type !== 'MemberExpression') return undefined;
  const own = sourceSlice(context, spanOf(callee.object));
  if (ofDatabase.has(propertyName(callee.property) ?? '')) return { database: own };
  const { object } = callee;
  const outer = object.type === 'CallExpression' ? object.callee : object;
  return { database: outer.type === 'MemberExpression' ? sourceSlice(context, spanOf(outer.object)) : 'db', collection: own };
}

/** Methods of a database that name a collection among their arguments. */
const ofDatabase: ReadonlySet<string> = new Set([
  ...['createCollection', 'createView', 'dropCollection', 'renameCollection', 'dropDatabase'],
  ...['command', 'runCommand', 'adminCommand'],
]);
