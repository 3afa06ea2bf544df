import type { Node } from '@babel/types';
import { walk } from '../walk';
import { functionAround } from './fate';
import type { CodeNodes } from './nodes';

/**
 * What catches the errors of an expression within its function, and does not throw again: a handler of `try`, `.catch(() => {})`,
 * `Promise.allSettled`. Undefined where they get out. `waits`: its promise is awaited here, so that a `try` around sees its errors.
 */
export function swallowerOf(given: Node, nodes: CodeNodes, text: string, waits: boolean): Node | undefined {
  let node = given;
  let isAwaited = false;
  for (let parent = nodes.parent(node); parent !== undefined; parent = nodes.parent(node)) {
    if ('params' in parent && 'body' in parent) return undefined;
    if (parent.type === 'AwaitExpression') isAwaited = true;
    const found = isChain(parent) ? inChain(node, parent, nodes, text) : inTry(node, parent, nodes, text, isAwaited || waits);
    if (found !== undefined) return found;
    node = parent;
  }
  return undefined;
}

type Call = Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>;

function isChain(node: Node): node is Call {
  return node.type === 'CallExpression' || node.type === 'OptionalCallExpression';
}

function inChain(node: Node, call: Call, nodes: CodeNodes, text: string): Node | undefined {
  const { callee } = call;
  if (callee !== node) {
    return /\ballSettled$/.test(text.slice(callee.start ?? 0, callee.end ?? 0)) ? callee : undefined;
  }
  const isMember = callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression';
  const name = isMember && callee.property.type === 'Identifier' ? callee.property.name : undefined;
  const handler = name === 'catch' ? call.arguments[0] : name === 'then' ? call.arguments[1] : undefined;
  return handler !== undefined && swallows(handler, nodes, text) ? handler : undefined;
}

function inTry(node: Node, statement: Node, nodes: CodeNodes, text: string, isAwaited: boolean): Node | undefined {
  if (statement.type !== 'TryStatement' || statement.block !== node || statement.handler == null || !isAwaited) return undefined;
  return rethrows(statement.handler.body, text) || isToldLater(statement, nodes) ? undefined : statement.handler;
}

/** A function that gets an error, and lets it go. */
function swallows(handler: Node, nodes: CodeNodes, text: string): boolean {
  if (handler.type === 'ArrowFunctionExpression' && handler.body.type !== 'BlockStatement') return !passesOn(handler.body, text);
  if (handler.type === 'ArrowFunctionExpression' || handler.type === 'FunctionExpression') return !rethrows(handler.body, text);
  const name = text.slice(handler.start ?? 0, handler.end ?? 0);
  if (/^console\.\w+$/.test(name)) return true;
  if (handler.type === 'NullLiteral' || name === 'undefined') return false;
  // A function of the file: what it does is seen there. Others (next, reject, done) most likely pass it on.
  const declared = declarationOf(name, handler, nodes);
  return declared !== undefined && !rethrows(declared, text);
}

function declarationOf(name: string, from: Node, nodes: CodeNodes): Node | undefined {
  let root = from;
  for (let parent = nodes.parent(root); parent !== undefined; parent = nodes.parent(root)) root = parent;
  let found: Node | undefined;
  walk(root, (node) => {
    if (node.type === 'FunctionDeclaration' && node.id?.name === name) found = node.body;
    if (
      node.type === 'VariableDeclarator' &&
      node.id.type === 'Identifier' &&
      node.id.name === name &&
      node.init != null &&
      'body' in node.init
    )
      found = node.init;
    return found === undefined;
  });
  return found;
}

const passing = /^(?:process\s*\.\s*(?:exit|abort)|Promise\s*\.\s*reject|reject|next|done|callback|cb|fail)$/;

function passesOn(node: Node, text: string): boolean {
  return node.type === 'CallExpression' && passing.test(text.slice(node.callee.start ?? 0, node.callee.end ?? 0));
}

/** Whether anything in a handler throws, or tells of the failure in another way. */
function rethrows(body: Node, text: string): boolean {
  let found = false;
  walk(body, (node) => {
    if (node.type === 'ThrowStatement' || passesOn(node, text)) found = true;
    // `process.exitCode = 1`
    if (node.type === 'AssignmentExpression' && /^process\s*\.\s*exitCode$/.test(text.slice(node.left.start ?? 0, node.left.end ?? 0)))
      found = true;
    return !found && (node === body || !('params' in node));
  });
  return found;
}

/** Errors that a handler collects, and a `throw` behind it: `errors.push(error)` ... `if (errors.length > 0) throw ...`. */
function isToldLater(statement: Extract<Node, { type: 'TryStatement' }>, nodes: CodeNodes): boolean {
  const owner = functionAround(statement, nodes);
  const handler = statement.handler?.body;
  if (owner === undefined || handler === undefined) return false;
  let keeps = false;
  walk(handler, (node) => {
    const isPush =
      node.type === 'CallExpression' &&
      node.callee.type === 'MemberExpression' &&
      node.callee.property.type === 'Identifier' &&
      node.callee.property.name === 'push';
    if (isPush || node.type === 'AssignmentExpression' || node.type === 'UpdateExpression') keeps = true;
    return !keeps;
  });
  if (!keeps) return false;
  let throws = false;
  walk(owner, (node) => {
    if (node.type === 'ThrowStatement' && (node.start ?? 0) >= (statement.end ?? 0)) throws = true;
    return !throws;
  });
  return throws;
}
