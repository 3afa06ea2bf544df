import type { ObjectName } from '../model/operation';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { type Token, tokenize } from '../parse/postgres/lexer';
import { identifierOf } from './definitions';

/**
 * Reads what a statement says about an object from its words. The parser has accepted the statement before, so that only what is valid
 * has to be told apart here.
 */
export class Words {
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(readonly text: string) {
    this.tokens = tokenize(text).filter((token) => token.kind !== 'comment' && token.word !== ';');
  }

  get done(): boolean {
    return this.position >= this.tokens.length;
  }

  /** The word `ahead` tokens further, in lower case; empty for what is no word. */
  peek(ahead = 0): string {
    return this.tokens[this.position + ahead]?.word ?? '';
  }

  /** Steps over these words where they stand next. */
  accept(...words: readonly string[]): boolean {
    if (!words.every((word, ahead) => this.peek(ahead) === word)) return false;
    this.position += words.length;
    return true;
  }

  /** Steps to behind the next such word outside of parentheses; false and no step when there is none. */
  skipPast(...words: readonly string[]): boolean {
    let depth = 0;
    for (let at = this.position; at < this.tokens.length; at++) {
      const word = this.tokens[at]?.word ?? '';
      if (word === '(') depth++;
      else if (word === ')') depth--;
      else if (depth === 0 && words.every((wanted, ahead) => this.tokens[at + ahead]?.word === wanted)) {
        this.position = at + words.length;
        return true;
      }
    }
    return false;
  }

  step(): void {
    this.position++;
  }

  /** A name with its schema, if any. Operators count as names. */
  name(): ObjectName {
    const parts = [this.part()];
    while (this.accept('.')) parts.push(this.part());
    const name = parts.at(-1) ?? '';
    const schema = parts.at(-2);
    return schema === undefined ? { name } : { schema, name };
  }

  /** All parts of a dotted name. */
  parts(): string[] {
    const parts = [this.part()];
    while (this.accept('.')) parts.push(this.part());
    return parts;
  }

  /** What stands in parentheses next, with them; undefined where none do. */
  parenthesised(): string | undefined {
    if (this.peek() !== '(') return undefined;
    const start = this.tokens[this.position]?.start ?? 0;
    let depth = 0;
    while (!this.done) {
      const token = this.tokens[this.position++];
      if (token?.word === '(') depth++;
      if (token?.word === ')') depth--;
      if (depth === 0) return this.text.slice(start, token?.end);
    }
    return undefined;
  }

  /** The text up to one of these words outside of parentheses, or to the end, and steps there. */
  until(...words: readonly string[]): string {
    const start = this.tokens[this.position]?.start ?? this.text.length;
    let end = start;
    let depth = 0;
    while (!this.done) {
      const token = this.tokens[this.position];
      if (token === undefined || (depth === 0 && words.includes(token.word))) break;
      if (token.word === '(') depth++;
      if (token.word === ')') depth--;
      end = token.end;
      this.position++;
    }
    return this.text.slice(start, end);
  }

  /** Everything that is left. */
  rest(): string {
    return this.until();
  }

  private part(): string {
    const token = this.tokens[this.position++];
    return token === undefined ? '' : (identifierOf(this.text, token) ?? this.text.slice(token.start, token.end));
  }
}

/** Kinds of objects in the words of ALTER, DROP and COMMENT, longer ones first. */
const kinds = [
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'foreign data wrapper',
  'materialized view',
  'foreign table',
  'event trigger',
  'user mapping',
  'operator class',
  'operator family',
  'access method',
  'procedural language',
  'large object',
  ...[
    'table',
    'view',
    'sequence',
    'index',
    'function',
    'procedure',
    'routine',
    'aggregate',
    'type',
    'domain',
    'schema',
    'policy',
    'trigger',
  ],
  ...[
    'rule',
    'publication',
    'subscription',
    'statistics',
    'collation',
    'conversion',
    'cast',
    'server',
    'role',
    'user',
    'group',
    'database',
  ],
  ...['tablespace', 'extension', 'language', 'operator', 'transform', 'column', 'constraint'],
].map((kind) => kind.split(' '));

/** One object as a statement names it. */
export interface Target {
  /** `materialized view`. */
  readonly kind: string;
  readonly name: ObjectName;
  /** `(integer)` of functions; `USING btree`; `FOR PUBLIC SERVER s`. */
  readonly signature?: string;
  /** The relation of a trigger, a policy, a rule. */
  readonly on?: ObjectName;
  /** Of a constraint: `on` is a domain. */
  readonly onDomain?: boolean;
  /** All of it as the text has it: `FUNCTION app.f(integer)`. */
  readonly text: string;
}

/** The object that stands next: its kind, IF [NOT] EXISTS, its name. */
export function readTarget(words: Words): Target | undefined {
  const kind = kinds.find((candidate) => words.accept(...candidate))?.join(' ');
  if (kind === undefined) return undefined;
  words.accept('if', 'exists') || words.accept('if', 'not', 'exists');
  return readNamed(words, kind);
}

const functions = new Set(['function', 'procedure', 'routine', 'aggregate', 'operator']);
const onTable = new Set(['policy', 'trigger', 'rule', 'constraint']);

/** The same behind the kind. */
export function readNamed(words: Words, kind: string): Target {
  const word = kind.toUpperCase();
  if (kind === 'cast' || kind === 'user mapping' || kind === 'transform') {
    const what = kind === 'cast' ? (words.parenthesised() ?? '') : words.until('options', '(', 'with', 'from');
    return { kind, name: { name: what.replaceAll(/\s+/g, ' ') }, text: `${word} ${what}` };
  }
  const parts = words.parts();
  const name = { ...(parts.length > 1 ? { schema: parts.at(-2) ?? '' } : {}), name: parts.at(-1) ?? '' };
  const signature = functions.has(kind) ? words.parenthesised() : /^operator (class|family)$/.test(kind) ? using(words) : undefined;
  const isOn = onTable.has(kind) && words.accept('on');
  const onDomain = isOn && kind === 'constraint' && words.accept('domain');
  const on = isOn ? words.name() : undefined;
  const shown = parts.map((part, place) => (kind === 'operator' && place === parts.length - 1 ? part : quoteIdentifier(part))).join('.');
  const behind = signature === undefined ? '' : kind.includes(' ') ? ` ${signature}` : signature;
  return {
    kind,
    name,
    ...(signature === undefined ? {} : { signature }),
    ...(on === undefined ? {} : { on }),
    ...(onDomain && { onDomain }),
    text: `${word} ${shown}${behind}`,
  };
}

function using(words: Words): string | undefined {
  const has = words.skipPast('using');
  return has ? `USING ${words.name().name}` : undefined;
}

/** `name=value` per option of a list in parentheses, sorted as the server keeps them: values without quotes. */
export function readOptions(list: string): ReadonlyMap<string, string> {
  const words = new Words(list.slice(1, -1));
  const options = new Map<string, string>();
  while (!words.done) {
    const name = words.parts().join('.').toLowerCase();
    const value = words.accept('=') ? words.until(',') : 'true';
    options.set(
      name,
      value.replace(/^'(.*)'$/s, (_, text: string) => text.replaceAll("''", "'")),
    );
    words.accept(',');
  }
  return options;
}
