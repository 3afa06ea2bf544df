/**
 * Cuts SQL text into tokens where PostgreSQL's own scanner does (manual, "Lexical Structure"), with two differences: it never fails
 * (an unterminated literal runs to the end), and it knows what only tools know: psql's backslash commands and variables, `${...}`.
 * Offsets are UTF-16 code units. The parser proper is libpg-query; this finds boundaries that the parser does not report.
 */
export type TokenKind =
  | 'word'
  | 'quoted identifier'
  | 'string'
  | 'dollar string'
  | 'number'
  | 'parameter'
  | 'operator'
  | 'punctuation'
  | 'comment'
  | 'variable'
  | 'backslash'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** Lower-case for words, the text itself for punctuation and operators, empty for the rest. */
  readonly word: string;
}

const operatorCharacters = new Set('+-*/<>=~!@#%^&|`?');

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xfeff;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Letters, underscore, and everything beyond ASCII. */
export function isIdentifierStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128;
}

export function isIdentifierPart(code: number): boolean {
  return isIdentifierStart(code) || isDigit(code) || code === 36;
}

/** Steps through `text` from `offset` to `limit`. The fields describe the token that `next` found last. */
export class Lexer {
  kind: TokenKind = 'end';
  start = 0;
  end = 0;
  /** False when a literal or comment ran into the end of the text. */
  terminated = true;
  /** How deeply the block comment nests that was found last. */
  commentDepth = 0;

  constructor(
    readonly text: string,
    offset = 0,
    readonly limit = text.length,
  ) {
    this.end = offset;
  }

  /** Moves to `offset`; the next token is looked for from there. */
  seek(offset: number): void {
    this.end = offset;
  }

  get word(): string {
    return this.kind === 'word' || this.kind === 'punctuation' || this.kind === 'operator'
      ? this.text.slice(this.start, this.end).toLowerCase()
      : '';
  }

  /** Finds the next token and says its kind; comments are tokens, white space is not. */
  next(): TokenKind {
    let offset = this.end;
    while (offset < this.limit && isSpace(this.text.charCodeAt(offset))) offset++;
    this.start = offset;
    this.terminated = true;
    if (offset >= this.limit) {
      this.end = this.limit;
      this.kind = 'end';
    } else {
      this.kind = this.read(offset, this.text.charCodeAt(offset));
    }
    return this.kind;
  }

  private read(offset: number, code: number): TokenKind {
    const following = offset + 1 < this.limit ? this.text.charCodeAt(offset + 1) : 0;
    if (isIdentifierStart(code)) return this.readWord(offset, following);
    if (isDigit(code) || (code === 46 && isDigit(following))) return this.readNumber(offset);
    switch (code) {
      case 39:
        return this.readQuoted(offset + 1, "'", false, 'string');
      case 34:
        return this.readQuoted(offset + 1, '"', false, 'quoted identifier');
      case 36:
        return this.readDollar(offset, following);
      case 45:
        if (following === 45) return this.readLineComment(offset);
        break;
      case 47:
        if (following === 42) return this.readBlockComment(offset);
        break;
      case 58:
        return this.readColon(offset, following);
      case 92:
        this.end = offset + 1;
        return 'backslash';
    }
    if (operatorCharacters.has(this.text.charAt(offset))) return this.readOperator(offset);
    this.end = offset + 1;
    return 'punctuation';
  }

  private readWord(offset: number, following: number): TokenKind {
    const first = this.text.charAt(offset);
    if (following === 39) {
      if (first === 'e' || first === 'E') return this.readQuoted(offset + 2, "'", true, 'string');
      if ('bBxXnN'.includes(first)) return this.readQuoted(offset + 2, "'", false, 'string');
    }
    if ((first === 'u' || first === 'U') && following === 38) {
      const quote = this.text.charAt(offset + 2);
      if (quote === "'") return this.readQuoted(offset + 3, quote, false, 'string');
      if (quote === '"') return this.readQuoted(offset + 3, quote, false, 'quoted identifier');
    }
    let end = offset + 1;
    while (end < this.limit && isIdentifierPart(this.text.charCodeAt(end)) && !this.text.startsWith('${', end)) end++;
    this.end = end;
    return 'word';
  }

