/** A word, a name in backticks, a literal, a number, or one sign of a text of MySQL or MariaDB. */
export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'sign';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

// Words may begin with a digit in a name, but never here: what the server writes is in backticks.
const pattern =
  /(?<space>\s+|--[ \t][^\n]*|#[^\n]*)|(?<hint>\/\*(?:M?!\d*)|\*\/)|(?<comment>\/\*[\s\S]*?\*\/)|(?<name>`(?:[^`]|``)*`)|(?<string>(?:_[a-z0-9]+\s*(?=['"])|[bBxXnN](?='))?(?:'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"))|(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?![\w$])|\.\d+)|(?<word>[\w$@\u0080-\uffff]+)|(?<sign><=>|<>|!=|>=|<=|:=|\|\||&&|<<|>>|->>|->|[\s\S])/g;

/**
 * The tokens of a text, without comments. What stands in a conditional comment (`NOT ENFORCED` from 8.0.16 on) counts: these are texts that
 * the server itself has written, or reads so.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const groups = match.groups ?? {};
    if (groups.space !== undefined || groups.hint !== undefined || groups.comment !== undefined) continue;
    const kind = (['name', 'string', 'number', 'word', 'sign'] as const).find((candidate) => groups[candidate] !== undefined) ?? 'sign';
    tokens.push({ kind, text: match[0], start: match.index, end: match.index + match[0].length });
  }
  return tokens;
}

/** Is the token this name, in backticks or without? Names of columns are the same in small and capital letters. */
export function isNameToken(token: Token | undefined, name: string): boolean {
  return token !== undefined && (token.kind === 'name' || token.kind === 'word') && nameOf(token).toLowerCase() === name.toLowerCase();
}

/** The name itself. */
export function nameOf({ kind, text }: Token): string {
  return kind === 'name' ? text.slice(1, -1).replaceAll('``', '`') : text;
}

/** Reads tokens one after another. */
export class TokenReader {
  private place = 0;

  constructor(
    readonly text: string,
    private readonly tokens: readonly Token[] = tokensOf(text),
  ) {}

  get next(): Token | undefined {
    return this.tokens[this.place];
  }

  get isAtEnd(): boolean {
    return this.place >= this.tokens.length;
  }

  peek(distance: number): Token | undefined {
    return this.tokens[this.place + distance];
  }

  take(): Token | undefined {
    return this.tokens[this.place++];
  }

  /** Takes these words if they come next, whatever their case. */
  takeWords(...words: readonly string[]): boolean {
    const isNext = words.every((word, distance) => {
      const token = this.peek(distance);
      return token !== undefined && token.kind !== 'string' && token.kind !== 'name' && token.text.toUpperCase() === word.toUpperCase();
    });
    if (isNext) this.place += words.length;
    return isNext;
  }

  /** What stands in the parentheses that come next, without them; undefined where none come. */
  takeParentheses(): string | undefined {
    const open = this.next;
    if (open?.text !== '(' || open.kind !== 'sign') return undefined;
    let depth = 0;
    for (let token = this.take(); token !== undefined; token = this.take()) {
      if (token.kind !== 'sign') continue;
      if (token.text === '(') depth++;
      if (token.text === ')') depth--;
      if (depth === 0) return this.text.slice(open.end, token.start);
    }
    return this.text.slice(open.end);
  }

  /** All that is left, as written. */
  rest(): string {
    const { next } = this;
    this.place = this.tokens.length;
    return next === undefined ? '' : this.text.slice(next.start).trim();
  }
}

/** The parts of a list, as written, without the commas between them. */
export function listParts(text: string): string[] {
  const parts: string[] = [];
  let [start, depth] = [0, 0];
  for (const { kind, text: sign, start: at, end } of tokensOf(text)) {
    if (kind !== 'sign') continue;
    if (sign === '(') depth++;
    if (sign === ')') depth--;
    if (sign !== ',' || depth > 0) continue;
    parts.push(text.slice(start, at).trim());
    start = end;
  }
  parts.push(text.slice(start).trim());
  return parts.filter((part) => part !== '');
}
