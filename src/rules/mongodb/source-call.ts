import type { CallExpression, Node } from '@babel/types';
import { parseCode } from '../../code/parse';
import { piecesIn } from '../../code/sql/places';
import { walk } from '../../code/walk';
import type { Statement } from '../../model/migration';
import type { Span, TextEdit } from '../../model/text';
import { LineIndex } from '../../parse/lines';
import { headRange, type RuleContext } from '../context';
import { replaceInSource, sourceText } from '../edits';
import type { Violation } from '../rule';

/** The call that sends a command, as it stands in the file: in JavaScript that runs in Node or in the shell. */
export interface SourceCall {
  /** The call of the method itself, without what is chained behind it: `db.collection('a').find({})` of `....toArray()`. */
  readonly call: CallExpression;
  /** All of it, as far as it is one call: with what is chained behind it. */
  readonly whole: Node;
  /** What it stands in, outermost first: down to the parent of `whole`. */
  readonly around: readonly Node[];
}

/** The file that edits of this module count in. */
function fileOf(context: RuleContext): { readonly text: string; readonly path: string } {
  const isScript = context.source === undefined && !/\.[cm]?[jt]sx?$/.test(context.program.path);
  return { text: sourceText(context), path: isScript ? `${context.program.path}.js` : context.program.path };
}

/** The call of a statement; undefined where it stands in another file, or can't be told from others. */
export function sourceCall(context: RuleContext, statement: Statement, method: string): SourceCall | undefined {
  const span = callSpan(context, statement);
  if (span === undefined) return undefined;
  const known = calls.get(context) ?? new Map<string, SourceCall | undefined>();
  calls.set(context, known);
  const key = `${span.start} ${span.end} ${method}`;
  if (!known.has(key)) known.set(key, findCall(context, span, method));
  return known.get(key);
}

/** A loop sends many commands from one place, and many rules ask. */
const calls = new WeakMap<RuleContext, Map<string, SourceCall | undefined>>();

function findCall(context: RuleContext, span: Span, method: string): SourceCall | undefined {
  const { text, path } = fileOf(context);
  const around: Node[] = [];
  let whole: Node | undefined;
  walk(parseCode(text, path).program, (node) => {
    if (whole !== undefined || !contains(spanOf(node), span)) return false;
    if (isSame(spanOf(node), span) && isCall(withoutAwait(node))) {
      whole = withoutAwait(node);
      return false;
    }
    around.push(node);
    return undefined;
  });
  const call = whole === undefined ? undefined : methodCall(whole, method);
  return whole === undefined || call === undefined ? undefined : { call, whole, around };
}

/** Where the call that sends a statement stands in the file. */
export function callSpan({ program, source }: RuleContext, { span }: Statement): Span | undefined {
  if (source === undefined || program.rendering === undefined) return span;
  const pieces = piecesIn(program.rendering, span);
  if (pieces.some(({ path }) => path !== undefined)) return undefined;
  return pieces.find(({ call }) => call !== undefined)?.call;
}

function withoutAwait(node: Node): Node {
  return node.type === 'AwaitExpression' ? withoutAwait(node.argument) : node;
}

function isCall(node: Node): node is CallExpression {
  return node.type === 'CallExpression';
}

/** Names that methods of the shell have in the driver. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  renameCollection: ['rename'],
  findAndModify: ['findOneAndUpdate', 'findOneAndReplace', 'findOneAndDelete'],
};

function methodCall(whole: Node, method: string): CallExpression | undefined {
  const names = new Set([method, ...(otherNames[method] ?? []), 'command', 'runCommand', 'adminCommand']);
  let outermost: CallExpression | undefined;
  for (let node: Node | undefined = whole; node !== undefined && isCall(node); ) {
    const { callee }: CallExpression = node;
    if (callee.type !== 'MemberExpression') break;
    outermost ??= node;
    if (names.has(propertyName(callee.property) ?? '')) return node;
    node = callee.object;
  }
  return outermost;
}

/** The name of a property or a variable, where it is written there. */
export function propertyName(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'StringLiteral' ? node.value : undefined;
}

/** The call and its place: the first line of it. For a program in code it is a place in the file. */
export function callPlace(context: RuleContext, statement: Statement): Pick<Violation, 'range' | 'inSource'> {
  const span = callSpan(context, statement);
  if (context.source === undefined || span === undefined) return { range: headRange(context, statement) };
  return sourcePlace(context, firstLine(context.source, span));
}

/** A stretch of the file as a place of a finding. */
export function sourcePlace(context: RuleContext, span: Span): Pick<Violation, 'range' | 'inSource'> {
  if (context.source === undefined) return { range: context.lines.range(span) };
  return { range: new LineIndex(context.source).range(span), inSource: true };
}

function firstLine(text: string, { start, end }: Span): Span {
  const line = text.slice(start, end).split(/\r\n|\r|\n/, 1)[0] ?? '';
  return { start, end: start + line.trimEnd().length };
}

/** Replaces a stretch of the file that the call stands in. */
export function editCall(context: RuleContext, span: Span, newText: string): TextEdit {
  const { text } = fileOf(context);
  return replaceInSource(context, span, text.includes('\r\n') ? newText.replaceAll(/\r?\n/g, '\r\n') : newText);
}

export function insertInCall(context: RuleContext, offset: number, newText: string): TextEdit {
  return editCall(context, { start: offset, end: offset }, newText);
}

/** The program's file, parsed. */
export function fileNodes(context: RuleContext): Node {
  const { text, path } = fileOf(context);
  return parseCode(text, path).program;
}

/** The nodes from the outermost down to the smallest one around a stretch of the file. */
export function nodesAround(context: RuleContext, span: Span): readonly Node[] {
  const around: Node[] = [];
  walk(fileNodes(context), (node) => {
    if (!contains(spanOf(node), span)) return false;
    around.push(node);
    return undefined;
  });
  return around;
}

export function sourceSlice(context: RuleContext, { start, end }: Span): string {
  return sourceText(context).slice(start, end);
}

export function spanOf(node: Node): Span {
  return { start: node.start ?? 0, end: node.end ?? 0 };
}

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function isSame(one: Span, other: Span): boolean {
  return one.start === other.start && one.end === other.end;
}
