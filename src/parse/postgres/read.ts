import type { Node, RawStmt } from '@pgsql/types';
import type { Engine } from '../../model/engine';
import type { Statement } from '../../model/migration';
import type { Span } from '../../model/text';
import { LineIndex } from '../lines';
import { parser } from '../load';
import { TextMemory } from '../memory';
import { type PlaceholderForm, type SubstitutedText, substituteForm } from '../substituted';
import { Lexer } from './lexer';
import { operationsOf } from './operations/operations';
import { placeholderName, substitute } from './placeholders';
import { ByteIndex, codePointsToUnits } from './source';
import { type Piece, split, type Unterminated } from './split';
import { standInsOf, withStandIns, withVariables } from './stand-ins';
import { StatementMemory } from './statement-memory';
import { type Tokens, tokensOf } from './tokens';

/** Longer programs are not read: an editor would freeze, and they are dumps rather than migrations. In UTF-16 code units. */
export const maximumProgramLength = 4 * 1024 * 1024;

/**
 * The parser's own limit is its stack, and overrunning that often enough breaks the WebAssembly instance for good, so deeper
 * statements are not given to it. Measured: every kind of nesting is read at 1,500, some fail at 2,000.
 */
const maximumDepth = 1000;

/** How much text may be read again while recovering from half-typed statements, so that damaged input stays linear. */
const maximumReread = maximumProgramLength;

/** A text with more statements that can't be read is no SQL: the rest of it is not tried. */
const maximumFailures = 500;

/** A statement that has ended, although a quote or a bracket in it has not: the next line begins a new one at its margin. */
const lineThatStarts =
  /;[ \t]*(?:--[^\r\n]*)?(?:\r?\n|\r)\s*?^(?=(?:alter|analyze|begin|call|cluster|comment|commit|copy|create|delete|do|drop|end|explain|grant|import|insert|lock|merge|refresh|reindex|release|reset|revoke|rollback|savepoint|select|set|show|start|truncate|update|vacuum|with)\b)/gim;

/**
 * The statements of one program: `span` is where its text lies in `text` (a whole file, or the part under a marker). Placeholders
 * (`:NAME`, `:'NAME'`, `:"NAME"`, `${NAME}`) with a value are replaced in what is sent; the others are listed in `unresolved`.
 *
 * Never throws on any text. What the parser refuses becomes a statement with `unreadable` and no operations; the rest is read.
 * `loadParser` must have resolved.
 */
export function readStatements(
  text: string,
  span: Span,
  placeholders: Readonly<Record<string, string>>,
  _engine?: Engine,
  form?: PlaceholderForm,
): Statement[] {
  const variant = `${variantOf([span], placeholders)} ${form?.prefix} ${form?.suffix}`;
  const substituted = () => {
    const own = text.slice(span.start, span.end);
    return form === undefined ? substitute(own, placeholders) : substituteForm(own, placeholders, form);
  };
  return programs.recall(text, variant, () => [new ProgramReader(text, span, substituted()).read()])[0] ?? [];
}

/**
 * The same for text that a framework cuts into requests by rules of its own: one list per span, numbered through. A statement never
 * reaches over the end of its span.
 */
export function readRequests(text: string, spans: readonly Span[], placeholders: Readonly<Record<string, string>>): Statement[][] {
  return programs.recall(text, `requests ${variantOf(spans, placeholders)}`, () => {
    const lines = new LineIndex(text);
    let count = 0;
    return spans.map((span) => {
      const substituted = substitute(text.slice(span.start, span.end), placeholders);
      const statements = new ProgramReader(text, span, substituted, lines, count).read();
      count += statements.length;
      return statements;
    });
  });
}

/**
 * The syntax tree of one statement's text, as `Statement.sent` has it, for what operations don't tell. Undefined when it can't be read.
 * Parses again where it was not asked for of late: ask for it rarely. Nobody may change it.
 */
export function statementTree(sent: string): Node | undefined {
  return trees.recall(sent, '', () => ({ tree: readTree(sent) })).tree;
}

