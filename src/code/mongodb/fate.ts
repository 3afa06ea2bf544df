import type { Node } from '@babel/types';
import { walk } from '../walk';
import { bare, type CodeNodes } from './nodes';

/**
 * What becomes of a promise that an expression gives, as the code around it shows. `handedOn`: it is the result of the function around,
 * whose caller decides. `dropped`: nobody waits for it.
 */
export type Fate = 'awaited' | 'dropped' | { readonly handedOn: Node };

/** Variables of variables are followed so far. */
const maximumDepth = 4;

const combinators = /^(?:Promise|Bluebird|bluebird|q|Q)\s*\.\s*(?:all|allSettled|race|any|resolve|each|map|mapSeries)$/;

/** The fate of what a node gives. `text` is the file. */
export function fateOf(given: Node, nodes: CodeNodes, text: string, depth = 0): Fate {
  let node = given;
  for (let parent = nodes.parent(node); parent !== undefined; parent = nodes.parent(node)) {
    const step = stepOf(node, parent, nodes, text, depth);
    if (step !== 'on') return step;
    node = parent;
  }
  return 'dropped';
}

function stepOf(node: Node, parent: Node, nodes: CodeNodes, text: string, depth: number): Fate | 'on' {
  switch (parent.type) {
    case 'AwaitExpression':
    case 'YieldExpression':
      return 'awaited';
    case 'ForOfStatement':
      return parent.right === node && parent.await ? 'awaited' : 'dropped';
    case 'ReturnStatement': {
      const owner = functionAround(parent, nodes);
      return owner === undefined ? 'awaited' : { handedOn: owner };
    }
    case 'ArrowFunctionExpression':
      return parent.body === node ? { handedOn: parent } : 'dropped';
    case 'CallExpression':
    case 'OptionalCallExpression':
      return parent.callee === node ? fateOfCallee(parent) : fateOfArgument(parent, nodes, text, depth);
    case 'VariableDeclarator':
      if (parent.init !== node) return 'on';
      return parent.id.type === 'Identifier' ? fateOfVariable(parent.id.name, parent, nodes, text, depth) : 'dropped';
    case 'AssignmentExpression':
      return parent.left.type === 'Identifier' ? fateOfVariable(parent.left.name, parent, nodes, text, depth) : 'awaited';
    case 'ExpressionStatement':
    case 'IfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'BinaryExpression':
    case 'UnaryExpression':
    case 'TemplateLiteral':
      return 'dropped';
    case 'ConditionalExpression':
      return parent.test === node ? 'dropped' : 'on';
    case 'SequenceExpression':
      return parent.expressions.at(-1) === node ? 'on' : 'dropped';
    case 'NewExpression':
    case 'ClassProperty':
      return 'awaited';
    default:
      return bare(parent) === parent && /Statement$/.test(parent.type) ? 'dropped' : 'on';
  }
}

/** `.then(resolve)`, `.then(() => next(), next)`: somebody waits for that. */
function isDone(argument: Node): boolean {
  return argument.type === 'Identifier' && /^(?:resolve|reject|done|next|callback|cb)$/.test(argument.name);
}

function fateOfCallee(call: Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>): Fate | 'on' {
  return call.arguments.some(isDone) ? 'awaited' : 'on';
}

function fateOfArgument(
  call: Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>,
  nodes: CodeNodes,
  text: string,
  depth: number,
): Fate | 'on' {
  const { callee } = call;
  const name = text.slice(callee.start ?? 0, callee.end ?? 0);
  if (combinators.test(name)) return 'on';
  const method = callee.type === 'MemberExpression' && callee.property.type === 'Identifier' ? callee.property.name : '';
  if (callee.type === 'MemberExpression' && /^(?:push|unshift|add|concat)$/.test(method)) {
    // Pushed into a list: what becomes of that.
    return callee.object.type === 'Identifier' ? fateOfVariable(callee.object.name, call, nodes, text, depth) : 'awaited';
  }
  // Whoever gets it will know what to do with it.
  return 'awaited';
}

/** The best that any use of a variable makes of it. */
function fateOfVariable(name: string, from: Node, nodes: CodeNodes, text: string, depth: number): Fate {
  if (depth >= maximumDepth) return 'awaited';
  const scope = functionAround(from, nodes) ?? rootOf(from, nodes);
  let result: Fate = 'dropped';
  walk(scope, (node) => {
    if (result !== 'dropped') return false;
    if (node.type !== 'Identifier' || node.name !== name || isNoUse(node, nodes)) return undefined;
    const parent = nodes.parent(node);
    // `for (const promise of promises)`: each is most likely awaited in there.
    const fate = parent?.type === 'ForOfStatement' && parent.right === node ? 'awaited' : useOf(node, nodes, text, depth);
    if (fate !== 'dropped') result = fate;
    return undefined;
  });
  return result;
}

function useOf(node: Node, nodes: CodeNodes, text: string, depth: number): Fate {
  const parent = nodes.parent(node);
  // `list.push(...)` says nothing about what becomes of the list.
  if (parent?.type === 'MemberExpression' && parent.object === node && parent.property.type === 'Identifier') {
    if (!/^(?:then|catch|finally|map|concat|flat|filter|slice)$/.test(parent.property.name)) return 'dropped';
  }
  return fateOf(node, nodes, text, depth + 1);
}

/** Where a name is declared or set, or is that of a property. */
function isNoUse(node: Node, nodes: CodeNodes): boolean {
  const parent = nodes.parent(node);
  if (parent === undefined) return true;
  if (parent.type === 'VariableDeclarator') return parent.id === node;
  if (parent.type === 'AssignmentExpression') return parent.left === node;
  if (parent.type === 'MemberExpression') return parent.property === node && !parent.computed;
  return parent.type === 'ObjectProperty' && parent.key === node && !parent.shorthand;
}

export function functionAround(node: Node, nodes: CodeNodes): Node | undefined {
  for (let parent = nodes.parent(node); parent !== undefined; parent = nodes.parent(parent))
    if ('params' in parent && 'body' in parent) return parent;
  return undefined;
}

function rootOf(node: Node, nodes: CodeNodes): Node {
  let root = node;
  for (let parent = nodes.parent(root); parent !== undefined; parent = nodes.parent(root)) root = parent;
  return root;
}
