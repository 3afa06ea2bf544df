import type { Engine } from '../../../model/engine';
import { type Token, tokenize } from '../../../parse/mysql/lexer';
import { isReserved, unquoted } from '../../../parse/mysql/names';

/**
 * The columns that an expression names, or the parts of an UPDATE or DELETE of one table; undefined where it holds what names other things
 * than columns: queries, windows, modes of a full-text search, what a tool puts in.
 *
 * A name stands where an operand does: at the start, behind an operator, a comma, an opening bracket or a reserved word. What stands behind an
 * operand is no column: the unit of an INTERVAL, DIV, the words of IS.
 *
 * @param table what qualifies a column of the table; others are left out.
 */
export function columnsNamed(text: string, engine: Engine, table: string): readonly string[] | undefined {
  const tokens = tokenize(text, engine).filter(({ kind }) => kind !== 'comment' && kind !== 'end' && kind !== 'delimiter');
  if (tokens.some(({ kind, word }) => kind === 'placeholder' || kind === 'parameter' || unclear.has(word))) return undefined;
  const calls: string[] = [];
  return tokens.flatMap((token, place) => {
    if (token.word === '(') calls.push(tokens[place - 1]?.kind === 'word' ? (tokens[place - 1]?.word ?? '') : '');
    else if (token.word === ')') calls.pop();
    if (!isName(token, tokens[place + 1], engine)) return [];
    const before = tokens[place - 1];
    const isColumn = before?.word === '.' ? isOwn(tokens, place, text, table) : isOperand(before) && !isUnit(calls.at(-1) ?? '', before);
    return isColumn ? [unquoted(text.slice(token.start, token.end))] : [];
  });
}

/** A word that names something, and neither calls a function nor qualifies a name or a literal. */
function isName(token: Token, next: Token | undefined, engine: Engine): boolean {
  if (next?.word === '(' || next?.word === '.' || next?.kind === 'string') return false;
  if (token.kind === 'quoted identifier') return true;
  return token.kind === 'word' && !isReserved(token.word, engine) && !constants.has(token.word);
}

/** What is read otherwise than as operands and operators. */
const unclear = new Set('select with over window against json_table convert get_format next portion row trim'.split(' '));
/** Constants, ends of CASE and LIKE, and columns that a table has without saying so: row numbers and the times of MariaDB's versions. */
const constants = new Set('true false null unknown default current_role end escape my_row_id _rowid row_start row_end'.split(' '));
/** Behind these no column stands: a collation, a type, a character set. */
const ofOthers = new Set(['collate', 'as', 'using', 'returning', 'character', 'charset', 'is']);
/** Words of which an operand comes to an end. */
const closing = new Set(['end', 'null', 'true', 'false', 'unknown', 'current_date', 'current_time', 'current_timestamp', 'default']);

/** Does an operand come behind this? */
function isOperand(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'word') return !ofOthers.has(before.word) && !closing.has(before.word) && operators.has(before.word);
  return before.kind === 'operator' || (before.kind === 'punctuation' && before.word !== ')' && before.word !== '.');
}

const operators = new Set(
  'and or xor not in like regexp rlike between when then else case div mod binary where set by from for distinct exists any all'.split(' '),
);

/** The first word in brackets of these is a unit: EXTRACT(YEAR FROM at). */
function isUnit(call: string, before: Token | undefined): boolean {
  return before?.word === '(' && /^(?:extract|timestampdiff|timestampadd)$/.test(call);
}

function isOwn(tokens: readonly Token[], place: number, text: string, table: string): boolean {
  const qualifier = tokens[place - 2];
  return qualifier !== undefined && unquoted(text.slice(qualifier.start, qualifier.end)) === table;
}