function readTree(sent: string): Node | undefined {
  const { pieces, foreign, variables } = split(sent);
  if (pieces.some((piece) => piece.depth > maximumDepth || piece.unterminated !== undefined)) return undefined;
  const readable = wellFormed(blank(sent, foreign));
  for (const text of variables.length === 0 ? [readable] : [readable, withStandIns(readable, variables)]) {
    const parsed = parse(text);
    if ('statements' in parsed && parsed.statements.length === 1) return parsed.statements[0]?.stmt;
  }
  return undefined;
}

/** A folder of some hundred migrations. What is in it was read before: nobody may change it. */
const programs = new TextMemory<Statement[][]>(16 * 1024 * 1024);

/** Of the statements of a few files, the one that someone is typing in among them: a tree takes many times the room of its text. */
const trees = new TextMemory<{ readonly tree: Node | undefined }>(256 * 1024);

/** What someone is typing in: a few long files. */
const knownStatements = new StatementMemory(2 * 1024 * 1024);

function variantOf(spans: readonly Span[], placeholders: Readonly<Record<string, string>>): string {
  let variant = JSON.stringify(placeholders);
  for (const { start, end } of spans) variant += ` ${start}-${end}`;
  return variant;
}

interface Failure {
  readonly message: string;
  /** In code units of the text that was parsed. */
  readonly offset: number;
}

type Parsed = { readonly statements: readonly RawStmt[] } | { readonly failure: Failure };

function parse(text: string): Parsed {
  if (text.trim() === '') return { statements: [] };
  const nul = text.indexOf('\0');
  if (nul !== -1)
    return { failure: { message: 'a NUL character, which no SQL text may hold (is the file binary, or UTF-16?)', offset: nul } };
  const { parseSync, hasSqlDetails } = parser();
  try {
    return { statements: parseSync(text).stmts ?? [] };
  } catch (error) {
    const details = hasSqlDetails(error) ? error.sqlDetails : undefined;
    const message = details?.message.startsWith('memory exhausted') ? 'it is nested too deeply' : (details?.message ?? String(error));
    return { failure: { message: shortened(message), offset: codePointsToUnits(text, details?.cursorPosition ?? 0) } };
  }
}

/** The server quotes the text from the place of the error on, which can be the whole rest of a file. */
function shortened(message: string): string {
  return message.length > 160 ? `${message.slice(0, 150).trimEnd()} ..."` : message;
}

type Draft = { -readonly [K in keyof Statement]: Statement[K] };

/** Where a statement stands in what is sent, and its tokens where they are known already. */
type OwnText = Span & { readonly copyData?: Span; readonly tokens?: Tokens };

class ProgramReader {
  /** The program with its known placeholders replaced; all offsets below count in it. */
  private readonly sent: string;
  private readonly statements: Statement[] = [];
  private failures = 0;
  /** Variables stand, or stood, in what is being read. */
  private isSubstituted = false;
  /** Nothing in what is being read is kept from the parser. */
  private isWhole = false;

  constructor(
    private readonly source: string,
    private readonly span: Span,
    private readonly substituted: SubstitutedText,
    private readonly lines = new LineIndex(source),
    /** How many statements of the program come before this text. */
    private readonly before = 0,
  ) {
    this.sent = this.substituted.text;
  }

  read(): Statement[] {
    if (this.sent.length > maximumProgramLength) {
      const start = this.sent.length - this.sent.trimStart().length;
      const megabytes = (this.sent.length / 1024 / 1024).toFixed(1);
      const limit = maximumProgramLength / 1024 / 1024;
      const message = `This is ${megabytes} MB of SQL; Faultline reads up to ${limit} MB, so nothing in it is checked. Load data outside of migrations, or split the file.`;
      this.add(
        { start, end: this.sent.trimEnd().length },
        { unreadable: { message, span: { start, end: Math.min(start + 1, this.sent.length) } } },
      );
      return this.statements;
    }
    let reread = 0;
    for (let offset = 0; offset < this.sent.length; ) {
      const resume = this.readFrom(offset, reread < maximumReread);
      reread += this.sent.length - resume;
      offset = resume;
    }
    return this.statements;
  }

