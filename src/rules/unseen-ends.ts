import { endsWithSemicolon } from '../frameworks/goose-file';
import { blockPrefix } from '../frameworks/marks';
import type { Span } from '../model/text';
import { Lexer } from '../parse/postgres/lexer';
import type { RuleContext } from './context';

/** A statement whose end the framework sees elsewhere than the server does. */
export interface UnseenEnd {
  /** From its first word to its last, without the semicolon. */
  readonly statement: Span;
  /** `cut`: a line inside of it ends in a semicolon, and no mark says that it goes on. */
  readonly kind: 'cut' | 'no end mark' | 'no begin mark' | 'no semicolon';
  /** Where marks go: before the statement, and behind it with its semicolon. */
  readonly before: number;
  readonly behind: number;
}

/** The word before StatementBegin and StatementEnd; undefined for frameworks without such marks. */
export function markPrefix(context: RuleContext): string | undefined {
  return context.program.rendering === undefined ? blockPrefix(context.framework.name) : undefined;
}

const known = new WeakMap<RuleContext, readonly UnseenEnd[]>();

/** Those of a program, in order. Empty for frameworks that read SQL as the server does. */
export function unseenEnds(context: RuleContext): readonly UnseenEnd[] {
  const prefix = markPrefix(context);
  if (prefix === undefined) return [];
  const found = known.get(context) ?? new EndFinder(context, prefix).find();
  known.set(context, found);
  return found;
}

/** Is it one of the pieces into which the framework cuts such a statement? */
export function isPieceOfUnseen(context: RuleContext, span: Span): boolean {
  return unseenEnds(context).some(({ statement, kind }) => kind === 'cut' && statement.start <= span.start && span.start < statement.end);
}

class EndFinder {
  private readonly found: UnseenEnd[] = [];
  private inBlock = false;
  /** The first and last place of the statement that is being read, outside of comments. */
  private start: number | undefined;
  private end = 0;
  private isCut = false;
  /** How deep in BEGIN ATOMIC ... END and CASE ... END. */
  private depth = 0;
  private previous = '';
  /** The statement that ended last. */
  private last: { readonly statement: Span; readonly behind: number } | undefined;

  constructor(
    private readonly context: RuleContext,
    private readonly prefix: string,
  ) {}

  find(): readonly UnseenEnd[] {
    const { text, program } = this.context;
    const mark = new RegExp(`^--\\s*\\${this.prefix}\\s+Statement(Begin|End)\\b`, 'i');
    const lexer = new Lexer(text, program.span.start, program.span.end);
    while (lexer.next() !== 'end') {
      if (lexer.kind === 'comment') this.comment(mark, lexer.start, text.slice(lexer.start, lexer.end));
      else this.token(lexer);
    }
    if (this.inBlock && this.last !== undefined) this.add('no end mark', this.last.statement, this.last.behind);
    else if (!this.inBlock && this.start !== undefined) this.add('no semicolon', { start: this.start, end: this.end }, this.end);
    return this.found;
  }

  private comment(mark: RegExp, start: number, text: string): void {
    const side = mark.exec(text)?.[1]?.toLowerCase();
    if (side === 'begin') this.begin();
    else if (side === 'end') this.close(start);
    else if (this.start !== undefined || text.startsWith('/*')) this.lookInComment(start, text);
  }

  /** To these frameworks a block comment is text like any other: one before a statement begins it, where a line in it seems to end one. */
  private lookInComment(start: number, text: string): void {
    this.look(text);
    if (this.isCut) this.start ??= start;
  }

  private token({ kind, word, start, end }: Lexer): void {
    const { text } = this.context;
    this.follow(word);
    if (word === ';' && this.depth === 0) {
      this.semicolon(end);
      return;
    }
    this.start ??= start;
    this.end = end;
    if (word === ';' && endsWithSemicolon(lineOf(text, start))) this.isCut = true;
    if (kind === 'string' || kind === 'dollar string') this.look(text.slice(start, end));
  }

  private begin(): void {
    if (!this.inBlock) this.last = undefined;
    this.inBlock = true;
    this.start = undefined;
  }

  private close(at: number): void {
    if (!this.inBlock && this.last !== undefined) {
      // The statement was cut already: one finding tells both.
      this.found.splice(0, this.found.length, ...this.found.filter(({ statement }) => statement !== this.last?.statement));
      this.add('no begin mark', this.last.statement, at);
    }
    this.inBlock = false;
    this.start = undefined;
    this.last = undefined;
  }

  private follow(word: string): void {
    if (word === 'atomic' && this.previous === 'begin') this.depth++;
    else if (this.depth > 0 && word === 'case') this.depth++;
    else if (this.depth > 0 && word === 'end') this.depth--;
    this.previous = word;
  }

  private look(text: string): void {
    if (
      text
        .split(/\r?\n/)
        .slice(0, -1)
        .some((line) => endsWithSemicolon(line))
    ) {
      this.isCut = true;
    }
  }

  private semicolon(end: number): void {
    if (this.start !== undefined) {
      const statement = { start: this.start, end: this.end };
      if (this.inBlock) this.last ??= { statement, behind: end };
      else {
        this.last = { statement, behind: end };
        if (this.isCut) this.add('cut', statement, end);
      }
    }
    this.start = undefined;
    this.isCut = false;
  }

  private add(kind: UnseenEnd['kind'], statement: Span, behind: number): void {
    this.found.push({ kind, statement, before: statement.start, behind });
  }
}

function lineOf(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset) + 1;
  const feed = text.indexOf('\n', offset);
  return text.slice(start, feed === -1 ? text.length : feed);
}
