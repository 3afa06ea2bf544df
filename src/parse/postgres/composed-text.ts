import type { Node } from '@pgsql/types';
import { as, strings } from './operations/nodes';
import { statementTree } from './read';

/** Around what only a run knows: characters that no program has (Unicode, "Private-Use Characters"). */
const [open, close] = ['\uE000', '\uE001'];
const holes = new RegExp(`${open}[^${close}]*${close}`, 'g');
/** Texts, names in quotes, and whole words with the holes in them: a word without one is passed over at once, however long it is. */
const holders = new RegExp(`'(?:[^']|'')*'|"(?:[^"]|"")*"|(?:[\\w$]|${open}[^${close}]*${close})+`, 'g');

/** The text that an expression of SQL puts together, with its parts that only a run knows as holes. Undefined when no part of it is constant. */
export function composedText(expression: string): string | undefined {
  const [target] = as(statementTree(`SELECT ${expression}`), 'SelectStmt')?.targetList ?? [];
  return textOf(as(target, 'ResTarget')?.val);
}

/** With the same word in all holes. */
export function withWord(composed: string, word: string): string {
  return composed.replaceAll(holes, word);
}

/** With a name in place of what holds a hole, so that a statement can be read: `p_` and the value of `y` are `"p_{y}"`. */
export function withNames(composed: string): string {
  return composed.replaceAll(holders, (held) => {
    if (!held.includes(open)) return held;
    const named = held.replaceAll(open, '{').replaceAll(close, '}');
    return held.startsWith("'") || held.startsWith('"') ? named : `"${named}"`;
  });
}

function textOf(expression: Node | undefined): string | undefined {
  const text = as(expression, 'A_Const')?.sval?.sval;
  if (text !== undefined) return text;
  const cast = as(expression, 'TypeCast');
  if (cast !== undefined) return textOf(cast.arg);
  const operation = as(expression, 'A_Expr');
  if (operation !== undefined && strings(operation.name).join('') === '||') return joined([operation.lexpr, operation.rexpr]);
  const call = as(expression, 'FuncCall');
  const [template, ...values] = call?.args ?? [];
  switch (strings(call?.funcname).at(-1)) {
    case 'concat':
      return joined(call?.args ?? []);
    case 'format':
      return formatted(textOf(template), values);
    case 'quote_ident':
      return quoted(textOf(template), '"') ?? hole(template);
    case 'quote_literal':
    case 'quote_nullable':
      return quoted(textOf(template) ?? hole(template), "'");
    default:
      return undefined;
  }
}

/** By its name where it has one. */
function hole(expression: Node | undefined): string {
  return `${open}${strings(as(expression, 'ColumnRef')?.fields).join('.') || '...'}${close}`;
}

function quoted(text: string | undefined, quote: string): string | undefined {
  return text === undefined ? undefined : `${quote}${text.replaceAll(quote, quote + quote)}${quote}`;
}

function joined(parts: readonly (Node | undefined)[]): string | undefined {
  const texts = parts.map(textOf);
  return texts.every((text) => text === undefined) ? undefined : texts.map((text, place) => text ?? hole(parts[place])).join('');
}

/** What format() makes of its template (manual, "format"). */
function formatted(template: string | undefined, values: readonly Node[]): string | undefined {
  let next = 0;
  return template?.replace(/%(?:%|(?:(\d+)\$)?-?(?:\d+|\*)?([sIL]))/g, (_, position: string | undefined, kind: string | undefined) => {
    if (kind === undefined) return '%';
    if (position !== undefined) next = Number(position) - 1;
    const value = values[next++];
    const text = textOf(value);
    if (kind === 'L') return quoted(text ?? hole(value), "'") ?? '';
    return (kind === 'I' ? quoted(text, '"') : text) ?? hole(value);
  });
}