  /** Reads from `start`; returns where to go on: the end, or the place after a half-typed statement that swallowed what follows. */
  private readFrom(start: number, mayResume: boolean): number {
    const parts = split(this.sent, start);
    const readable = wellFormed(blank(this.sent, parts.foreign));
    const replaced = parts.variables.length === 0 ? undefined : withStandIns(readable, parts.variables);
    this.isSubstituted = this.substituted.isReplaced || replaced !== undefined;
    this.isWhole = readable === this.sent;
    if (this.isSubstituted) return this.readPieces(parts.pieces, readable, replaced, mayResume) ?? this.sent.length;
    return this.readNewPieces(parts.pieces, readable, mayResume) ?? this.sent.length;
  }

  /** Reads pieces of which those that were read before are known. Returns where to go on, as `readPieces`. */
  private readNewPieces(pieces: readonly Piece[], readable: string, mayResume: boolean): number | undefined {
    for (let first = 0; first < pieces.length; ) {
      const known = this.recall(pieces[first], readable);
      let last = first + 1;
      if (known !== undefined) this.statements.push(known);
      else {
        while (last < pieces.length && !knownStatements.has(this.lastingText(pieces[last], readable))) last++;
        const resume = this.readPieces(pieces.slice(first, last), readable, undefined, mayResume);
        if (resume !== undefined) return resume;
      }
      first = last;
    }
    return undefined;
  }

  private recall(piece: OwnText | undefined, readable: string): Statement | undefined {
    const text = this.lastingText(piece, readable);
    if (piece === undefined || text === undefined) return undefined;
    return knownStatements.recall(text, () => {
      const span = this.fileSpan(piece);
      return { index: this.before + this.statements.length + 1, start: span.start, range: this.lines.range(span) };
    });
  }

  /** The text of a statement that is the same wherever this text stands. */
  private lastingText(own: OwnText | undefined, readable: string): string | undefined {
    return own !== undefined && this.isLasting(own, readable) ? this.sent.slice(own.start, own.end) : undefined;
  }

  /** Nothing in a statement is replaced, hidden, or set aside. */
  private isLasting(own: OwnText, readable: string): boolean {
    if (this.isSubstituted || own.copyData !== undefined) return false;
    return this.isWhole || readable.slice(own.start, own.end) === this.sent.slice(own.start, own.end);
  }

  /**
   * Reads pieces together where that works, and else in halves, so that one bad statement costs little. Returns where to go on when that is
   * not after the last of them.
   */
  private readPieces(pieces: readonly Piece[], readable: string, replaced: string | undefined, mayResume: boolean): number | undefined {
    const [piece] = pieces;
    if (piece === undefined) return undefined;
    if (pieces.length === 1) return this.readAlone(piece, readable, replaced, mayResume);
    if (this.readTogether(pieces, readable) || (replaced !== undefined && this.readTogether(pieces, replaced))) return undefined;
    if (this.failures >= maximumFailures) return this.giveUp(piece);
    const middle = pieces.length >> 1;
    return (
      this.readPieces(pieces.slice(0, middle), readable, replaced, mayResume) ??
      this.readPieces(pieces.slice(middle), readable, replaced, mayResume)
    );
  }

  /** The fast way: all in one call. False when the parser refuses, or sees other boundaries than the splitter. */
  private readTogether(pieces: readonly Piece[], readable: string): boolean {
    const start = pieces[0]?.start ?? 0;
    if (pieces.some((piece) => piece.depth > maximumDepth || piece.unterminated !== undefined || piece.elsewhere)) return false;
    const text = readable.slice(start, pieces.at(-1)?.end ?? start);
    const parsed = parse(text);
    if ('failure' in parsed || parsed.statements.length !== pieces.length) return false;
    const bytes = new ByteIndex(text);
    const toOffset = (location: number): number => start + bytes.toUnits(location);
    const agrees = parsed.statements.every((statement, index) => {
      const piece = pieces[index];
      const location = toOffset(statement.stmt_location ?? 0);
      return piece !== undefined && location <= piece.end && (index === 0 || location > (pieces[index - 1]?.end ?? 0));
    });
    if (!agrees) return false;
    pieces.forEach((piece, index) => {
      const statement = parsed.statements[index];
      if (statement !== undefined) this.add(piece, { statement, toOffset, readable });
    });
    return true;
  }

