import { type Engine, isAtLeast } from '../../model/engine';
import { conditionalAt } from './conditional';

/**
 * Cuts SQL text into tokens where MySQL's and MariaDB's scanners do (MySQL manual, "Language Structure"), with these differences: it never
 * fails (an unterminated literal runs to the end), it knows `${...}` of tools and the client's DELIMITER. What is assumed of `sql_mode` is
 * the default: double quotes make strings, backslashes escape. Offsets are UTF-16 code units.
 */
export type TokenKind =
  | 'word'
  | 'quoted identifier'
  | 'string'
  | 'number'
  /** `?` of a prepared statement. */
  | 'parameter'
  /** `@name`, `@@name`; the host of an account as well. */
  | 'variable'
  /** `${name}` */
  | 'placeholder'
  | 'operator'
  | 'punctuation'
  | 'comment'
  /** What the client's DELIMITER command set, or a semicolon. */
  | 'delimiter'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** Lower-case for words, the text itself for punctuation and operators, empty for the rest. */
  readonly word: string;
}

const operators = new Set([':=', '->>', '->', '<=>', '<=', '>=', '<>', '!=', '||', '&&', '<<', '>>']);
const operatorCharacters = '+-*/<>=!%&|^~:';

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xfeff;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Letters, digits, `$`, underscore, and everything beyond ASCII (manual, "Schema Object Names"). */
export function isIdentifierPart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code) || code === 95 || code === 36 || code >= 128;
}

/** Steps through `text` from `offset` to `limit`. The fields describe the token that `next` found last. */
export class Lexer {
  kind: TokenKind = 'end';
  start = 0;
  end = 0;
  /** Lower-case for words, the text itself for punctuation and operators, empty for the rest. */
  word = '';
  /** False when a literal or comment ran into the end of the text. */
  terminated = true;
  delimiter = ';';
  /** Where the executable comment begins that the scanner is in. */
  conditional: number | undefined;
  /** Behind the executable comment that was closed last. */
  conditionalEnd = 0;

  constructor(
    readonly text: string,
    private readonly engine: Engine,
    offset = 0,
    readonly limit = text.length,
  ) {
    this.end = offset;
  }

  /** Moves to `offset`; the next token is looked for from there. */
  seek(offset: number): void {
    this.end = offset;
    this.conditional = undefined;
  }

  /** Finds the next token and says its kind; comments are tokens, white space and the marks of executable comments are not. */
  next(): TokenKind {
    this.terminated = true;
    this.word = '';
    this.toToken();
    if (this.start >= this.limit) {
      this.end = this.limit;
      this.kind = 'end';
    } else if (this.isDelimiter(this.start)) {
      this.end = this.start + this.delimiter.length;
      this.kind = 'delimiter';
    } else {
      this.kind = this.read(this.start, this.text.charCodeAt(this.start));
      if (this.kind === 'word') this.word = this.text.slice(this.start, this.end).toLowerCase();
      else if (this.kind === 'punctuation' || this.kind === 'operator') this.word = this.text.slice(this.start, this.end);
    }
    return this.kind;
  }

  /** Over white space, and into or out of executable comments. */
  private toToken(): void {
    let offset = this.end;
    for (;;) {
      while (offset < this.limit && isSpace(this.text.charCodeAt(offset))) offset++;
      const code = this.text.charCodeAt(offset);
      const following = this.text.charCodeAt(offset + 1);
      if (code === 42 && following === 47 && this.conditional !== undefined) {
        this.conditional = undefined;
        offset += 2;
        this.conditionalEnd = offset;
      } else if (code === 47 && following === 42 && this.conditional === undefined) {
        const found = conditionalAt(this.text, offset, this.engine);
        if (found?.runs !== true || found.contentStart > this.limit) break;
        this.conditional = offset;
        offset = found.contentStart;
      } else break;
    }
    this.start = offset;
  }

  private isDelimiter(offset: number): boolean {
    return this.text.startsWith(this.delimiter, offset);
  }

  private read(offset: number, code: number): TokenKind {
    const following = offset + 1 < this.limit ? this.text.charCodeAt(offset + 1) : 0;
    // What follows a name and a point without a space is a name, whatever its first character.
    if (isDigit(code) && !this.isBehindName(offset)) return this.readNumber(offset, following);
    if (code === 36) return this.readDollar(offset, following);
    if (isIdentifierPart(code)) return this.readWord(offset, following);
    switch (code) {
      case 39:
      case 34:
        return this.readQuoted(offset + 1, code, true, 'string');
      case 96:
        return this.readQuoted(offset + 1, code, false, 'quoted identifier');
      case 35:
        return this.readLineComment(offset);
      case 45:
        // Two dashes need white space behind them: `5--1` is a subtraction.
        if (following === 45 && this.endsDashes(offset + 2)) return this.readLineComment(offset);
        break;
      case 47:
        if (following === 42) return this.readBlockComment(offset);
        break;
      case 46:
        if (isDigit(following) && !this.isBehindName(offset + 1)) return this.readNumber(offset, following);
        break;
      case 64:
        return this.readVariable(offset, following);
      case 63:
        this.end = offset + 1;
        return 'parameter';
    }
    return this.readOperator(offset);
  }

  private endsDashes(offset: number): boolean {
    return offset >= this.limit || this.text.charCodeAt(offset) <= 32;
  }

  /** Is there a point directly before, and a name directly before that? */
  private isBehindName(offset: number): boolean {
    if (this.text.charCodeAt(offset - 1) !== 46 || offset < 2) return false;
    const before = this.text.charCodeAt(offset - 2);
    return before === 96 || isIdentifierPart(before);
  }

