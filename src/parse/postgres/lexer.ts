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

/** What an ASCII character can be in SQL, as bits. */
const letter = 1;
const digit = 2;
const dollar = 4;
const operator = 8;
const space = 16;

const classes = new Uint8Array(128);
for (let code = 0; code < classes.length; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) classes[code] = letter;
  else if (/\d/.test(character)) classes[code] = digit;
  else if (character === '$') classes[code] = dollar;
  else if ('+-*/<>=~!@#%^&|`?'.includes(character)) classes[code] = operator;
  else if (/\s/.test(character)) classes[code] = space;
}

const byteOrderMark = 0xfeff;
const identifierPart = letter | digit | dollar;

/** The bits of a character; everything beyond ASCII is a letter. */
function classOf(code: number): number {
  return classes[code] ?? letter;
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
    const { text, limit } = this;
    let offset = this.end;
    let code = 0;
    let found = space;
    for (; offset < limit; offset++) {
      code = text.charCodeAt(offset);
      found = classOf(code);
      if (found !== space && code !== byteOrderMark) break;
    }
    this.start = offset;
    this.terminated = true;
    if (offset >= limit) {
      this.end = limit;
      this.kind = 'end';
    } else {
      this.kind = this.read(offset, code, found);
    }
    return this.kind;
  }

  private read(offset: number, code: number, found: number): TokenKind {
    const following = offset + 1 < this.limit ? this.text.charCodeAt(offset + 1) : 0;
    if (found === letter) return this.readWord(offset, code, following);
    if (found === digit || (code === 46 && classOf(following) === digit)) return this.readNumber(offset);
    switch (code) {
      case 39:
        return this.readQuoted(offset + 1, code, false, 'string');
      case 34:
        return this.readQuoted(offset + 1, code, false, 'quoted identifier');
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
    if (found === operator) return this.readOperator(offset);
    this.end = offset + 1;
    return 'punctuation';
  }

  private readWord(offset: number, code: number, following: number): TokenKind {
    const { text, limit } = this;
    if (following === 39) {
      // In lower case: E'...', B'...', X'...', N'...'.
      const first = code | 32;
      if (first === 101) return this.readQuoted(offset + 2, 39, true, 'string');
      if (first === 98 || first === 120 || first === 110) return this.readQuoted(offset + 2, 39, false, 'string');
    }
    if (following === 38 && (code | 32) === 117) {
      const quote = text.charCodeAt(offset + 2);
      if (quote === 39) return this.readQuoted(offset + 3, quote, false, 'string');
      if (quote === 34) return this.readQuoted(offset + 3, quote, false, 'quoted identifier');
    }
    let end = offset + 1;
    for (; end < limit; end++) {
      const found = classOf(text.charCodeAt(end));
      if (found === letter || found === digit) continue;
      // `${` begins a placeholder, also behind a word.
      if (found !== dollar || text.charCodeAt(end + 1) === 123) break;
    }
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
      if (!isPoint && !isExponentSign && (classOf(code) & (digit | letter)) === 0) break;
      previous = code;
      end++;
    }
    this.end = Math.max(end, offset + 1);
    return 'number';
  }

  private readQuoted(offset: number, quote: number, backslashEscapes: boolean, kind: TokenKind): TokenKind {
    const { text, limit } = this;
    let end = offset;
    while (end < limit) {
      const code = text.charCodeAt(end);
      if (backslashEscapes && code === 92) end += 2;
      else if (code !== quote) end++;
      else if (text.charCodeAt(end + 1) === quote && end + 1 < limit) end += 2;
      else {
        this.end = end + 1;
        return kind;
      }
    }
    this.end = limit;
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
    if (classOf(following) === digit) {
      while (end < this.limit && classOf(this.text.charCodeAt(end)) === digit) end++;
      this.end = end;
      return 'parameter';
    }
    while (end < this.limit && (classOf(this.text.charCodeAt(end)) & (letter | digit)) !== 0) end++;
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
    while (end < this.limit && (classOf(this.text.charCodeAt(end)) & identifierPart) !== 0) end++;
    const isName = end > nameStart && classOf(this.text.charCodeAt(nameStart)) === letter;
    if (isName && (quote === undefined || this.text.charCodeAt(end) === quote)) {
      this.end = quote === undefined ? end : end + 1;
      return 'variable';
    }
    this.end = offset + 1;
    return 'punctuation';
  }

  private readOperator(offset: number): TokenKind {
    const { text, limit } = this;
    let end = offset;
    for (; end < limit; end++) {
      const code = text.charCodeAt(end);
      if (classOf(code) !== operator) break;
      // A comment ends an operator.
      const following = text.charCodeAt(end + 1);
      if (end > offset && ((code === 45 && following === 45) || (code === 47 && following === 42))) break;
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
