import { ownValue } from '../model/own-value';
import { tokenize } from '../parse/postgres/lexer';
import { all, as, strings } from '../parse/postgres/operations/nodes';
import { typeText } from '../parse/postgres/operations/types';
import { statementTree } from '../parse/postgres/read';
import { identifierOf } from './definitions';

/** Is the expression the value of that column, as it is or cast, and does the target's type keep it? `old`, `old::text::mood`. */
export function holdsValueOf(
  expression: string,
  source: { readonly name: string; readonly type: string | undefined },
  target?: string,
): boolean {
  const [value] = all(as(statementTree(`SELECT ${expression}`), 'SelectStmt')?.targetList, 'ResTarget');
  const types: string[] = [];
  let node = value?.val;
  for (let cast = as(node, 'TypeCast'); cast !== undefined; cast = as(node, 'TypeCast')) {
    types.unshift(typeText(cast.typeName));
    node = cast.arg;
  }
  if (strings(as(node, 'ColumnRef')?.fields).at(-1) !== source.name) return false;
  // A cast that is written out cuts what is too long, silently; an assignment refuses it (manual, Character Types).
  if (types.some((type) => /^(?:character|bit)\b.*\(/.test(type))) return false;
  let from = source.type;
  for (const type of [...types, ...(target === undefined ? [] : [target])]) {
    if (!keepsValues(from, type)) return false;
    from = type;
  }
  return true;
}

const whole = ['smallint', 'integer', 'bigint'];
const texts = ['text', 'character varying', 'character'];

/** Types that round or cut what comes from others, instead of refusing it (PostgreSQL 12 to 18), and those from which nothing is lost. */
const exactFrom: Readonly<Record<string, readonly string[]>> = {
  smallint: [...whole, ...texts, 'boolean'],
  integer: [...whole, ...texts, 'boolean'],
  bigint: [...whole, ...texts],
  real: ['smallint'],
  'double precision': ['smallint', 'integer', 'real'],
  money: ['smallint', 'integer'],
  boolean: texts,
  date: texts,
  'time without time zone': texts,
  name: [],
  '"char"': [],
};

function keepsValues(from: string | undefined, to: string): boolean {
  if (from === to) return true;
  const [base, source] = [to, from].map((type) => type?.replace(/\([^)]*\)/, ''));
  if (/^(?:numeric|timestamp|time|interval)\b.*\(/.test(to)) return base === 'numeric' && whole.includes(from ?? '');
  const exact = ownValue(exactFrom, base ?? '');
  return exact === undefined || source === base || exact.includes(source ?? '');
}

/** Rows that a condition leaves out hold no value, or hold the copy already. */
export function leavesNoneOut(where: string | undefined, source: string, copy: string): boolean {
  if (where === undefined) return true;
  const [, name = '', not] = /^\(*\s*("(?:[^"]|"")+"|[a-z_][\w$]*)\s+is\s+(not\s+)?null\s*\)*$/i.exec(where.trim()) ?? [];
  const [token] = tokenize(name);
  return token !== undefined && identifierOf(name, token) === (not === undefined ? copy : source);
}