  private readNumber(offset: number): TokenKind {
    let end = offset;
    let previous = 0;
    while (end < this.limit) {
      const code = this.text.charCodeAt(end);
      const isExponentSign = (code === 43 || code === 45) && (previous === 101 || previous === 69);
      // `1..10` is a slice, not a number with two points.
      const isPoint = code === 46 && this.text.charCodeAt(end + 1) !== 46 && previous !== 46;
      if (!isDigit(code) && !isPoint && !isExponentSign && !isIdentifierStart(code)) break;
      previous = code;
      end++;
    }
    this.end = Math.max(end, offset + 1);
    return 'number';
  }

  private readQuoted(offset: number, quote: string, backslashEscapes: boolean, kind: TokenKind): TokenKind {
    let end = offset;
    while (end < this.limit) {
      const character = this.text.charAt(end);
      if (backslashEscapes && character === '\\') end += 2;
      else if (character !== quote) end++;
      else if (this.text.charAt(end + 1) === quote && end + 1 < this.limit) end += 2;
      else {
        this.end = end + 1;
        return kind;
      }
    }
    this.end = this.limit;
    this.terminated = false;
    return kind;
  }

  private readDollar(offset: number, following: number): TokenKind {
    if (following === 123) {
      const close = this.text.indexOf('}', offset);
      const lineEnd = this.text.indexOf('\n', offset);
      if (close !== -1 && close < this.limit && (lineEnd === -1 || close < lineEnd)) {
        this.end = close + 1;
        return 'variable';
      }
    }
    let end = offset + 1;
    if (isDigit(following)) {
      while (end < this.limit && isDigit(this.text.charCodeAt(end))) end++;
      this.end = end;
      return 'parameter';
    }
    while (end < this.limit && isIdentifierPart(this.text.charCodeAt(end)) && this.text.charCodeAt(end) !== 36) end++;
    if (this.text.charCodeAt(end) !== 36 || end >= this.limit) {
      this.end = offset + 1;
      return 'punctuation';
    }
    const tag = this.text.slice(offset, end + 1);
    const close = this.text.indexOf(tag, end + 1);
    this.terminated = close !== -1 && close + tag.length <= this.limit;
    this.end = this.terminated ? close + tag.length : this.limit;
    return 'dollar string';
  }

  private readLineComment(offset: number): TokenKind {
    this.commentDepth = 0;
    let end = offset;
    while (end < this.limit && this.text.charCodeAt(end) !== 10 && this.text.charCodeAt(end) !== 13) end++;
    this.end = end;
    return 'comment';
  }

  private readBlockComment(offset: number): TokenKind {
    let depth = 1;
    this.commentDepth = 1;
    let end = offset + 2;
    while (end < this.limit && depth > 0) {
      const pair = this.text.charCodeAt(end) * 256 + this.text.charCodeAt(end + 1);
      if (pair === 42 * 256 + 47) depth--;
      else if (pair === 47 * 256 + 42) this.commentDepth = Math.max(this.commentDepth, ++depth);
      else {
        end++;
        continue;
      }
      end += 2;
    }
    this.end = Math.min(end, this.limit);
    this.terminated = depth === 0;
    return 'comment';
  }

  /** `::` and `:=` are operators; `:name`, `:'name'` and `:"name"` are psql variables (manual, psql, "SQL Interpolation"). */
  private readColon(offset: number, following: number): TokenKind {
    this.end = offset + 2;
    if (following === 58 || following === 61) return 'operator';
    const quote = following === 39 || following === 34 ? following : undefined;
    let end = quote === undefined ? offset + 1 : offset + 2;
    const nameStart = end;
    while (end < this.limit && isIdentifierPart(this.text.charCodeAt(end))) end++;
    const isName = end > nameStart && isIdentifierStart(this.text.charCodeAt(nameStart));
    if (isName && (quote === undefined || this.text.charCodeAt(end) === quote)) {
      this.end = quote === undefined ? end : end + 1;
      return 'variable';
    }
    this.end = offset + 1;
    return 'punctuation';
  }

  private readOperator(offset: number): TokenKind {
    let end = offset;
    while (end < this.limit && operatorCharacters.has(this.text.charAt(end))) {
      const pair = this.text.slice(end, end + 2);
      if (end > offset && (pair === '--' || pair === '/*')) break;
      end++;
    }
    this.end = end;
    return 'operator';
  }
}

/** All tokens of a stretch of text, without comments. */
export function tokenize(text: string, start = 0, end = text.length): Token[] {
  const lexer = new Lexer(text, start, end);
  const tokens: Token[] = [];
  while (lexer.next() !== 'end') {
    if (lexer.kind !== 'comment') tokens.push({ kind: lexer.kind, start: lexer.start, end: lexer.end, word: lexer.word });
  }
  return tokens;
}
