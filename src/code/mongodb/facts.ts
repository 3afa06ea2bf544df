import type { Node } from '@babel/types';
import type { CodeFacts } from '../../model/migration';
import type { Range, Span } from '../../model/text';
import { importPlaces } from '../imports';
import type { Machine, Recorded } from '../native';
import { folderOf, isRelative, normalize } from '../resolve';
import type { Place } from '../value';
import { methodName } from './circumstances';
import { type CodeNodes, nodesOf } from './nodes';
import type { MongoRun } from './run';

/** What the facts of a program are told from. */
export interface FactsOf {
  readonly machine: Machine;
  readonly run: MongoRun;
  readonly effects: readonly Recorded[];
  readonly path: string;
  readonly range: (span: Span) => Range;
  /** The file is looked through once, for its `up`. */
  readonly withImports: boolean;
}

/** What a program does beside its calls. Of other files it tells nothing: they are not what is linted. */
export function factsOf(of: FactsOf): CodeFacts {
  const { machine, run, path, range } = of;
  const isOwn = (place: Place): boolean => place.path === path;
  return {
    connections: run.connections.filter(({ place }) => isOwn(place)).map(({ place, closed }) => ({ range: range(place.span), closed })),
    applicationImports: of.withImports ? applicationImports(of) : [],
    foreignHandles: run.foreignHandles.filter(isOwn).map((place) => ({ range: range(place.span), text: machine.textOf(place) })),
    unawaitedCallbacks: unawaitedCallbacks(of).map((place) => ({
      range: range(place.span),
      text: machine.textOf(place),
      span: place.span,
    })),
    unsent: unsentCalls(of),
  };
}

/** Only what stands alone: a cursor that is kept or given away may be asked where it was not followed to. */
function unsentCalls({ machine, run, path, range }: FactsOf): CodeFacts['unsent'] {
  const nodes = nodesOf(machine.code(path));
  return run.unsent.flatMap(({ place, until }) => {
    const call = place.path === path ? nodes.at(place.span.start, place.span.end) : undefined;
    if (call === undefined) return [];
    const whole = wholeChain(call, nodes);
    const parent = nodes.parent(whole);
    const line = parent?.type === 'AwaitExpression' && until === 'documents' ? nodes.parent(parent) : parent;
    const span = { start: whole.start ?? 0, end: whole.end ?? 0 };
    return line?.type === 'ExpressionStatement' ? [{ range: range(span), span, until }] : [];
  });
}

/** `aggregate(...).maxTimeMS(5)`, of the first call in it. */
function wholeChain(call: Node, nodes: CodeNodes): Node {
  const member = nodes.parent(call);
  if (member?.type !== 'MemberExpression' || member.object !== call) return call;
  const next = nodes.parent(member);
  return next?.type === 'CallExpression' && next.callee === member ? wholeChain(next, nodes) : call;
}

/** Aliases that bundlers and compilers give to the application's own folders. */
const alias = /^(?:@\/|~\/|#|src\/|app\/|@(?:app|src|models?|shared|common|server)\/)/;

/** Out of the folder of the migrations, and no data, settings or helper of other migrations. */
function applicationImports({ machine, path, range }: FactsOf): CodeFacts['applicationImports'] {
  const { text } = machine.code(path);
  return importPlaces(text, path)
    .filter(({ specifier }) => {
      if (!isRelative(specifier)) return alias.test(specifier);
      const target = normalize(`${folderOf(path)}/${specifier}`);
      return target.startsWith('..') && !/\.json$|migrat|umzug|(?:^|[/.-])config(?:\.|$)/i.test(target);
    })
    .map(({ specifier, span }) => ({ range: range(span), specifier }));
}

/** Methods that do not wait for what their callback gives back. */
const notWaiting = new Set(['forEach', 'on', 'once', 'addListener']);

function unawaitedCallbacks({ machine, effects, path }: FactsOf): readonly Place[] {
  const found = new Map<number, Place>();
  const nodes = nodesOf(machine.code(path));
  for (const { calls } of effects) {
    for (const { node, place } of calls.slice(1)) {
      if (node?.async !== true || place.path !== path) continue;
      const call = nodes.at(place.span.start, place.span.end);
      if (call !== undefined && notWaiting.has(methodName(call) ?? '')) found.set(place.span.start, place);
    }
  }
  return [...found.values()];
}
