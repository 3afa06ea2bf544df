import type { Function as FunctionNode, Node } from '@babel/types';
import type { CodeQuote } from '../../code/literal';
import { parseCode } from '../../code/parse';
import { walk } from '../../code/walk';
import type { Span } from '../../model/text';
import { isWithin } from './source-map';

/** A statement of code around a call: before and behind it, other statements can stand. */
export interface Anchor {
  readonly span: Span;
  /** `value`: the body of an arrow function without braces, which is what it returns. */
  readonly kind: 'statement' | 'return' | 'value';
  /** The call alone is the statement: `await knex.raw('...');` but for what waits for it. */
  readonly isOnlyCall: boolean;
  /** The function that holds it; undefined at the top of a file. */
  readonly owner?: {
    readonly isAsync: boolean;
    readonly isGenerator: boolean;
    /** Where `async ` goes when it is to become one. */
    readonly asyncAt: number;
  };
}

/** The statement around a call; undefined where none could stand beside it: the branch of an `if` without braces, an argument. */
export function anchorOf(text: string, path: string, call: Span): Anchor | undefined {
  const around: Node[] = [];
  walk(parseCode(text, path).program, (node) => {
    const span = spanOf(node);
    if (!isWithin(call, span)) return false;
    around.push(node);
    return undefined;
  });
  for (let index = around.length - 1; index > 0; index--) {
    const node = around[index];
    const parent = around[index - 1];
    if (node === undefined || parent === undefined) break;
    const isValue = parent.type === 'ArrowFunctionExpression' && parent.body === node && node.type !== 'BlockStatement';
    if (isValue) return anchor(node, 'value', call, around.slice(0, index));
    if (!isStatement(node)) continue;
    if (parent.type !== 'BlockStatement' && parent.type !== 'Program') return undefined;
    return anchor(node, node.type === 'ReturnStatement' ? 'return' : 'statement', call, around.slice(0, index));
  }
  return undefined;
}

/** The literal in which a stretch of source lies, with its quotes and which they are. */
export function literalAround(text: string, path: string, stretch: Span): { readonly span: Span; readonly quote: CodeQuote } | undefined {
  let found: Node | undefined;
  walk(parseCode(text, path).program, (node) => {
    if (!isWithin(stretch, spanOf(node))) return false;
    if (node.type === 'StringLiteral' || node.type === 'TemplateLiteral') found = node;
    return undefined;
  });
  if (found === undefined) return undefined;
  const span = spanOf(found);
  const quote = text.charAt(span.start);
  return quote === "'" || quote === '"' || quote === '`' ? { span, quote } : undefined;
}

function anchor(node: Node, kind: Anchor['kind'], call: Span, outer: readonly Node[]): Anchor {
  const owner = outer.findLast(isFunction);
  return {
    span: spanOf(node),
    kind,
    isOnlyCall: isOnlyCall(node, call),
    ...(owner && { owner: { isAsync: owner.async === true, isGenerator: owner.generator === true, asyncAt: asyncAt(owner) } }),
  };
}

/** Before the name of a method, behind its modifiers; before anything else. */
function asyncAt(node: FunctionNode): number {
  return 'key' in node ? (node.key.start ?? 0) : (node.start ?? 0);
}

/** Without what waits for it or gives it back. */
function isOnlyCall(node: Node, call: Span): boolean {
  const span = spanOf(node);
  if (span.start === call.start && span.end === call.end) return true;
  switch (node.type) {
    case 'ExpressionStatement':
      return isOnlyCall(node.expression, call);
    case 'ReturnStatement':
    case 'AwaitExpression':
    case 'YieldExpression':
      return node.argument != null && isOnlyCall(node.argument, call);
    default:
      return false;
  }
}

function isStatement(node: Node): boolean {
  return node.type.endsWith('Statement') || node.type === 'VariableDeclaration';
}

function isFunction(node: Node): node is FunctionNode {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassPrivateMethod':
      return true;
    default:
      return false;
  }
}

function spanOf(node: Node): Span {
  return { start: node.start ?? 0, end: node.end ?? 0 };
}
