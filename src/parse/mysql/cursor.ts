import type { Engine } from '../../model/engine';
import type { ObjectName } from '../../model/operation';
import type { Span } from '../../model/text';
import type { Token } from './lexer';
import { isReserved, unquoted } from './names';

/** What was looked for and not found. */
export interface Problem {
  /** Number of the token; the number of tokens is behind the last one. */
  readonly at: number;
  /** As the end of a sentence: `a column's name`. */
  readonly expected: string;
}

const none: Token = { kind: 'end', start: 0, end: 0, word: '' };

/**
 * Reads one statement word by word. The first thing that does not fit is kept as `problem`, and the cursor goes to the end at once: every
 * later question is answered as at the end of the text, so that readers need no way out of their own, and their result is thrown away.
 */
export class Cursor {
  index = 0;
  problem: Problem | undefined;
  private readonly limit: number;

  constructor(
    /** The text in which the tokens' offsets count. */
    readonly text: string,
    readonly tokens: readonly Token[],
    readonly engine: Engine,
    /** From a span of `text` to that of the file. */
    readonly toFile: (span: Span) => Span = (span) => span,
    start = 0,
    limit = tokens.length,
  ) {
    this.index = start;
    this.limit = limit;
  }

  get isMariadb(): boolean {
    return this.engine.name === 'mariadb';
  }

  get atEnd(): boolean {
    return this.index >= this.limit;
  }

  /** The token `ahead` places on; one of kind `end` behind the last. */
  token(ahead = 0): Token {
    const at = this.index + ahead;
    return at >= this.limit || at < 0 ? none : (this.tokens[at] ?? none);
  }

  /** Its word, empty for what is none. */
  word(ahead = 0): string {
    return this.token(ahead).word;
  }

  /** Do these words stand here, one after the other? */
  is(...words: readonly string[]): boolean {
    return words.every((word, ahead) => this.word(ahead) === word);
  }

  isOneOf(words: ReadonlySet<string>): boolean {
    return words.has(this.word());
  }

  /** Steps over these words, all or none. */
  accept(...words: readonly string[]): boolean {
    if (!this.is(...words)) return false;
    this.index += words.length;
    return true;
  }

  /** Steps over one of these words, and gives it. */
  acceptOne(...words: readonly string[]): string | undefined {
    const word = this.word();
    if (word === '' || !words.includes(word)) return undefined;
    this.index++;
    return word;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) this.fail(word.toUpperCase());
  }

  /** Steps over one token and gives it. */
  next(): Token {
    const token = this.token();
    if (!this.atEnd) this.index++;
    return token;
  }

  fail(expected: string): void {
    this.problem ??= { at: Math.min(this.index, this.limit), expected };
    this.index = this.limit;
  }

  /** `=`, or in SET also `:=`, where it may be left out. */
  acceptEquals(): boolean {
    return this.accept('=') || this.accept(':=');
  }

  /** Can the token be a name as it stands? Behind a point any word can, and directly before one. */
  isName(ahead = 0): boolean {
    const { kind, word, end } = this.token(ahead);
    if (kind === 'quoted identifier' || kind === 'placeholder') return true;
    if (kind !== 'word') return false;
    const next = this.token(ahead + 1);
    return this.word(ahead - 1) === '.' || (next.word === '.' && next.start === end) || !isReserved(word, this.engine);
  }

  /** One name without quotes. `what` ends the sentence of a problem: `the name of a column`. */
  name(what: string): string {
    if (!this.isName()) {
      this.fail(what);
      return '';
    }
    // `${prefix}users` and `` `${prefix}users` `` are one name.
    let text = this.unquotedAt(0);
    this.index++;
    while (this.touches() && this.isName()) {
      text += this.unquotedAt(0);
      this.index++;
    }
    return text;
  }

  /** Do the last token and this one stand together, one of them a placeholder? */
  private touches(): boolean {
    const before = this.tokens[this.index - 1];
    const here = this.token();
    return before !== undefined && before.end === here.start && (before.kind === 'placeholder' || here.kind === 'placeholder');
  }

  private unquotedAt(ahead: number): string {
    const token = this.token(ahead);
    return unquoted(this.text.slice(token.start, token.end));
  }

  /** `name` or `database.name`. */
  objectName(what: string): ObjectName {
    // `.name` is a table of the session's database (ODBC).
    this.accept('.');
    const first = this.name(what);
    if (!this.accept('.')) return { name: first };
    return { schema: first, name: this.name(what) };
  }

  /** Names between commas. */
  objectNames(what: string): ObjectName[] {
    return this.list(() => this.objectName(what));
  }

  /** One or more, between commas. */
  list<T>(read: () => T): T[] {
    const found = [read()];
    while (this.accept(',')) found.push(read());
    return found;
  }

  /** `( item, item )` */
  bracketed<T>(read: () => T): T[] {
    this.expect('(');
    const found = this.list(read);
    this.expect(')');
    return found;
  }

  /** The value of a string literal; adjacent ones are one string. */
  string(what: string): string {
    if (this.token().kind !== 'string') {
      this.fail(what);
      return '';
    }
    let value = '';
    while (this.token().kind === 'string') value += unquoted(this.raw(this.next()));
    return value;
  }

  /** A whole number as it stands. */
  number(what: string): string {
    const token = this.token();
    if (token.kind !== 'number' && token.kind !== 'placeholder' && token.kind !== 'parameter') {
      this.fail(what);
      return '';
    }
    this.index++;
    return this.raw(token);
  }

  raw({ start, end }: Span): string {
    return this.text.slice(start, end);
  }

  /** From the token `from` to the one before this, as it stands in the text. */
  since(from: number): string {
    return this.raw(this.spanSince(from));
  }

  /** Offsets from the token `from` to the last one that was stepped over. */
  spanSince(from: number): Span {
    const first = this.tokens[from];
    const last = this.tokens[this.index - 1];
    if (first === undefined || last === undefined || this.index <= from) return { start: first?.start ?? 0, end: first?.start ?? 0 };
    return { start: first.start, end: last.end };
  }

  /** Steps over a bracket and all that is in it, and gives the inner text. */
  brackets(): string {
    const from = this.index + 1;
    this.skipBrackets();
    const first = this.tokens[from];
    const last = this.tokens[this.index - 1];
    return first === undefined || last === undefined || this.problem !== undefined ? '' : this.text.slice(first.start, last.start).trim();
  }

  skipBrackets(): void {
    if (this.word() !== '(') {
      this.fail('(');
      return;
    }
    let depth = 0;
    while (!this.atEnd) {
      const { word } = this.next();
      if (word === '(') depth++;
      if (word === ')' && --depth === 0) return;
    }
    this.fail(')');
  }

  /** Another cursor over the tokens from `from` to this place, or to `limit`; its problems are its own. */
  between(from: number, limit = this.index): Cursor {
    return new Cursor(this.text, this.tokens.slice(0, limit), this.engine, this.toFile, from);
  }

  /** Everything that is left, as it stands. */
  rest(): string {
    const from = this.index;
    this.index = this.limit;
    return this.since(from);
  }
}