  private readWord(offset: number, following: number): TokenKind {
    const first = this.text.charCodeAt(offset) | 32;
    // n'...', x'...', b'...'
    if (following === 39 && (first === 110 || first === 120 || first === 98))
      return this.readQuoted(offset + 2, 39, first === 110, 'string');
    this.end = this.wordEnd(offset + 1);
    return 'word';
  }

  private wordEnd(offset: number): number {
    const checksDelimiter = isIdentifierPart(this.delimiter.charCodeAt(0));
    let end = offset;
    while (end < this.limit && isIdentifierPart(this.text.charCodeAt(end))) {
      if (checksDelimiter && this.isDelimiter(end)) break;
      if (this.text.charCodeAt(end) === 36 && this.text.charCodeAt(end + 1) === 123) break;
      end++;
    }
    return end;
  }

  private readNumber(offset: number, following: number): TokenKind {
    if (this.text.charCodeAt(offset) === 48 && (following === 120 || following === 98)) {
      this.end = this.wordEnd(offset + 2);
      return 'number';
    }
    let end = offset;
    while (end < this.limit && isDigit(this.text.charCodeAt(end))) end++;
    const isWhole = this.text.charCodeAt(end) !== 46;
    if (!isWhole) {
      end++;
      while (end < this.limit && isDigit(this.text.charCodeAt(end))) end++;
    }
    const exponent = /^[eE][+-]?\d+/.exec(this.text.slice(end, Math.min(end + 12, this.limit)))?.[0] ?? '';
    end += exponent.length;
    const wordEnd = this.wordEnd(end);
    // `2020_users` is a name (manual: "Identifiers may begin with a digit").
    this.end = isWhole ? Math.max(end, wordEnd) : end;
    return isWhole && wordEnd > end ? 'word' : 'number';
  }

  private readQuoted(offset: number, quote: number, backslashEscapes: boolean, kind: TokenKind): TokenKind {
    let end = offset;
    while (end < this.limit) {
      const code = this.text.charCodeAt(end);
      if (code === 92 && backslashEscapes) end += 2;
      else if (code !== quote) end++;
      else if (this.text.charCodeAt(end + 1) === quote && end + 1 < this.limit) end += 2;
      else {
        this.end = end + 1;
        return kind;
      }
    }
    this.end = this.limit;
    this.terminated = false;
    return kind;
  }

  /** `${name}`; `$tag$...$tag$` of MySQL's routines in other languages; else a name may begin with it. */
  private readDollar(offset: number, following: number): TokenKind {
    if (following === 123) {
      const close = this.text.indexOf('}', offset);
      if (close !== -1 && close < this.limit && !this.text.slice(offset, close).includes('\n')) {
        this.end = close + 1;
        return 'placeholder';
      }
    }
    const tag =
      this.engine.name === 'mysql' && isAtLeast(this.engine, 8, 4) ? /^\$\w*\$/.exec(this.text.slice(offset, offset + 64))?.[0] : undefined;
    const close = tag === undefined ? -1 : this.text.indexOf(tag, offset + tag.length);
    if (tag !== undefined && close !== -1 && close + tag.length <= this.limit) {
      this.end = close + tag.length;
      return 'string';
    }
    this.end = this.wordEnd(offset + 1);
    return 'word';
  }

  private readLineComment(offset: number): TokenKind {
    const feed = this.text.indexOf('\n', offset);
    this.end = feed === -1 || feed > this.limit ? this.limit : feed;
    return 'comment';
  }

  /** Comments don't nest, but one stands in an executable comment that this server does not run (MySQL manual, "Comments"). */
  private readBlockComment(offset: number): TokenKind {
    const mayNest = conditionalAt(this.text, offset, this.engine) !== undefined;
    let from = offset + 2;
    let close = this.text.indexOf('*/', from);
    if (mayNest) {
      for (let inner = this.text.indexOf('/*', from); inner !== -1 && inner < close; inner = this.text.indexOf('/*', from)) {
        from = close + 2;
        close = this.text.indexOf('*/', from);
      }
    }
    this.terminated = close !== -1 && close + 2 <= this.limit;
    this.end = this.terminated ? close + 2 : this.limit;
    return 'comment';
  }

  private readVariable(offset: number, following: number): TokenKind {
    let start = offset + 1;
    if (following === 64) start++;
    const quote = this.text.charCodeAt(start);
    if (start < this.limit && (quote === 39 || quote === 34 || quote === 96)) {
      return this.readQuoted(start + 1, quote, quote !== 96, 'variable');
    }
    let end = start;
    while (end < this.limit && (isIdentifierPart(this.text.charCodeAt(end)) || this.text.charCodeAt(end) === 46)) {
      if (this.isDelimiter(end)) break;
      end++;
    }
    this.end = end;
    return 'variable';
  }

  private readOperator(offset: number): TokenKind {
    const isOperator = operatorCharacters.includes(this.text.charAt(offset));
    this.end = offset + 1;
    if (!isOperator) return 'punctuation';
    for (const length of [3, 2]) {
      if (offset + length > this.limit || !operators.has(this.text.slice(offset, offset + length))) continue;
      this.end = offset + length;
      break;
    }
    return 'operator';
  }
}

/** All tokens of a stretch of text, without comments and delimiters. */
export function tokenize(text: string, engine: Engine, start = 0, end = text.length): Token[] {
  const lexer = new Lexer(text, engine, start, end);
  const tokens: Token[] = [];
  while (lexer.next() !== 'end') {
    if (lexer.kind === 'comment') continue;
    tokens.push({ kind: lexer.kind, start: lexer.start, end: lexer.end, word: lexer.word });
  }
  return tokens;
}
