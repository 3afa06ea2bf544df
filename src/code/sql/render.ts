import type { RenderedPiece, Rendering } from '../../model/migration';
import type { Span } from '../../model/text';
import type { Recorded } from '../native';
import type { TextPiece, TextValue } from '../value';
import type { SentEffect } from './emit';

/** SQL of a program as one text, and where the text of each request lies in it. */
export interface Rendered {
  readonly rendering: Rendering;
  /** One per effect, in order; the semicolon that closes it included. */
  readonly requests: readonly Span[];
}

/** Writes what was sent as one text: each request closed by a semicolon and a line break. */
export function render(effects: readonly Recorded<SentEffect>[], ownPath: string): Rendered {
  const pieces: RenderedPiece[] = [];
  const requests: Span[] = [];
  const parts: string[] = [];
  let length = 0;
  for (const recorded of effects) {
    const start = length;
    let sent = '';
    for (const piece of recorded.effect.text.pieces) {
      const text = textOf(piece);
      if (text === '') continue;
      add(pieces, piece, { start: length, end: length + text.length }, recorded.entry.span, ownPath);
      sent += text;
      length += text.length;
    }
    const closing = closingOf(sent);
    parts.push(sent, closing, '\n');
    length += closing.length;
    requests.push({ start, end: length });
    length += 1;
  }
  return { rendering: { text: parts.join(''), pieces }, requests };
}

function add(pieces: RenderedPiece[], piece: TextPiece, span: Span, call: Span, ownPath: string): void {
  const { path, span: source } = piece.source;
  const last = pieces.at(-1);
  const elsewhere = path === ownPath ? {} : { path };
  const continues =
    last !== undefined &&
    last.kind === piece.kind &&
    last.path === elsewhere.path &&
    last.span.end === span.start &&
    last.call?.start === call.start &&
    last.call.end === call.end &&
    (piece.kind === 'verbatim' ? last.source.end === source.start : piece.kind === 'written' && sameSpan(last.source, source));
  if (continues) {
    pieces[pieces.length - 1] = {
      ...last,
      span: { start: last.span.start, end: span.end },
      source: { start: last.source.start, end: source.end },
    };
  } else pieces.push({ span, source, ...elsewhere, kind: piece.kind, call });
}

function sameSpan(left: Span, right: Span): boolean {
  return left.start === right.start && left.end === right.end;
}

/** A text as renderings have it: `${name}` for its holes. */
export function renderedText(text: TextValue): string {
  return text.pieces.map(textOf).join('');
}

function textOf(piece: TextPiece): string {
  return piece.kind === 'hole' ? `\${${placeholder(piece.name)}}` : piece.text;
}

/** The server's parser cuts names at 63 bytes: a hole in one must leave room for the rest. */
const maximumPlaceholder = 20;

/**
 * A name that can stand in `${...}` of SQL: on one line, without what would end it. Of a long expression only the path it begins with, and
 * of a long path the end: `globalConfig.database.tablePrefix` goes by `tablePrefix`.
 */
function placeholder(given: string): string {
  const name = given.length > 40 || /[{}]/.test(given) ? (/^[\w$.]+/.exec(given.replace(/^(?:await|new)\s+/, ''))?.[0] ?? 'value') : given;
  const plain = name.replace(/[{}\s\ue000-\ue002]+/g, ' ').trim();
  const isPath = /^[\w$.]+$/.test(plain);
  const short = isPath && plain.length > maximumPlaceholder ? plain.slice(plain.lastIndexOf('.') + 1) : plain;
  return short === '' ? 'value' : short.slice(0, isPath ? maximumPlaceholder : 40).trim();
}

/** The semicolon that a request may lack; on a line of its own where a comment would take it in. */
function closingOf(text: string): string {
  const trimmed = text.trimEnd();
  const lastLine = trimmed.slice(trimmed.lastIndexOf('\n') + 1);
  if (/--|#/.test(lastLine)) return '\n;';
  return trimmed.endsWith(';') ? '' : ';';
}
