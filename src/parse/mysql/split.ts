import type { Engine } from '../../model/engine';
import type { Span } from '../../model/text';
import { BodyFollower } from './bodies';
import { Lexer, type Token, type TokenKind } from './lexer';

/** One statement as it is sent, from its first token to its last, with what it is made of. */
export interface Piece extends Span {
  /** Without comments and without the marks of executable ones. */
  readonly tokens: readonly Token[];
  /** What ends statements behind it. */
  readonly delimiter: string;
  /** It makes something that has a body, in which semicolons end nothing. */
  readonly hasBody?: true;
  /** The literal or comment in it that never ends. */
  readonly unterminated?: { readonly kind: TokenKind; readonly offset: number };
  /** The text ended inside of a compound statement. */
  readonly unclosed?: true;
  /** It is a command of the client that runs or loads something from elsewhere, so what it does can't be seen here. */
  readonly elsewhere?: true;
}

/** Commands of the `mysql` client whose work is in another file. */
const elsewhere = /^(?:source|\\\.)[ \t]+\S/i;

/** Commands of the client at the start of a line that send nothing (MySQL manual, "mysql Client Commands"). */
const clientOnly = /^(?:\\[a-zA-Z#!?]|(?:warnings|nowarning|tee|notee|pager|nopager|prompt|rehash|charset)\b)/i;

/**
 * Cuts text into statements the way the `mysql` client does, but for the bodies of routines, which drivers send whole without DELIMITER: a
 * semicolon in one ends nothing. Gives them one by one, so that a long text needs the memory of one statement. Linear in the length of the
 * text, and never fails.
 */
export function* split(text: string, engine: Engine, start = 0, end = text.length, delimiter = ';'): Generator<Piece, void, undefined> {
  yield* new Splitter(text, engine, start, end, delimiter).split();
}

interface Open {
  readonly start: number;
  end: number;
  readonly tokens: Token[];
  readonly body: BodyFollower;
  /** Its last token stands in an executable comment, which belongs to it. */
  inConditional: boolean;
  unterminated: { readonly kind: TokenKind; readonly offset: number } | undefined;
}

class Splitter {
  private readonly lexer: Lexer;
  private open: Open | undefined;

  constructor(
    private readonly text: string,
    private readonly engine: Engine,
    start: number,
    private readonly end: number,
    delimiter: string,
  ) {
    this.lexer = new Lexer(text, engine, start, end);
    this.lexer.delimiter = delimiter;
  }

  *split(): Generator<Piece, void, undefined> {
    const { lexer } = this;
    while (lexer.next() !== 'end') {
      this.endConditional();
      if (lexer.kind === 'comment') {
        if (!lexer.terminated) this.takeUnterminated();
        continue;
      }
      const command = this.clientCommand();
      if (command !== undefined) {
        yield* this.close(true);
        if (command.elsewhere) yield { ...command.span, tokens: [], delimiter: lexer.delimiter, elsewhere: true };
        lexer.seek(command.span.end);
        if (command.delimiter !== undefined) lexer.delimiter = command.delimiter;
      } else if (this.endsHere()) yield* this.close(false);
      else this.takeToken();
    }
    this.endConditional();
    yield* this.close(true);
  }

  /** An executable comment that ended behind the last token is part of the statement. */
  private endConditional(): void {
    if (this.open?.inConditional && this.lexer.conditionalEnd > this.open.end) {
      this.open.end = this.lexer.conditionalEnd;
      this.open.inConditional = false;
    }
  }

  private takeUnterminated(): void {
    const { start, end } = this.lexer;
    this.open ??= this.openAt(start);
    this.open.end = end;
    this.open.unterminated = { kind: 'comment', offset: start };
  }

  private openAt(start: number): Open {
    const body = new BodyFollower(this.engine.name === 'mariadb');
    return { start, end: start, tokens: [], body, inConditional: false, unterminated: undefined };
  }

  private endsHere(): boolean {
    const { kind, word, delimiter, conditional } = this.lexer;
    // The client ends nothing in the middle of an executable comment, and the server takes no part of one.
    if (conditional !== undefined) return false;
    if (kind === 'delimiter') return delimiter !== ';' || this.open?.body.isInside !== true;
    // With a delimiter of its own, the client sends what stands before it in one request, and the server runs its statements in turn.
    return word === ';' && this.open?.body.hasBody !== true;
  }

  private takeToken(): void {
    const { kind, start, end, terminated, conditional } = this.lexer;
    const isSemicolon = kind === 'delimiter';
    const word = isSemicolon ? ';' : this.lexer.word;
    this.open ??= this.openAt(conditional ?? start);
    const { open } = this;
    open.tokens.push({ kind: isSemicolon ? 'punctuation' : kind, start, end, word });
    open.end = end;
    open.inConditional = conditional !== undefined;
    if (!terminated) open.unterminated = { kind, offset: start };
    open.body.take(word, () => this.followingWord());
  }

  /** The next token's word. Comments before it are passed over, so this is asked only where it decides. */
  private followingWord(): string {
    const lexer = new Lexer(this.text, this.engine, this.lexer.end, this.end);
    lexer.delimiter = this.lexer.delimiter;
    lexer.conditional = this.lexer.conditional;
    let kind = lexer.next();
    while (kind === 'comment') kind = lexer.next();
    return lexer.word;
  }

  private clientCommand(): ClientCommand | undefined {
    const { start, kind, word } = this.lexer;
    const first = this.text.charAt(start);
    if (first !== '\\' && kind !== 'word') return undefined;
    const isFirst = this.open === undefined;
    if (word === 'delimiter' ? !isFirst && !(this.isLineStart(start) && !this.isInParentheses()) : !isFirst) return undefined;
    if (word !== 'delimiter' && first !== '\\' && word !== 'source' && !clientOnly.test(word)) return undefined;
    const feed = this.text.indexOf('\n', start);
    const lineEnd = feed === -1 || feed > this.end ? this.end : feed;
    return readClientCommand(this.text.slice(start, lineEnd).trimEnd(), start);
  }

  /** Between the parentheses of a table, `delimiter` is a column on a line of its own, as drivers send it. */
  private isInParentheses(): boolean {
    let depth = 0;
    for (const { word } of this.open?.tokens ?? []) {
      if (word === '(') depth += 1;
      else if (word === ')') depth -= 1;
    }
    return depth > 0;
  }

  private isLineStart(offset: number): boolean {
    const before = this.text.slice(this.text.lastIndexOf('\n', offset - 1) + 1, offset);
    return before.trim() === '';
  }

  /** `atEnd`: nothing ended it but the end of the text, or a command of the client. */
  private *close(atEnd: boolean): Generator<Piece, void, undefined> {
    const { open } = this;
    this.open = undefined;
    if (open === undefined) return;
    const { start, unterminated, body, inConditional } = open;
    const tokens = withoutLastSemicolons(open.tokens);
    const unclosed = atEnd && body.isInside;
    yield {
      start,
      end: this.endOf(open, tokens),
      tokens,
      delimiter: this.lexer.delimiter,
      ...(body.hasBody && { hasBody: true }),
      ...(unterminated !== undefined && { unterminated }),
      ...(unterminated === undefined && inConditional && { unterminated: { kind: 'comment', offset: start } }),
      ...(unclosed && { unclosed: true }),
    };
  }

  /** What never ends takes the white space at the end of the text with it. */
  private endOf({ start, end, unterminated }: Open, tokens: readonly Token[]): number {
    if (unterminated !== undefined) return start + this.text.slice(start, end).trimEnd().length;
    const last = tokens.at(-1);
    // An executable comment reaches beyond its last token.
    return last === undefined || this.text.slice(last.end, end).includes('*/') ? end : last.end;
  }
}

/** `END; //`: the client's delimiter ends it, and the semicolon before that says nothing. */
function withoutLastSemicolons(tokens: Token[]): readonly Token[] {
  while (tokens.at(-1)?.word === ';') tokens.pop();
  return tokens;
}

interface ClientCommand {
  readonly span: Span;
  readonly delimiter?: string;
  readonly elsewhere?: true;
}

/** `line`: from the command's first character on. Undefined when it is no command. */
function readClientCommand(line: string, start: number): ClientCommand | undefined {
  const span = { start, end: start + line.length };
  const delimiter = /^(?:delimiter|\\d)[ \t]+(\S+)/i.exec(line)?.[1];
  if (delimiter !== undefined) return { span, delimiter: delimiter.replace(/^(['"`])(.*)\1$/, '$2') || ';' };
  if (elsewhere.test(line)) return { span, elsewhere: true };
  return clientOnly.test(line) || /^delimiter$/i.test(line) ? { span } : undefined;
}
