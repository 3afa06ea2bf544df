import type { Engine } from '../../model/engine';
import { quoteIdentifier, unquoteIdentifier } from '../../parse/mysql/identifiers';
import { type Token, tokensOf } from './tokens';

/** What is known of an expression, to write it as the server does. */
type Node =
  | { readonly kind: 'text'; readonly text: string; readonly isColumn?: boolean }
  | { readonly kind: 'call'; readonly name: string; readonly inside: readonly Node[] }
  | { readonly kind: 'prefix'; readonly operator: string; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  /** Words and nodes in a row: `x between a and b`, `case ... end`. `level`: how tightly it binds. */
  | { readonly kind: 'row'; readonly parts: readonly (string | Node)[]; readonly level: number };

/** How tightly operators bind (manual, Operator Precedence). */
const levels: Readonly<Record<string, number>> = {
  or: 1,
  xor: 2,
  and: 3,
  '=': 6,
  '<=>': 6,
  '>=': 6,
  '>': 6,
  '<=': 6,
  '<': 6,
  '<>': 6,
  like: 6,
  regexp: 6,
  '|': 7,
  '&': 8,
  '<<': 9,
  '>>': 9,
  '+': 10,
  '-': 10,
  '*': 11,
  '/': 11,
  DIV: 11,
  '%': 11,
  '^': 12,
};
const notLevel = 4;
const prefixLevel = 13;
const atom = 20;

const sameOperators: Readonly<Record<string, string>> = { '!=': '<>', '&&': 'and', '||': 'or', RLIKE: 'regexp', MOD: '%', DIV: 'DIV' };
const opposites: Readonly<Record<string, string>> = { '=': '<>', '<>': '=', '<': '>=', '>=': '<', '>': '<=', '<=': '>' };

/** What either server calls a function that has several names. */
const mysqlFunctions: Readonly<Record<string, string>> = {
  ucase: 'upper',
  lcase: 'lower',
  octet_length: 'length',
  substring: 'substr',
  mid: 'substr',
  current_date: 'curdate',
  current_timestamp: 'now',
  power: 'pow',
  ceil: 'ceiling',
  character_length: 'char_length',
};
const mariadbFunctions: Readonly<Record<string, string>> = {
  upper: 'ucase',
  lower: 'lcase',
  length: 'octet_length',
  substring: 'substr',
  mid: 'substr',
  now: 'current_timestamp',
  current_date: 'curdate',
  power: 'pow',
  ceil: 'ceiling',
  character_length: 'char_length',
};

const withoutBrackets = new Set([
  'current_timestamp',
  'current_date',
  'current_time',
  'localtime',
  'localtimestamp',
  'utc_timestamp',
  'current_user',
]);
const constants = new Set(['true', 'false', 'null', 'unknown']);

/**
 * An expression in the server's own spelling, as SHOW CREATE shows it: names in backticks, and brackets where it puts them. What is not
 * understood is left as it was written, with single spaces.
 */
export function serverExpression(text: string, engine: Engine): string {
  const parser = new ExpressionParser(tokensOf(text));
  const node = parser.whole();
  if (node === undefined) return text.trim().replaceAll(/\s+/g, ' ');
  return engine.name === 'mysql' ? mysqlText(node, false) : mariadbText(node, 0);
}

class ExpressionParser {
  private place = 0;
  private failed = false;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Node | undefined {
    const node = this.expression(0);
    return this.failed || this.place < this.tokens.length ? undefined : node;
  }

  private word(distance = 0): string {
    const token = this.tokens[this.place + distance];
    return token === undefined || token.kind === 'name' || token.kind === 'string' ? '' : token.text.toUpperCase();
  }

  private takes(...words: readonly string[]): boolean {
    if (!words.every((word, distance) => this.word(distance) === word)) return false;
    this.place += words.length;
    return true;
  }

  private fail(): Node {
    this.failed = true;
    this.place = this.tokens.length;
    return { kind: 'text', text: '' };
  }

  private operator(): string {
    const word = this.word();
    return sameOperators[word] ?? (word === '' ? '' : word.toLowerCase());
  }

  private expression(minimum: number): Node {
    let left = this.prefixed();
    while (!this.failed) {
      const special = minimum <= 6 ? this.predicate(left) : undefined;
      if (special !== undefined) {
        left = special;
        continue;
      }
      const operator = this.operator();
      const level = levels[operator];
      if (level === undefined || level <= minimum - 1 || level < minimum) return left;
      this.place++;
      left = { kind: 'binary', operator, left, right: this.expression(level + 1) };
    }
    return left;
  }

  /** `x is null`, `x in (...)`, `x between a and b`, each with NOT. */
  private predicate(left: Node): Node | undefined {
    if (this.takes('IS')) {
      const not = this.takes('NOT') ? ' not' : '';
      const word = this.word().toLowerCase();
      if (!constants.has(word)) return this.fail();
      this.place++;
      return { kind: 'row', parts: [left, ` is${not} ${word}`], level: 6 };
    }
    const negated = this.word() === 'NOT' && ['IN', 'BETWEEN', 'LIKE', 'REGEXP', 'RLIKE'].includes(this.word(1));
    if (negated) this.place++;
    const not = negated ? ' not' : '';
    if (this.takes('IN')) {
      const list = this.list();
      return { kind: 'row', parts: [left, `${not} in (`, ...joined(list), ')'], level: 6 };
    }
    if (this.takes('BETWEEN')) {
      const low = this.expression(7);
      if (!this.takes('AND')) return this.fail();
      return { kind: 'row', parts: [left, `${not} between `, low, ' and ', this.expression(7)], level: 6 };
    }
    if (negated && (this.takes('LIKE') || this.takes('REGEXP') || this.takes('RLIKE')))
      return { kind: 'row', parts: [left, ' not like ', this.expression(7)], level: 6 };
    return undefined;
  }

  private prefixed(): Node {
    if (this.takes('NOT') || this.takes('!')) return negation(this.expression(notLevel));
    if (this.takes('-')) {
      const operand = this.expression(prefixLevel);
      const isNumber = operand.kind === 'text' && /^[\d.]/.test(operand.text);
      return isNumber ? { kind: 'text', text: `-${operand.text}` } : { kind: 'prefix', operator: '-', operand };
    }
    if (this.takes('+')) return this.expression(prefixLevel);
    return this.primary();
  }

  private primary(): Node {
    const token = this.tokens[this.place];
    if (token === undefined) return this.fail();
    if (this.takes('(')) {
      const inner = this.expression(0);
      return this.takes(')') ? inner : this.fail();
    }
    if (this.takes('CASE')) return this.cases();
    if (this.word() === 'INTERVAL' && this.word(1) !== '(') return this.interval();
    this.place++;
    if (token.kind === 'string') return { kind: 'text', text: token.text };
    if (token.kind === 'number') return { kind: 'text', text: token.text };
    if (token.kind === 'sign') return this.fail();
    return token.kind === 'word' && !this.tokens[this.place - 2]?.text.endsWith('.') ? this.named(token) : this.column(token);
  }

  private named(token: Token): Node {
    const lower = token.text.toLowerCase();
    const next = this.tokens[this.place];
    if (constants.has(lower)) return { kind: 'text', text: lower };
    if (['date', 'time', 'timestamp'].includes(lower) && next?.kind === 'string') {
      this.place++;
      return { kind: 'text', text: `${token.text.toUpperCase()}${next.text}` };
    }
    if (lower === 'cast' && next?.text === '(') return this.cast();
    if (next?.text === '(') return { kind: 'call', name: lower, inside: this.list() };
    if (withoutBrackets.has(lower)) return { kind: 'call', name: lower, inside: [] };
    return this.column(token);
  }

  private column(token: Token): Node {
    let text = quoteIdentifier(unquoteIdentifier(token.text));
    while (this.takes('.')) {
      const part = this.tokens[this.place++];
      if (part === undefined) return this.fail();
      text += `.${quoteIdentifier(unquoteIdentifier(part.text))}`;
    }
    for (const [sign, name] of [
      ['->>', 'json_unquote'],
      ['->', ''],
    ] as const) {
      if (!this.takes(sign)) continue;
      const path = this.tokens[this.place++];
      const extract: Node = {
        kind: 'call',
        name: 'json_extract',
        inside: [
          { kind: 'text', text },
          { kind: 'text', text: path?.text ?? '' },
        ],
      };
      return name === '' ? extract : { kind: 'call', name, inside: [extract] };
    }
    return { kind: 'text', text, isColumn: true };
  }

  private list(): Node[] {
    const nodes: Node[] = [];
    if (!this.takes('(')) return [this.fail()];
    if (this.takes(')')) return nodes;
    do nodes.push(this.expression(0));
    while (this.takes(','));
    if (!this.takes(')')) this.fail();
    return nodes;
  }

  private cast(): Node {
    this.place++;
    const value = this.expression(0);
    if (!this.takes('AS')) return this.fail();
    let type = '';
    let depth = 1;
    for (;;) {
      const token = this.tokens[this.place++];
      if (token === undefined) return this.fail();
      if (token.text === '(') depth++;
      if (token.text === ')' && --depth === 0) break;
      type += `${type === '' || /[(),]$/.test(type) || /^[(),]/.test(token.text) ? '' : ' '}${token.text.toLowerCase()}`;
    }
    return { kind: 'row', parts: ['cast(', value, ` as ${type})`], level: atom };
  }

  private cases(): Node {
    const parts: (string | Node)[] = ['case '];
    if (this.word() !== 'WHEN') parts.push(this.expression(0), ' ');
    while (this.takes('WHEN')) {
      const when = this.expression(0);
      if (!this.takes('THEN')) return this.fail();
      parts.push('when ', when, ' then ', this.expression(0), ' ');
    }
    if (this.takes('ELSE')) parts.push('else ', this.expression(0), ' ');
    if (!this.takes('END')) return this.fail();
    return { kind: 'row', parts: [...parts, 'end'], level: 5 };
  }

  private interval(): Node {
    this.place++;
    const amount = this.expression(0);
    const unit = this.tokens[this.place++]?.text.toLowerCase() ?? '';
    return { kind: 'row', parts: ['interval ', amount, ` ${unit}`], level: atom };
  }
}

function joined(nodes: readonly Node[]): (string | Node)[] {
  return nodes.flatMap((node, place) => (place === 0 ? [node] : [',', node]));
}

/** Both servers turn a negated comparison round when they read it. */
function negation(node: Node): Node {
  if (node.kind === 'binary' && opposites[node.operator] !== undefined) return { ...node, operator: opposites[node.operator] ?? '' };
  return { kind: 'prefix', operator: 'not', operand: node };
}

/** MySQL puts brackets round every operator, and tells the character set of every string. */
function mysqlText(node: Node, asCondition: boolean): string {
  switch (node.kind) {
    case 'text':
      if (asCondition && node.isColumn) return `(0 <> ${node.text})`;
      return /^['"]/.test(node.text) ? `_utf8mb4${singleQuoted(node.text)}` : node.text;
    case 'call': {
      const name = mysqlFunctions[node.name] ?? node.name;
      const inside = node.inside.map((part) => mysqlText(part, false));
      return name === 'mod' ? `(${inside.join(' % ')})` : `${name}(${inside.join(',')})`;
    }
    case 'prefix':
      return node.operator === 'not' ? `(not(${mysqlText(node.operand, true)}))` : `${node.operator}(${mysqlText(node.operand, false)})`;
    case 'binary': {
      const { operator } = node;
      if (operator === 'regexp') return `regexp_like(${mysqlText(node.left, false)},${mysqlText(node.right, false)})`;
      const isLogical = operator === 'and' || operator === 'or' || operator === 'xor';
      const parts = operator === 'and' || operator === 'or' ? chain(node, operator) : [node.left, node.right];
      return `(${parts.map((part) => mysqlText(part, isLogical)).join(` ${operator} `)})`;
    }
    case 'row': {
      const text = node.parts.map((part) => (typeof part === 'string' ? part : mysqlText(part, false))).join('');
      return node.level === atom ? text : `(${text})`;
    }
  }
}

function chain(node: Node, operator: string): Node[] {
  return node.kind === 'binary' && node.operator === operator ? [...chain(node.left, operator), ...chain(node.right, operator)] : [node];
}

function levelOf(node: Node): number {
  if (node.kind === 'binary') return levels[node.operator] ?? atom;
  if (node.kind === 'prefix') return node.operator === 'not' ? notLevel : prefixLevel;
  return node.kind === 'row' ? node.level : atom;
}

/** MariaDB puts brackets only where they are needed. */
function mariadbText(node: Node, minimum: number): string {
  const text = mariadbPlain(node);
  return levelOf(node) < minimum ? `(${text})` : text;
}

function mariadbPlain(node: Node): string {
  switch (node.kind) {
    case 'text':
      return /^"/.test(node.text) ? singleQuoted(node.text) : node.text;
    case 'call': {
      const inside = node.inside.map((part) => mariadbText(part, 0));
      if (node.name === 'mod') return inside.join(' MOD ');
      return `${mariadbFunctions[node.name] ?? node.name}(${inside.join(',')})`;
    }
    case 'prefix':
      return node.operator === 'not'
        ? `!${mariadbText(node.operand, prefixLevel)}`
        : `${node.operator}${mariadbText(node.operand, prefixLevel)}`;
    case 'binary': {
      const level = levels[node.operator] ?? atom;
      const operator = node.operator === '%' ? 'MOD' : node.operator;
      return `${mariadbText(node.left, level)} ${operator} ${mariadbText(node.right, level + (level > 6 ? 1 : 0))}`;
    }
    case 'row':
      return node.parts.map((part) => (typeof part === 'string' ? part : mariadbText(part, node.level === 6 ? 7 : 0))).join('');
  }
}

function singleQuoted(text: string): string {
  return text.startsWith('"') ? `'${text.slice(1, -1).replaceAll('""', '"').replaceAll("'", "''")}'` : text;
}
