import { composedText, withWord } from '../../parse/postgres/composed-text';
import { type Token, tokenize } from '../../parse/postgres/lexer';
import { statementTree } from '../../parse/postgres/read';
import { identifierOf } from '../../schema/definitions';

/** Words of PL/pgSQL behind which a statement begins (manual, "Structure of PL/pgSQL", "Control Structures"). */
const beforeStatements = new Set([';', 'begin', 'then', 'else', 'loop', '>>']);
/** First words of the statements that can reach out by what they are, and not by a function that they call. */
const reaching = new Set(['copy', 'create', 'alter', 'drop', 'load', 'insert', 'update', 'delete', 'truncate', 'merge', 'with']);
/** Where the text ends that EXECUTE runs. */
const afterExecuted = new Set([';', 'into', 'using', 'loop']);
/** What is not known stands as a name where a name can be, which most of it is. */
const unknown = 'x';

/**
 * The SQL in a body of PL/pgSQL that matters to what it reaches: its statements, calls of `functions` wherever they stand, and texts that EXECUTE
 * runs or a variable is given, as far as they are constant. What a run puts in is `x` in them.
 */
export function textsOfBlock(body: string, functions: ReadonlySet<string>): readonly string[] {
  const tokens = tokenize(body).filter(({ kind }) => kind !== 'comment' && kind !== 'end');
  return tokens.flatMap((token, position): readonly string[] => {
    const before = tokens[position - 1]?.word ?? ';';
    const next = tokens[position + 1]?.word ?? '';
    if (reaching.has(token.word) && beforeStatements.has(before)) return written(body, tokens, position, new Set([';']));
    if (next === '(' && functions.has(identifierOf(body, token) ?? '')) return called(body, tokens, position);
    // The rest has to do with EXECUTE as a privilege, or with triggers.
    const gives = token.word === ':=' || token.word === 'default' || token.word === 'execute';
    if (!gives || next === 'on' || next === 'function' || next === 'procedure') return [];
    return written(body, tokens, position + 1, afterExecuted).flatMap((expression) => {
      const text = composedText(expression);
      return text === undefined ? [] : [withWord(text, unknown)];
    });
  });
}

/** From this token up to one of these words outside of brackets. */
function written(body: string, tokens: readonly Token[], first: number, ends: ReadonlySet<string>): readonly string[] {
  let depth = 0;
  let last = first;
  for (; last < tokens.length; last++) {
    const word = tokens[last]?.word ?? '';
    if (word === '(') depth++;
    if (word === ')') depth--;
    if (word === ';' || (depth === 0 && ends.has(word))) break;
  }
  const [start, end] = [tokens[first]?.start, tokens[last - 1]?.end];
  return start === undefined || end === undefined || end <= start ? [] : [body.slice(start, end)];
}

/** One call as a query; with nothing in its brackets where what is there can't be read alone. */
function called(body: string, tokens: readonly Token[], position: number): readonly string[] {
  let depth = 0;
  let last = position + 1;
  for (; last < tokens.length; last++) {
    const word = tokens[last]?.word ?? '';
    if (word === '(') depth++;
    if (word === ')' && --depth === 0) break;
  }
  const [start, open, end] = [tokens[position]?.start, tokens[position + 1]?.start, tokens[last]?.end];
  const whole = `SELECT ${body.slice(start, end)}`;
  return [statementTree(whole) === undefined ? `SELECT ${body.slice(start, open)}()` : whole];
}
