import { parse } from '@babel/parser';
import type * as t from '@babel/types';
import type { Engine } from '../../model/engine';
import type { Statement } from '../../model/migration';
import type { Operation } from '../../model/operation';
import type { Span } from '../../model/text';
import { LineIndex } from '../lines';
import { TextMemory } from '../memory';
import { type SubstitutedText, substituteBraced } from '../substituted';
import { MaskedText } from './holes';
import { meaningOf } from './operations';
import { piecesOf } from './pieces';
import { ownSpan, ValueReader } from './values';

/** Longer programs are not read: an editor would freeze, and they are dumps rather than migrations. In UTF-16 code units. */
const maximumProgramLength = 4 * 1024 * 1024;

/** How much text may be read again while recovering from half-typed statements, so that damaged input stays linear. */
const maximumReread = 1024 * 1024;

/** A text with more statements that can't be read is no mongosh: the rest of it is not tried. */
const maximumFailures = 500;

/** The server takes documents of 100 levels (MongoDB manual, "MongoDB Limits and Thresholds"); the parser's own limit is its stack. */
const maximumNesting = 250;

/** At the margin of a line: what begins a new call even where brackets or quotes are open. */
const lineThatStarts = /(?:\r?\n|\r)(?=(?:await\s+)?(?:db|session|rs|sh)\s*[.[]|use\s*\()/g;

type Placeholders = Readonly<Record<string, string>>;

/**
 * The statements of mongosh text: `span` is where its text lies in `text`. `${name}` with a value is replaced in what is sent; others are
 * holes, wherever they stand, and listed in `unresolved`. Calls alone are read: code around them is `unreadable`, and says so. Never throws
 * on any text: what can't be read has `unreadable` and no operations, and the rest is read.
 */
export function readStatements(text: string, span: Span, placeholders: Placeholders, engine: Engine): Statement[] {
  const variant = variantOf([span], placeholders, engine);
  return programs.recall(text, variant, () => [new ProgramReader(text, span, placeholders).read()])[0] ?? [];
}

/** The same for text that is cut into requests by rules of its own: one list per span, numbered through. */
export function readRequests(text: string, spans: readonly Span[], placeholders: Placeholders, engine: Engine): Statement[][] {
  return programs.recall(text, `requests ${variantOf(spans, placeholders, engine)}`, () => {
    const lines = new LineIndex(text);
    let count = 0;
    return spans.map((span) => {
      const statements = new ProgramReader(text, span, placeholders, lines, count).read();
      count += statements.length;
      return statements;
    });
  });
}

/** A folder of some hundred migrations. What is in it was read before: nobody may change it. */
const programs = new TextMemory<Statement[][]>(16 * 1024 * 1024);

function variantOf(spans: readonly Span[], placeholders: Placeholders, engine: Engine): string {
  return JSON.stringify([spans.map(({ start, end }) => [start, end]), placeholders, engine]);
}

type Content = { readonly operations: readonly Operation[] } | { readonly message: string; readonly at: Span };

class ProgramReader {
  private readonly substituted: SubstitutedText;
  /** The program with its known placeholders replaced; all offsets below count in it. */
  private readonly masked: MaskedText;
  private readonly values: ValueReader;
  private readonly statements: Statement[] = [];
  private failures = 0;

  constructor(
    private readonly source: string,
    private readonly span: Span,
    placeholders: Placeholders,
    private readonly lines = new LineIndex(source),
    /** How many statements of the program come before this text. */
    private readonly before = 0,
  ) {
    this.substituted = substituteBraced(source.slice(span.start, span.end), placeholders);
    this.masked = new MaskedText(this.substituted.text);
    this.values = new ValueReader(this.masked, (inner) => this.fileSpan(inner));
  }

  read(): Statement[] {
    const { text } = this.masked;
    if (text.length > maximumProgramLength) {
      this.refuse();
      return this.statements;
    }
    const whole = parseFrom(text, 0, text.length);
    if ('file' in whole && whole.file.errors.length === 0) this.addParsed(whole.file);
    else this.readDamaged();
    return this.statements;
  }

  private refuse(): void {
    const { text } = this.masked;
    const start = text.length - text.trimStart().length;
    const megabytes = (text.length / 1024 / 1024).toFixed(1);
    const limit = maximumProgramLength / 1024 / 1024;
    const message = `This is ${megabytes} MB of mongosh text; Faultline reads up to ${limit} MB, so nothing in it is checked. Load data outside of migrations, or split the file.`;
    this.add({ start, end: text.trimEnd().length }, { message, at: { start, end: Math.min(start + 1, text.length) } });
  }

  private readDamaged(): void {
    const { text } = this.masked;
    let reread = 0;
    for (let offset = 0; offset < text.length; ) {
      const stop = this.readFrom(offset, reread < maximumReread);
      reread += text.length - stop;
      offset = stop;
    }
  }

  /** Reads from `offset`; returns where to go on: the end, or the place after a half-typed statement that swallowed what follows. */
  private readFrom(offset: number, mayResume: boolean): number {
    const { text } = this.masked;
    for (const piece of piecesOf(text, offset)) {
      const own = trimmed(text, piece);
      if (own === undefined) continue;
      const helper = this.helper(own);
      if (helper !== undefined) {
        this.add(own, { operations: [helper] });
        continue;
      }
      const parsed = parseFrom(text, own.start, own.end);
      if ('file' in parsed) {
        this.addParsed(parsed.file);
        continue;
      }
      if (this.failures >= maximumFailures) {
        this.giveUp(own);
        return text.length;
      }
      this.failures++;
      const cut = mayResume ? findCut(text, own) : undefined;
      if (cut !== undefined) {
        this.addHalf({ start: own.start, end: cut });
        return cut;
      }
      this.add(own, parsed);
    }
    return text.length;
  }

  /** `use shop` and `show collections`, which the shell reads beside JavaScript. */
  private helper({ start, end }: Span): Operation | undefined {
    const [, word, name] = /^(use|show)[ \t]+([\w.$-]+)\s*;?$/.exec(this.masked.original.slice(start, end)) ?? [];
    if (word === undefined || name === undefined) return undefined;
    const place = { span: this.fileSpan({ start, end }) };
    return word === 'use' ? { kind: 'use', database: name, ...place } : { kind: 'other', node: word, ...place };
  }

  /** The part of a piece before the line that begins the next statement. */
  private addHalf(piece: Span): void {
    const own = trimmed(this.masked.text, piece);
    if (own === undefined) return;
    const parsed = parseFrom(this.masked.text, own.start, own.end);
    if ('file' in parsed) this.addParsed(parsed.file);
    else this.add(own, parsed);
  }

  /** Everything from here on becomes one statement that is not read. */
  private giveUp(first: Span): void {
    const message = `${maximumFailures} statements before this one could not be read, so the rest was not tried: this does not look like text for mongosh.`;
    this.add({ start: first.start, end: this.masked.text.trimEnd().length }, { message, at: first });
  }

  private addParsed({ program, errors }: ParsedText): void {
    for (const statement of program.body) {
      if (statement.type === 'EmptyStatement') continue;
      const own = withoutTerminator(this.masked.text, ownSpan(statement));
      const error = errors.find(({ at }) => at.start >= own.start && at.start <= own.end);
      this.add(own, error ?? this.meaningOf(statement, own));
    }
  }

  private meaningOf(statement: t.Statement, own: Span): Content {
    try {
      return meaningOf(statement, own, this.values);
    } catch (error) {
      if (error instanceof RangeError) return { message: tooDeep, at: own };
      throw error;
    }
  }

  private add(own: Span, content: Content): void {
    const span = this.fileSpan(own);
    const unresolved = this.masked.namesIn(own);
    this.statements.push({
      index: this.before + this.statements.length + 1,
      text: this.source.slice(span.start, span.end),
      sent: this.masked.original.slice(own.start, own.end),
      range: this.lines.range(span),
      span,
      operations: 'operations' in content ? content.operations : [],
      ...('message' in content && { unreadable: { message: content.message, range: this.lines.range(this.fileSpan(content.at)) } }),
      ...(unresolved.length > 0 && { unresolved }),
    });
  }

  private fileSpan({ start, end }: Span): Span {
    const source = this.substituted.toSource({ start, end });
    return { start: this.span.start + source.start, end: this.span.start + source.end };
  }
}

const tooDeep = "MongoDB can't read this statement: its brackets are nested deeper than a document may be.";

interface ReadFailure {
  readonly message: string;
  readonly at: Span;
}

interface ParsedText {
  readonly program: t.Program;
  /** What the parser could read on after. */
  readonly errors: readonly ReadFailure[];
}

/** Parses a part of the text; all places count in the whole. */
function parseFrom(text: string, start: number, end: number): { readonly file: ParsedText } | ReadFailure {
  const deep = placeTooDeep(text, start, end);
  if (deep !== undefined) return { message: tooDeep, at: { start: deep, end: deep + 1 } };
  try {
    const { program, errors } = parse(text.slice(start, end), {
      sourceType: 'unambiguous',
      startIndex: start,
      startLine: 1,
      startColumn: start,
      errorRecovery: true,
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
      allowImportExportEverywhere: true,
      allowUndeclaredExports: true,
      attachComment: false,
    });
    return { file: { program, errors: (errors ?? []).map((error) => failureOf(error, text, { start, end })) } };
  } catch (error) {
    return failureOf(error, text, { start, end });
  }
}

function failureOf(error: unknown, text: string, { start, end }: Span): ReadFailure {
  if (!(error instanceof Error) || error instanceof RangeError) return { message: tooDeep, at: { start, end: Math.min(start + 1, end) } };
  const told = 'pos' in error && typeof error.pos === 'number' ? error.pos : start;
  const position = Math.min(Math.max(told, start), end);
  const what = error.message.replace(/\s*\(\d+:\d+\)\s*$/, '').replace(/\.$/, '');
  const word = /^\s*([\w$]+|\S)?/.exec(text.slice(position, Math.min(position + 60, end)))?.[1] ?? '';
  const found = word === '' ? 'it ends too early' : `${what.charAt(0).toLowerCase()}${what.slice(1)}`;
  const at = word === '' ? { start: Math.max(end - 1, start), end } : { start: position, end: Math.min(position + word.length, end) };
  return { message: `mongosh can't read this statement: ${found}.`, at };
}

function placeTooDeep(text: string, start: number, end: number): number | undefined {
  let depth = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x28 || code === 0x5b || code === 0x7b) depth++;
    else if ((code === 0x29 || code === 0x5d || code === 0x7d) && depth > 0) depth--;
    if (depth > maximumNesting) return at;
  }
  return undefined;
}

/** Where a piece was probably meant to end, when an open bracket or quote made it swallow the next statements. */
function findCut(text: string, { start, end }: Span): number | undefined {
  lineThatStarts.lastIndex = start + 1;
  const match = lineThatStarts.exec(text);
  return match === null || match.index >= end ? undefined : match.index;
}

/** Without what surrounds it: blanks, comments before it, its semicolon. Undefined where nothing is left. */
function trimmed(text: string, { start, end }: Span): Span | undefined {
  const before = /^(?:\s|;|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(start, end))?.[0].length ?? 0;
  const own = withoutTerminator(text, { start: start + before, end });
  return own.start < own.end ? own : undefined;
}

function withoutTerminator(text: string, { start, end }: Span): Span {
  const length = text.slice(start, end).replace(/[\s;]+$/, '').length;
  return { start, end: start + length };
}
