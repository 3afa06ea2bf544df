import type { Statement } from '../../model/migration';
import type { Span } from '../../model/text';
import { indentationAt } from '../../parse/lines';
import { type Anchor, anchorOf } from './anchor';
import { type Part, partsOf, type Target } from './parts';
import { isWithin, type SourceMap } from './source-map';

/** A replacement of text, in its offsets. */
export interface Edit {
  readonly span: Span;
  readonly newText: string;
}

/** SQL that comes before, behind or instead of a statement. */
export interface Surroundings {
  readonly statement: Statement;
  readonly before: string;
  readonly behind: string;
}

/** Calls before, behind or instead of the one that sends the statement. */
export function aroundCall(
  change: Surroundings,
  rewritten: readonly Part[] | undefined,
  map: SourceMap,
  target: Target,
): readonly Edit[] | undefined {
  const { statement } = change;
  const call = map.callOf(statement);
  const anchor = call && anchorOf(map.text, map.program.path, call);
  if (call === undefined || anchor === undefined) return undefined;
  const members = map.program.statements.filter((other) => {
    const own = map.callOf(other);
    return own !== undefined && isWithin(own, anchor.span);
  });
  // In a loop one place sends several statements.
  if (members.some((other, index) => index > 0 && other.index !== (members[index - 1]?.index ?? 0) + 1)) return undefined;
  if (change.before !== '' && members[0] !== statement) return undefined;
  if (change.behind !== '' && members.at(-1) !== statement) return undefined;
  // A call of the project's own helper is not taken away: others may count on it.
  const isHelper = map.piecesOf(statement).some(({ path }) => path !== undefined);
  if (rewritten !== undefined && (members.length > 1 || !anchor.isOnlyCall || isHelper)) return undefined;
  const writer = new CallWriter(change, map, target, call);
  const before = writer.lines(partsOf(change.before, target));
  const behind = writer.lines(partsOf(change.behind, target));
  const instead = rewritten && writer.lines(rewritten);
  if (before === undefined || behind === undefined || (rewritten !== undefined && instead === undefined)) return undefined;
  return placed(anchor, { before, behind, ...(instead && { instead }) }, map.text);
}

/** Writes SQL as calls of the framework that stand beside one of its calls. */
class CallWriter {
  constructor(
    private readonly change: Surroundings,
    private readonly map: SourceMap,
    private readonly target: Target,
    private readonly call: Span,
  ) {}

  lines(parts: readonly Part[]): readonly string[] | undefined {
    const lines = parts.map((part) => (part.kind === 'comment' ? `// ${part.text}` : this.rawCall(part.text)));
    return lines.every((line) => line !== undefined) ? lines : undefined;
  }

  private rawCall(sql: string): string | undefined {
    const { program, text } = this.map;
    const holes = this.map.piecesOf(this.change.statement).filter(({ kind }) => kind === 'hole');
    let marked = sql;
    for (const [index, { span }] of holes.entries()) {
      marked = marked.replaceAll(program.rendering.text.slice(span.start, span.end), marker(index));
    }
    let written = this.target.framework.rawCall?.(marked, { program, text, call: this.call });
    for (const [index, piece] of holes.entries()) {
      if (written === undefined || !marked.includes(marker(index))) continue;
      // What a template puts in is text there too; the value of a builder's argument is sent beside the text.
      const isInTemplate = /\$\{\s*$/.test(text.slice(0, piece.source.start));
      if (piece.path !== undefined || !isInTemplate || !isWithin(piece.source, this.call)) return undefined;
      // A plain string has to become a template to hold it.
      const asTemplate = written.replace(new RegExp(`'([^'\`\\\\]*${marker(index)}[^'\`\\\\]*)'`), '`$1`');
      if (!new RegExp(`\`[^\`]*${marker(index)}`).test(asTemplate)) return undefined;
      written = asTemplate.replaceAll(marker(index), `\${${text.slice(piece.source.start, piece.source.end)}}`);
    }
    return written;
  }
}

function marker(index: number): string {
  return `faultline_hole_${index}_`;
}

/** What makes a function one that can wait. */
export const makesAsync = 'async ';

interface Lines {
  readonly before: readonly string[];
  readonly behind: readonly string[];
  /** Absent: the call stays. */
  readonly instead?: readonly string[];
}

/** The lines at their places around an anchor. */
function placed(anchor: Anchor, lines: Lines, text: string): readonly Edit[] | undefined {
  const { span, kind, owner } = anchor;
  const all = [...lines.before, ...(lines.instead ?? []), ...lines.behind];
  const waits = all.some((line) => /^(?!\/\/).*\bawait\b/.test(line));
  if (waits && owner?.isGenerator === true) return undefined;
  const becomesAsync = waits && owner !== undefined && !owner.isAsync ? [{ span: at(owner.asyncAt), newText: makesAsync }] : [];
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = indentationAt(text, span.start);
  const join = (part: readonly string[]) => part.map((line) => line.replaceAll(/\r?\n/g, lineBreak)).join(`${lineBreak}${indent}`);
  if (kind === 'value') return inBraces(anchor, lines, text, { lineBreak, indent, becomesAsync });
  if (lines.instead !== undefined) {
    const newText = join(all);
    return [...becomesAsync, { span: newText === '' ? wholeLine(text, span) : span, newText }];
  }
  // What was returned has to be waited for when something comes behind it.
  if (kind === 'return' && lines.behind.length > 0 && !waits) return undefined;
  const returned =
    kind === 'return' && lines.behind.length > 0
      ? [{ span: { start: span.start, end: span.start + 'return'.length }, newText: 'await' }]
      : [];
  return [
    ...becomesAsync,
    ...(lines.before.length === 0 ? [] : [{ span: at(span.start), newText: `${join(lines.before)}${lineBreak}${indent}` }]),
    ...returned,
    ...(lines.behind.length === 0
      ? []
      : [{ span: at(span.end), newText: `${terminator(text, span)}${lineBreak}${indent}${join(lines.behind)}` }]),
  ];
}

/** An arrow function that was a value gets a body: `(knex) => { ...; await knex.raw('...'); }`. */
function inBraces(
  { span }: Anchor,
  lines: Lines,
  text: string,
  { lineBreak, indent, becomesAsync }: { readonly lineBreak: string; readonly indent: string; readonly becomesAsync: readonly Edit[] },
): readonly Edit[] {
  const inner = `${lineBreak}${indent}  `;
  const own = text.slice(span.start, span.end);
  const kept = lines.behind.length > 0 ? `${own.startsWith('await ') ? '' : 'await '}${own};` : `return ${own};`;
  const body = [...lines.before, ...(lines.instead ?? [kept]), ...lines.behind];
  return [...becomesAsync, { span, newText: `{${inner}${body.join(inner)}${lineBreak}${indent}}` }];
}

function at(offset: number): Span {
  return { start: offset, end: offset };
}

function terminator(text: string, span: Span): string {
  return text.charAt(span.end - 1) === ';' ? '' : ';';
}

/** With its line, when nothing else stands there. */
function wholeLine(text: string, span: Span): Span {
  const indent = indentationAt(text, span.start);
  const start = span.start - indent.length;
  const isFirst = start === 0 || /[\r\n]/.test(text.charAt(start - 1));
  const rest = /^[ \t]*(\r\n|\r|\n)/.exec(text.slice(span.end));
  return isFirst && rest !== null ? { start, end: span.end + rest[0].length } : span;
}
