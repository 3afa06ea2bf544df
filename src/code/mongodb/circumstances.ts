import type { Node } from '@babel/types';
import type { CallCircumstances } from '../../model/migration';
import type { Range, Span } from '../../model/text';
import { Iterable } from '../evaluate/iteration';
import type { Machine, Recorded, RecordedCall, Round } from '../native';
import type { SentEffect } from '../sql/emit';
import type { Place, Value } from '../value';
import { CursorData, documents } from './cursor';
import { type Fate, fateOf } from './fate';
import { type CodeNodes, nodesOf } from './nodes';
import type { CommandMark } from './run';
import { swallowerOf } from './swallowed';

/** Of which program the calls are: its file, and how its places are told. */
export interface CircumstancesOf {
  readonly machine: Machine;
  readonly path: string;
  readonly range: (span: Span) => Range;
  /** True for mongosh, whose calls wait by themselves. */
  readonly synchronous?: boolean;
}

/** How a recorded call stands in its code. */
export function circumstancesOf(recorded: Recorded<SentEffect>, of: CircumstancesOf): CallCircumstances {
  const { transaction, synchronous, calledBack, ownMethod } = recorded.effect.mark as CommandMark;
  const { awaited, swallower }: Outcome = calledBack ? { awaited: true } : new Way(recorded, of).walk();
  const rangeOf = (place: Place): Range => of.range(place.path === of.path ? place.span : recorded.entry.span);
  return {
    awaited: of.synchronous === true || synchronous === true || awaited,
    ...(recorded.round === undefined ? {} : { loop: { range: rangeOf(recorded.round.place), over: overOf(recorded.round, recorded, of) } }),
    ...(transaction === undefined ? {} : { transaction }),
    ...(ownMethod === undefined ? {} : { ownMethod }),
    ...(swallower === undefined ? {} : { swallowed: rangeOf(swallower) }),
  };
}

interface Outcome {
  readonly awaited: boolean;
  readonly swallower?: Place;
}

/** From a call outwards, function by function, to the program's own one. */
class Way {
  private awaited = true;
  private swallower: Place | undefined;

  constructor(
    private readonly recorded: Recorded,
    private readonly of: CircumstancesOf,
  ) {}

  walk(): Outcome {
    const { calls, place } = this.recorded;
    this.expression(place, calls.length - 1);
    return { awaited: this.awaited, ...(this.swallower === undefined ? {} : { swallower: this.swallower }) };
  }

  /** `level` is the number of the function that the expression stands in. */
  private expression(place: Place, level: number): void {
    const code = this.of.machine.code(place.path);
    const nodes = nodesOf(code);
    const node = nodes.at(place.span.start, place.span.end);
    if (node === undefined) return;
    const call = callOf(node);
    if (givesCallback(call)) return;
    const fate = fateOf(call, nodes, code.text);
    const own = this.recorded.calls[level];
    if (fate === 'dropped' && !isExecutor(own, nodes)) this.awaited = false;
    if (this.swallower === undefined) {
      const found = swallowerOf(call, nodes, code.text, this.of.synchronous === true);
      if (found !== undefined) this.swallower = { path: place.path, span: { start: found.start ?? 0, end: found.end ?? 0 } };
    }
    if (level > 0 && own !== undefined) this.callOf(own, level, fate);
  }

  /** Goes on with the call that led into the function. */
  private callOf(own: RecordedCall, level: number, fate: Fate): void {
    const { place } = own;
    const nodes = nodesOf(this.of.machine.code(place.path));
    const node = nodes.at(place.span.start, place.span.end);
    if (node === undefined) return;
    const name = methodName(callOf(node));
    const isAsync = own.node?.async === true;
    // `list.forEach(async ...)`: told by the facts of the program. What `forEach` gets back it drops.
    if (name === 'forEach' && isArgument(own.node, node)) {
      if (!isAsync && typeof fate === 'object') this.awaited = false;
      if (isAsync) return;
    }
    this.expression(place, level - 1);
  }
}

function callOf(node: Node): Node {
  return node.type === 'AwaitExpression' ? node.argument : node;
}

/** `new Promise((resolve) => { ... })`: what it starts is waited for by `resolve`. */
function isExecutor(own: RecordedCall | undefined, nodes: CodeNodes): boolean {
  if (own === undefined) return false;
  const node = nodes.at(own.place.span.start, own.place.span.end);
  return node?.type === 'NewExpression' && isArgument(own.node, node);
}

function isArgument(callee: Node | undefined, call: Node): boolean {
  if (callee === undefined || !('arguments' in call)) return false;
  const inside = (callee.start ?? 0) >= (call.start ?? 0) && (callee.end ?? 0) <= (call.end ?? 0);
  return inside || call.arguments.some((argument) => argument.type === 'Identifier');
}

/** What drivers before 5 could be given instead of a promise's handlers. */
function givesCallback(node: Node): boolean {
  if (
    node.type !== 'CallExpression' ||
    /^(?:forEach|each|map|withTransaction|withSession|then|catch|eachAsync)$/.test(methodName(node) ?? '')
  )
    return false;
  const last = node.arguments.at(-1);
  if (last?.type === 'Identifier') return /^(?:next|done|callback|cb)$/.test(last.name);
  return last?.type === 'FunctionExpression' || last?.type === 'ArrowFunctionExpression';
}

/** The method that a call is of: `forEach`. */
export function methodName(node: Node): string | undefined {
  if (node.type !== 'CallExpression' && node.type !== 'OptionalCallExpression') return undefined;
  const { callee } = node;
  const isMember = callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression';
  return isMember && callee.property.type === 'Identifier' ? callee.property.name : undefined;
}

function overOf({ over, place }: Round, recorded: Recorded, of: CircumstancesOf): 'documents' | 'constant' | 'unknown' {
  if (over !== undefined) return overValue(over);
  // `while (await cursor.hasNext())`, `while (true) { const user = await cursor.next(); ... }`.
  const { text } = of.machine.code(place.path);
  const loop = text.slice(place.span.start, place.span.end);
  if (/\.\s*(?:hasNext|next|tryNext)\s*\(\s*\)/.test(loop)) return 'documents';
  return recorded.repeated ? 'unknown' : 'constant';
}

function overValue(over: Value): 'documents' | 'constant' | 'unknown' {
  switch (over.kind) {
    case 'array':
      if (over.tag === documents) return 'documents';
      return over.open ? 'unknown' : 'constant';
    case 'unknown':
      return over.tag === documents ? 'documents' : 'unknown';
    case 'native':
      if (over.data instanceof CursorData) return 'documents';
      return over.data instanceof Iterable && !over.data.items().open ? 'constant' : 'unknown';
    case 'choice':
      return 'unknown';
    case 'object':
      return over.open ? 'unknown' : 'constant';
    default:
      return 'constant';
  }
}
