import { Lexer, type Token } from '../../../../parse/postgres/lexer';

/**
 * A query for the rows that an UPDATE, DELETE or MERGE writes, as (relation, place), in the order in which the server is likely to come by
 * them. Undefined where the text is none of these, or where asking would itself change something.
 */
export function touchedRowsQuery(text: string): string | undefined {
  const tokens = topLevelTokens(text);
  const verb = tokens.findIndex(({ word }) => word === 'update' || word === 'delete' || word === 'merge');
  const verbToken = tokens[verb];
  if (verbToken === undefined) return undefined;
  const prefix = text.slice(0, verbToken.start);
  if (/\b(insert|update|delete|merge)\b/i.test(prefix)) return undefined;
  const parts = new Parts(text, tokens.slice(verb + 1));
  const from = joinedRows(parts, verbToken.word);
  return from && `${prefix} SELECT ${from.qualifier}.tableoid AS relation, ${from.qualifier}.ctid AS place FROM ${from.text}`;
}

interface From {
  readonly qualifier: string;
  readonly text: string;
}

function joinedRows(parts: Parts, verb: string): From | undefined {
  switch (verb) {
    case 'update': {
      const target = parts.target([], ['set']);
      if (!target) return undefined;
      return fromOf(target, parts.between('from', ['where', 'returning']), parts.between('where', ['returning']));
    }
    case 'delete': {
      const target = parts.target(['from'], ['using', 'where', 'returning']);
      if (!target) return undefined;
      return fromOf(target, parts.between('using', ['where', 'returning']), parts.between('where', ['returning']));
    }
    default: {
      const target = parts.target(['into'], ['using']);
      const source = parts.between('using', ['on']);
      const condition = parts.between('on', ['when']);
      if (!target || source === undefined || condition === undefined) return undefined;
      return { ...target, text: `${target.text} JOIN ${source} ON ${condition}` };
    }
  }
}

function fromOf(target: From, other: string | undefined, where: string | undefined): From | undefined {
  if (where !== undefined && /^\s*current\s+of\b/i.test(where)) return undefined;
  return {
    ...target,
    text: `${target.text}${other === undefined ? '' : `, ${other}`}${where === undefined ? '' : `\nWHERE ${where}`}`,
  };
}

/** The text of a statement behind its verb, cut at words that stand outside of brackets. */
class Parts {
  constructor(
    private readonly text: string,
    private readonly tokens: readonly Token[],
  ) {}

  /** What stands behind the first `word` and before the next of `ends`. */
  between(word: string, ends: readonly string[]): string | undefined {
    const start = this.tokens.findIndex((token) => token.word === word);
    return start === -1 ? undefined : this.slice(start + 1, this.end(start + 1, ends));
  }

  /** The relation that is written, with its alias. */
  target(skipped: readonly string[], ends: readonly string[]): From | undefined {
    const start = this.tokens.findIndex(({ word }) => !skipped.includes(word));
    if (start === -1) return undefined;
    const end = this.end(start, ends);
    const names = this.tokens.slice(start, end).filter(({ kind }) => kind === 'word' || kind === 'quoted identifier');
    const last = names.at(-1);
    if (last === undefined) return undefined;
    // The alias, or the name itself: both come last.
    return { qualifier: this.text.slice(last.start, last.end), text: this.slice(start, end) };
  }

  private end(start: number, ends: readonly string[]): number {
    const found = this.tokens.findIndex(({ word }, position) => position >= start && ends.includes(word));
    return found === -1 ? this.tokens.length : found;
  }

  private slice(start: number, end: number): string {
    const first = this.tokens[start];
    const last = this.tokens[end];
    return first === undefined ? '' : this.text.slice(first.start, last?.start ?? this.text.length).replace(/;\s*$/, '');
  }
}

/** Tokens outside of brackets; a bracket and what is in it count as one token. */
export function topLevelTokens(text: string): readonly Token[] {
  const lexer = new Lexer(text);
  const tokens: Token[] = [];
  let depth = 0;
  for (let kind = lexer.next(); kind !== 'end'; kind = lexer.next()) {
    if (kind === 'comment') continue;
    const { start, end, word } = lexer;
    if (depth === 0) tokens.push({ kind, start, end, word });
    if (word === '(') depth += 1;
    else if (word === ')') depth = Math.max(0, depth - 1);
  }
  return tokens;
}
