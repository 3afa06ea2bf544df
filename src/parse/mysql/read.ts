import type { Engine } from '../../model/engine';
import { engineDisplayName } from '../../model/engine';
import type { Statement } from '../../model/migration';
import type { Operation } from '../../model/operation';
import type { Span } from '../../model/text';
import { LineIndex } from '../lines';
import { TextMemory } from '../memory';
import { type PlaceholderForm, type SubstitutedText, substituteBraced, substituteForm } from '../substituted';
import { Cursor } from './cursor';
import { endlessFailure, type ReadFailure, syntaxFailure, unclosedFailure } from './failures';
import { operationsOf } from './operations/operations';
import { withPlace } from './operations/place';
import { unresolvedIn } from './placeholders';
import { type Piece, split } from './split';

/** Longer programs are not read: an editor would freeze, and they are dumps rather than migrations. In UTF-16 code units. */
const maximumProgramLength = 4 * 1024 * 1024;

/** How much text may be read again while recovering from half-typed statements, so that damaged input stays linear. */
const maximumReread = 1024 * 1024;

/** A text with more statements that can't be read is no SQL: the rest of it is not tried. */
const maximumFailures = 500;

/** A statement that has ended, although a quote or a body in it has not: the next line begins a new one at its margin. */
const lineThatStarts =
  /;[ \t]*(?:(?:--[ \t]|#)[^\r\n]*)?(?:\r?\n|\r)\s*?^(?=(?:alter|analyze|begin|call|commit|create|delete|delimiter|drop|grant|insert|load|lock|optimize|rename|replace|revoke|rollback|savepoint|select|set|show|start|truncate|unlock|update|use|with)\b)/gim;

type Placeholders = Readonly<Record<string, string>>;

/**
 * The statements of one program for MySQL or MariaDB: `span` is where its text lies in `text`. Placeholders (`${name}`) with a value are
 * replaced in what is sent; the others are listed in `unresolved`. Never throws on any text: a statement that can't be read has
 * `unreadable` and no operations, and the rest is read.
 */
export function readStatements(text: string, span: Span, placeholders: Placeholders, engine: Engine, form?: PlaceholderForm): Statement[] {
  const variant = `${variantOf([span], placeholders, engine)} ${form?.prefix} ${form?.suffix}`;
  const substituted = () => {
    const own = text.slice(span.start, span.end);
    return form === undefined ? substituteBraced(own, placeholders) : substituteForm(own, placeholders, form);
  };
  return programs.recall(text, variant, () => [new ProgramReader(text, span, substituted(), engine).read()])[0] ?? [];
}

/**
 * The same for text that a framework cuts into requests by rules of its own: one list per span, numbered through. A statement never
 * reaches over the end of its span.
 */
export function readRequests(text: string, spans: readonly Span[], placeholders: Placeholders, engine: Engine): Statement[][] {
  return programs.recall(text, `requests ${variantOf(spans, placeholders, engine)}`, () => {
    const lines = new LineIndex(text);
    let count = 0;
    return spans.map((span) => {
      const substituted = substituteBraced(text.slice(span.start, span.end), placeholders);
      const statements = new ProgramReader(text, span, substituted, engine, lines, count).read();
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

type Content = { readonly operations: readonly Operation[] } | { readonly unreadable: ReadFailure };

class ProgramReader {
  /** The program with its known placeholders replaced; all offsets below count in it. */
  private readonly sent: string;
  private readonly statements: Statement[] = [];
  private failures = 0;

  constructor(
    private readonly source: string,
    private readonly span: Span,
    private readonly substituted: SubstitutedText,
    private readonly engine: Engine,
    private readonly lines = new LineIndex(source),
    /** How many statements of the program come before this text. */
    private readonly before = 0,
  ) {
    this.sent = this.substituted.text;
  }

  read(): Statement[] {
    if (this.sent.length > maximumProgramLength) {
      this.refuse();
      return this.statements;
    }
    let reread = 0;
    let delimiter = ';';
    for (let offset = 0; offset < this.sent.length; ) {
      const stop = this.readFrom(offset, delimiter, reread < maximumReread);
      reread += this.sent.length - stop.offset;
      offset = stop.offset;
      delimiter = stop.delimiter;
    }
    return this.statements;
  }

  private refuse(): void {
    const start = this.sent.length - this.sent.trimStart().length;
    const megabytes = (this.sent.length / 1024 / 1024).toFixed(1);
    const limit = maximumProgramLength / 1024 / 1024;
    const message = `This is ${megabytes} MB of SQL; Faultline reads up to ${limit} MB, so nothing in it is checked. Load data outside of migrations, or split the file.`;
    const whole = { start, end: this.sent.trimEnd().length };
    this.add(whole, [], { unreadable: { message, span: { start, end: Math.min(start + 1, whole.end) } } });
  }

  /** Reads from `offset`; returns where to go on: the end, or the place after a half-typed statement that swallowed what follows. */
  private readFrom(offset: number, delimiter: string, mayResume: boolean): { readonly offset: number; readonly delimiter: string } {
    const end = { offset: this.sent.length, delimiter };
    for (const piece of split(this.sent, this.engine, offset, this.sent.length, delimiter)) {
      const content = this.contentOf(piece);
      if ('operations' in content) {
        this.add(piece, piece.tokens, content);
        continue;
      }
      if (this.failures >= maximumFailures) {
        this.giveUp(piece);
        return end;
      }
      this.failures++;
      const cut = mayResume && piece.elsewhere === undefined ? this.findCut(piece) : undefined;
      if (cut === undefined) {
        this.add(piece, piece.tokens, content);
        continue;
      }
      this.addHalf(piece, cut.end);
      return { offset: cut.resume, delimiter: piece.delimiter };
    }
    return end;
  }

  /** Everything from here on becomes one statement that is not read. */
  private giveUp(first: Piece): void {
    const message = `${maximumFailures} statements before this one could not be read, so the rest was not tried: this does not look like SQL for ${engineDisplayName(this.engine.name)}.`;
    this.add({ start: first.start, end: this.sent.trimEnd().length }, [], { unreadable: { message, span: first } });
  }

  private contentOf(piece: Piece): Content {
    if (piece.elsewhere) {
      const message =
        "This command of the mysql client takes its work from another file, which Faultline doesn't follow. Put the statements here instead.";
      return { unreadable: { message, span: piece, isElsewhere: true } };
    }
    const endless = endlessFailure(piece, this.engine);
    if (endless !== undefined) return { unreadable: endless };
    if (piece.unclosed) return { unreadable: unclosedFailure(piece, this.engine) };
    const cursor = new Cursor(this.sent, piece.tokens, this.engine, (inner) => this.fileSpan(inner));
    const operations = operationsOf(cursor);
    if (cursor.problem !== undefined) return { unreadable: syntaxFailure(cursor.problem, piece, this.sent, this.engine) };
    return { operations: withPlace(operations, { span: this.fileSpan(piece) }) };
  }

  /** Where a refused piece was probably meant to end, when a forgotten quote or END made it swallow the next statements. */
  private findCut(piece: Piece): { readonly end: number; readonly resume: number } | undefined {
    // Bodies have semicolons and lines of their own; only one that is broken is cut.
    if (piece.hasBody && !piece.unclosed && piece.unterminated === undefined) return undefined;
    const match = lineThatStarts.exec(this.sent.slice(piece.start, piece.end));
    lineThatStarts.lastIndex = 0;
    if (match === null) return undefined;
    return { end: piece.start + match.index, resume: piece.start + match.index + match[0].length };
  }

  /** The part of a piece before its cut: what can be read of it. */
  private addHalf(piece: Piece, end: number): void {
    const [half] = [...split(this.sent, this.engine, piece.start, end, piece.delimiter)];
    if (half !== undefined) this.add(half, half.tokens, this.contentOf(half));
  }

  private add(own: Span, tokens: Piece['tokens'], content: Content): void {
    const span = this.fileSpan(own);
    const unresolved = unresolvedIn(tokens, this.sent);
    const unreadable =
      'unreadable' in content
        ? {
            message: content.unreadable.message,
            range: this.lines.range(this.fileSpan(content.unreadable.span)),
            ...(content.unreadable.isElsewhere && { isElsewhere: true as const }),
          }
        : undefined;
    this.statements.push({
      index: this.before + this.statements.length + 1,
      text: this.source.slice(span.start, span.end),
      sent: this.sent.slice(own.start, own.end),
      range: this.lines.range(span),
      span,
      operations: 'operations' in content ? content.operations : [],
      ...(unreadable !== undefined && { unreadable }),
      ...(unresolved.length > 0 && { unresolved }),
    });
  }

  private fileSpan({ start, end }: Span): Span {
    const source = this.substituted.toSource({ start, end });
    return { start: this.span.start + source.start, end: this.span.start + source.end };
  }
}
