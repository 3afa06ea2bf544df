import type { Node } from '@babel/types';
import { walk } from '../../code/walk';
import { propertyName, spanOf } from './source-call';

/** Where a line can stand that is to run before a transaction. */
export interface BeforeTransaction {
  readonly node: Node;
  /** Names that are declared from there on: the line can't use them. */
  readonly declared: ReadonlySet<string>;
}

/**
 * The statement that opens the transaction around a call: that of `session.withTransaction(...)`, or of `session.startTransaction()` in a block
 * around it. Undefined where the code does not show it.
 * @param around what the call stands in, outermost first.
 */
export function beforeTransaction(around: readonly Node[]): BeforeTransaction | undefined {
  const position = around.findLastIndex((node) => calledName(node) === 'withTransaction');
  if (position !== -1) {
    const call = around[position];
    const node = around
      .slice(0, position)
      .findLast(({ type }) => type === 'ExpressionStatement' || type === 'VariableDeclaration' || type === 'ReturnStatement');
    return node === undefined || call === undefined ? undefined : { node, declared: declaredIn(node) };
  }
  for (const [at, block] of [...around.entries()].toReversed()) {
    if (isFunction(block)) return undefined;
    if (block.type !== 'BlockStatement' && block.type !== 'Program') continue;
    const own = block.body.findIndex((statement) => statement === around[at + 1]);
    const from = block.body.slice(0, own).findLastIndex((statement) => isCallOf(statement, 'startTransaction'));
    const node = block.body[from];
    if (node !== undefined) return { node, declared: new Set(block.body.slice(from).flatMap((statement) => [...declaredIn(statement)])) };
  }
  return undefined;
}

/** Is the statement one call of this method, awaited or not? */
export function isCallOf(statement: Node, name: string): boolean {
  if (statement.type !== 'ExpressionStatement') return false;
  const { expression } = statement;
  return calledName(expression.type === 'AwaitExpression' ? expression.argument : expression) === name;
}

/** The method that a node calls; undefined where it calls none. */
export function calledName(node: Node): string | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  return propertyName(node.callee.property);
}

/** The function that a place stands in, among the nodes around it. */
export function functionAround(around: readonly Node[], offset: number): Node | undefined {
  return around.findLast((node) => isFunction(node) && spanOf(node).start < offset && offset < spanOf(node).end);
}

/** Is it a function, in any form? */
export function isFunction({ type }: Node): boolean {
  return ['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration', 'ObjectMethod', 'ClassMethod'].includes(type);
}

/** Every name that is declared somewhere in a node: variables, parameters, functions. */
function declaredIn(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (pattern: Node): void =>
    void walk(pattern, (inner) => {
      if (inner.type === 'Identifier') names.add(inner.name);
      return undefined;
    });
  walk(node, (inner) => {
    if (inner.type === 'VariableDeclarator') add(inner.id);
    if ('params' in inner && Array.isArray(inner.params)) for (const parameter of inner.params) if (isNode(parameter)) add(parameter);
    if (inner.type === 'FunctionDeclaration' && inner.id) names.add(inner.id.name);
    return undefined;
  });
  return names;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}
