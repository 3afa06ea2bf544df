import type { CallExpression, Expression, Node, ObjectExpression } from '@babel/types';
import { parseCode } from '../../code/parse';
import { walk } from '../../code/walk';
import type { RenderedPiece, Statement } from '../../model/migration';
import type { ConcurrentOption } from '../../model/run-protocol';
import type { Span } from '../../model/text';
import type { Edit } from './calls';
import type { Target } from './parts';
import type { SourceMap } from './source-map';

/** Edits within one statement of a rendering. */
interface Inside {
  readonly statement: Statement;
  readonly inside: readonly Edit[];
}

/**
 * CONCURRENTLY as the builder itself says it, `{ concurrently: true }`: the call stays what it is, and what the tool knows of it stays true.
 * Undefined where the builder has no such option, or where its options don't stand in the call.
 */
export function concurrentlyAsOption({ statement, inside }: Inside, map: SourceMap, target: Target): readonly Edit[] | undefined {
  const [edit, ...others] = inside;
  if (edit === undefined || others.length > 0 || edit.newText.trim() !== 'CONCURRENTLY' || edit.span.start !== edit.span.end)
    return undefined;
  const { concurrentOptions } = target.framework;
  const span = map.callOf(statement);
  if (concurrentOptions === undefined || span === undefined || !isAlone(statement, span, map)) return undefined;
  const call = callAt(map, span);
  const option = call === undefined ? undefined : concurrentOptions[methodOf(call)];
  return call === undefined || option === undefined ? undefined : withOption(call, option);
}

/** The call stands in this file, and sends this statement alone. */
function isAlone(statement: Statement, span: Span, map: SourceMap): boolean {
  const isHere = map.piecesOf(statement).every(({ path }: RenderedPiece) => path === undefined);
  return isHere && map.program.statements.every((other) => other === statement || map.callOf(other)?.start !== span.start);
}

function callAt({ text, program }: SourceMap, span: Span): CallExpression | undefined {
  let found: CallExpression | undefined;
  walk(parseCode(text, program.path).program, (node: Node) => {
    if (node.type === 'CallExpression' && node.start === span.start && node.end === span.end) found = node;
    return (node.start ?? 0) <= span.start && span.end <= (node.end ?? 0) ? undefined : false;
  });
  return found;
}

function methodOf({ callee }: CallExpression): string {
  return callee.type === 'MemberExpression' && callee.property.type === 'Identifier' ? callee.property.name : '';
}

function withOption(call: CallExpression, option: ConcurrentOption): readonly Edit[] | undefined {
  const last = call.arguments.at(-1);
  if (call.arguments.some(({ type }) => type === 'SpreadElement') || last === undefined) return undefined;
  for (const position of option.positions) {
    const argument = call.arguments[position];
    const holder = argument?.type === 'NewExpression' ? argument.arguments[0] : argument;
    if (holder?.type === 'ObjectExpression') return withProperty(holder, option.name);
  }
  // What stands at its place is a variable or a call, whose options are not in sight.
  if (call.arguments.length !== option.appendedAt) return undefined;
  return [{ span: at(last.end ?? 0), newText: `, { ${option.name}: true }` }];
}

function withProperty(object: ObjectExpression, name: string): readonly Edit[] {
  const known = object.properties.flatMap((property) =>
    property.type === 'ObjectProperty' && property.key.type === 'Identifier' && property.key.name === name
      ? [property.value as Expression]
      : [],
  )[0];
  if (known !== undefined) return [{ span: { start: known.start ?? 0, end: known.end ?? 0 }, newText: 'true' }];
  const last = object.properties.at(-1);
  const start = object.start ?? 0;
  return last === undefined
    ? [{ span: { start, end: object.end ?? start }, newText: `{ ${name}: true }` }]
    : [{ span: at(last.end ?? start), newText: `, ${name}: true` }];
}

function at(offset: number): Span {
  return { start: offset, end: offset };
}