  private readAlone(piece: Piece, readable: string, replaced: string | undefined, mayResume: boolean): number | undefined {
    if (piece.elsewhere) {
      const message =
        "This psql command takes its work from another file, which Faultline doesn't follow. Put the statements here instead.";
      this.add(piece, { unreadable: { message, span: piece, isElsewhere: true } });
      return undefined;
    }
    const failure = this.readPiece(piece, readable, replaced);
    if (failure === undefined) return undefined;
    if (this.failures >= maximumFailures) return this.giveUp(piece);
    this.failures++;
    const cut = mayResume ? this.findCut(piece) : undefined;
    if (cut === undefined) {
      this.addUnreadable(piece, failure);
      return undefined;
    }
    const { unterminated, ...half } = { ...piece, end: cut.end, tokens: tokensOf(this.sent.slice(piece.start, cut.end)) };
    const ends = unterminated === undefined || unterminated.offset >= cut.end;
    const own = this.readPiece(ends ? half : { ...half, unterminated }, readable, replaced);
    if (own !== undefined) this.addUnreadable(half, own);
    return cut.resume;
  }

  /** Everything from here on becomes one statement that is not read. */
  private giveUp(first: Piece): number {
    const end = this.sent.trimEnd().length;
    const message = `${maximumFailures} statements before this one could not be read, so the rest was not tried: this does not look like SQL for PostgreSQL.`;
    this.add({ start: first.start, end }, { unreadable: { message, span: first } });
    return this.sent.length;
  }

  /** Reads one piece alone. Nothing is added when it fails. */
  private readPiece(piece: Piece, readable: string, replaced: string | undefined): Failure | undefined {
    if (piece.depth > maximumDepth) return { message: 'it is nested too deeply', offset: 0 };
    if (piece.unterminated !== undefined) return unterminatedFailure(piece, piece.unterminated);
    let first: Failure | undefined;
    for (const candidate of replaced === undefined ? [readable] : [readable, replaced]) {
      const text = candidate.slice(piece.start, piece.end);
      const parsed = parse(text);
      if ('failure' in parsed) {
        first ??= parsed.failure;
        continue;
      }
      const bytes = new ByteIndex(text);
      const toOffset = (location: number): number => piece.start + bytes.toUnits(location);
      for (const statement of parsed.statements) {
        const end = statement.stmt_len ? toOffset((statement.stmt_location ?? 0) + statement.stmt_len) : piece.end;
        const own = parsed.statements.length === 1 ? piece : { ...trimmed(this.sent, toOffset(statement.stmt_location ?? 0), end) };
        this.add(own, { statement, toOffset, readable: candidate });
      }
      return undefined;
    }
    return first;
  }

  /** Where a refused piece was probably meant to end, when a forgotten quote or bracket made it swallow the next statements. */
  private findCut(piece: Piece): { readonly end: number; readonly resume: number } | undefined {
    const text = this.sent.slice(piece.start, piece.end);
    const closed = closedBodies(text);
    for (const match of text.matchAll(lineThatStarts)) {
      const inBody = closed.some((body) => body.start < match.index && match.index < body.end);
      if (!inBody) return { end: piece.start + match.index, resume: piece.start + match.index + match[0].length };
    }
    return undefined;
  }

  private addUnreadable(span: Span, failure: Failure): void {
    const offset = Math.min(span.start + failure.offset, Math.max(span.end - 1, span.start));
    const lexer = new Lexer(this.sent, offset, span.end);
    const found = lexer.next() === 'end' ? { start: offset, end: span.end } : { start: lexer.start, end: lexer.end };
    const message = `PostgreSQL can't read this statement: ${failure.message}.`;
    this.add(span, { unreadable: { message, span: found } });
  }

