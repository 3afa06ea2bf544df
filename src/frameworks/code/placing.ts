import type { Migration } from '../../model/migration';
import type { DownPlacement, SourceFile } from '../../model/run-protocol';
import { indentationAt } from '../../parse/lines';
import { lineBreakOf } from '../files';
import { type Body, type Definition, findDefinition, type Parameter } from './definitions';

/** How a framework's `down` is written. */
export interface DownStyle {
  /** The lines of the body for these parameters: each a statement of code, which may have several lines. */
  readonly lines: (parameters: readonly Parameter[]) => readonly string[];
  /** Parameters for a `down` that has none, and where `up` shows none: `pgm`, `queryInterface`. */
  readonly parameters: string;
  /** True when the lines have to be awaited. */
  readonly async: boolean;
  /** Takes away from `up`'s parameters what `down` is not to have (a callback). Absent: they are the same. */
  readonly ownParameters?: (parameters: readonly Parameter[]) => string;
}

/**
 * Puts a rollback into the `down` of a migration that is written in code: what is in it gives way, `down = false` becomes a function, and
 * where there is none it is made behind `up`, in `up`'s form and with its parameters and types.
 */
export function placeDownInCode(migration: Migration, files: readonly SourceFile[], style: DownStyle): DownPlacement {
  const { path } = migration.up;
  const file = files.find((candidate) => candidate.path === path);
  if (file === undefined) return { kind: 'unsupported', why: `${path} is no longer there.` };
  const down = findDefinition(file.text, path, 'down');
  const placed = down === undefined ? addedDown(file, style) : filledDown(file, down, style);
  if (placed === undefined) {
    return { kind: 'unsupported', why: `${path} does not show where its down function is. Write these statements into it by hand.` };
  }
  const newText = placed.newText.replace(/\r?\n/g, lineBreakOf(file.text));
  return { kind: 'edit', path, span: placed.span, newText };
}

interface Edit {
  readonly span: { readonly start: number; readonly end: number };
  readonly newText: string;
}

/** Those of `up`, for a `down` that has none. */
function parametersOfUp(text: string, path: string, style: DownStyle): string {
  const up = findDefinition(text, path, 'up');
  return up?.body === undefined ? style.parameters : parametersOf(up.body, style);
}

function filledDown({ text, path }: SourceFile, down: Definition, style: DownStyle): Edit | undefined {
  const { body } = down;
  if (body === undefined)
    return isNothing(text.slice(down.value.start, down.value.end)) ? replacedValue(text, path, down, style) : undefined;
  const isEmpty = body.parameters.length === 0;
  const needsAsync = style.async && !body.async;
  const given = isEmpty ? parametersOfUp(text, path, style) : '';
  const block = blockOf(text, body, style.lines(isEmpty ? parsedParameters(given) : body.parameters));
  // Where nothing else changes, only what is between the braces does.
  if (!isEmpty && !needsAsync && body.kind === 'block') return { span: body.span, newText: block };
  const start = needsAsync ? body.asyncAt : body.parameterList.start;
  const list = body.parameterList;
  const newText = [
    needsAsync ? 'async ' : '',
    text.slice(start, list.start),
    isEmpty ? given : text.slice(list.start, list.end),
    text.slice(list.end, body.span.start),
    block,
  ].join('');
  return { span: { start, end: body.span.end }, newText };
}

/** `exports.down = false` and its like say that there is no way back. */
function isNothing(value: string): boolean {
  return ['false', 'null', 'undefined', 'void 0'].includes(value);
}

function replacedValue(text: string, path: string, down: Definition, style: DownStyle): Edit {
  const parameters = parametersOfUp(text, path, style);
  const indent = indentationAt(text, down.owner.start);
  const lines = style.lines(parsedParameters(parameters));
  const block = `{\n${indented(lines, indent + unitOf(text))}\n${indent}}`;
  return { span: down.value, newText: `${style.async ? 'async ' : ''}(${parameters}) => ${block}` };
}