  private add(
    own: OwnText,
    content:
      | { readonly statement: RawStmt; readonly toOffset: (location: number) => number; readonly readable: string }
      | { readonly unreadable: { readonly message: string; readonly span: Span; readonly isElsewhere?: true } },
  ): void {
    const span = this.fileSpan(own);
    const text = this.source.slice(span.start, span.end);
    const sent = this.substituted.isReplaced ? this.sent.slice(own.start, own.end) : text;
    const index = this.before + this.statements.length + 1;
    const range = this.lines.range(span);
    const read: Draft = { index, text, sent, range, span, operations: [] };
    if (own.copyData !== undefined) read.copyData = this.sent.slice(own.copyData.start, own.copyData.end);
    this.statements.push(read);
    if ('unreadable' in content) {
      const { message, span: place, isElsewhere } = content.unreadable;
      read.unreadable = { message, range: this.lines.range(this.fileSpan(place)), ...(isElsewhere && { isElsewhere }) };
      return;
    }
    const { statement, toOffset, readable } = content;
    read.operations = operationsOf({
      node: statement.stmt ?? { Integer: {} },
      text: sent,
      tokens: own.tokens ?? tokensOf(sent),
      offset: (location = 0) => (location < 0 ? sent.length : Math.min(Math.max(toOffset(location) - own.start, 0), sent.length)),
      fileSpan: (inner) => this.fileSpan({ start: own.start + inner.start, end: own.start + inner.end }),
    });
    if (this.isSubstituted) nameVariables(read, readable.slice(own.start, own.end));
    else if (this.isLasting(own, readable)) knownStatements.remember(read);
  }

  private fileSpan(span: Span): Span {
    const { start } = this.span;
    if (!this.substituted.isReplaced) return { start: start + span.start, end: start + span.end };
    const source = this.substituted.toSource(span);
    return { start: start + source.start, end: start + source.end };
  }
}

/** Says which placeholders stand in a statement that was read with stand-ins, and names them in what it does. */
function nameVariables(statement: Draft, readable: string): void {
  const standIns = standInsOf(statement.sent, readable);
  if (standIns.length === 0) return;
  statement.unresolved = [...new Set(standIns.map(({ variable }) => placeholderName(variable)))];
  statement.operations = withVariables(statement.operations, standIns);
}

/** Said without asking the parser, whose scanner can take very long over such text. */
function unterminatedFailure(piece: Piece, { kind, offset }: Unterminated): Failure {
  const what =
    kind === 'comment'
      ? 'comment'
      : kind === 'quoted identifier'
        ? 'quoted identifier'
        : kind === 'dollar string'
          ? 'dollar-quoted string'
          : 'quoted string';
  return { message: `the ${what} that begins here never ends`, offset: offset - piece.start };
}

/** From the first token to the last. */
function trimmed(text: string, start: number, end: number): Span {
  const lexer = new Lexer(text, start, end);
  let first: number | undefined;
  let last = start;
  while (lexer.next() !== 'end') {
    if (lexer.kind === 'comment' || lexer.word === ';') continue;
    first ??= lexer.start;
    last = lexer.end;
  }
  return { start: first ?? start, end: last };
}

/** Function bodies and comments that do end: a semicolon in them ends nothing. */
function closedBodies(text: string): Span[] {
  const lexer = new Lexer(text);
  const bodies: Span[] = [];
  while (lexer.next() !== 'end') {
    if (lexer.terminated && (lexer.kind === 'dollar string' || lexer.kind === 'comment'))
      bodies.push({ start: lexer.start, end: lexer.end });
  }
  return bodies;
}

/** The same text with spaces in these places; line breaks stay, byte-order marks go. */
function blank(text: string, spans: readonly Span[]): string {
  if (spans.length === 0 && !text.startsWith('\ufeff')) return text;
  let result = '';
  let last = 0;
  for (const span of spans) {
    result += text.slice(last, span.start) + text.slice(span.start, span.end).replace(/[^\r\n]/g, ' ');
    last = span.end;
  }
  return (result + text.slice(last)).replace(/^\ufeff/, ' ');
}

/** Half a surrogate pair can't be written as UTF-8; the replacement character has the same length. */
function wellFormed(text: string): string {
  // Asked first: nearly no text has any.
  return /[\ud800-\udfff]/.test(text)
    ? text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    : text;
}