/** A copy of what `up` has before its body, with another name. */
function addedDown({ text, path }: SourceFile, style: DownStyle): Edit | undefined {
  const up = findDefinition(text, path, 'up');
  if (up === undefined) return undefined;
  const indent = indentationAt(text, up.owner.start);
  const behind = behindOwner(text, up);
  const { body } = up;
  const parameters = body === undefined ? style.parameters : parametersOf(body, style);
  const lines = style.lines(parsedParameters(parameters));
  const block = `{\n${indented(lines, indent + unitOf(text))}\n${indent}}`;
  const before = `${text.slice(up.owner.start, up.name.start)}down`;
  const made =
    body === undefined
      ? `${before}${text.slice(up.name.end, up.value.start)}${style.async ? 'async ' : ''}(${parameters}) => ${block}${text.slice(up.value.end, up.owner.end)}`
      : `${headOf(text, up, body, style, parameters)}${block}${text.slice(body.span.end, up.owner.end)}`;
  const separator = up.form === 'object' ? ',' : '';
  return {
    span: { start: behind.at, end: behind.at },
    newText: `${behind.hasSeparator ? '' : separator}\n\n${indent}${made}${behind.hasSeparator ? separator : ''}`,
  };
}

function headOf(text: string, up: Definition, body: Body, style: DownStyle, parameters: string): string {
  const edits: Edit[] = [
    { span: up.name, newText: 'down' },
    { span: body.parameterList, newText: parameters },
    ...(style.async && !body.async ? [{ span: { start: body.asyncAt, end: body.asyncAt }, newText: 'async ' }] : []),
  ].sort((left, right) => left.span.start - right.span.start || left.span.end - right.span.end);
  let result = '';
  let last = up.owner.start;
  for (const { span, newText } of edits) {
    result += text.slice(last, span.start) + newText;
    last = span.end;
  }
  return result + text.slice(last, body.span.start);
}

/** Behind the comma of a property, where there is one. */
function behindOwner(text: string, up: Definition): { readonly at: number; readonly hasSeparator: boolean } {
  if (up.form !== 'object') return { at: up.owner.end, hasSeparator: false };
  const comma = /^\s*,/.exec(text.slice(up.owner.end));
  return { at: up.owner.end + (comma?.[0].length ?? 0), hasSeparator: comma !== null };
}

function parametersOf(body: Body, style: DownStyle): string {
  if (body.parameters.length === 0) return style.parameters;
  return style.ownParameters?.(body.parameters) ?? body.parameters.map(({ text }) => text).join(', ');
}

/** Parameters of a text such as `{ context: queryInterface }, Sequelize`. */
function parsedParameters(list: string): readonly Parameter[] {
  return findDefinition(`export const up: unknown = (${list}) => {};`, 'parameters.ts', 'up')?.body?.parameters ?? [];
}

function blockOf(text: string, body: Body, lines: readonly string[]): string {
  const indent = indentationAt(text, body.span.start);
  if (body.kind === 'expression' || body.statements === undefined) {
    const kept = body.kind === 'block' ? keptComments(text.slice(body.span.start + 1, body.span.end - 1)) : '';
    return `{${kept}\n${indented(lines, indent + unitOf(text))}\n${indent}}`;
  }
  const own = indentationAt(text, body.statements.start);
  const inner = own.length > indent.length ? own : indent + unitOf(text);
  const before = text.slice(body.span.start, body.statements.start);
  const after = text.slice(body.statements.end, body.span.end);
  const oneLine = !before.includes('\n');
  return oneLine ? `{\n${indented(lines, inner)}\n${indent}}` : `${before}${indented(lines, inner).trimStart()}${after}`;
}

/** Comments of an empty body stay; the white space around them goes. */
function keptComments(inside: string): string {
  return inside.trim() === '' ? '' : inside.trimEnd();
}

/** Only first lines of statements are indented: what follows may stand in a template. */
function indented(lines: readonly string[], indent: string): string {
  return lines.map((line) => indent + line).join('\n');
}

/** How deep the file indents one level. */
function unitOf(text: string): string {
  return /^(?:\t|(?: {2}| {4})(?! ))/m.exec(text)?.[0] ?? '  ';
}
