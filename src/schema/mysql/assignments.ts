import type { Engine } from '../../model/engine';
import { unquoteIdentifier } from '../../parse/mysql/identifiers';
import { type Token, tokenize } from '../../parse/mysql/lexer';

/** Assignments of one column to another behind the SET of an UPDATE; all others are left out. */
export function copyingAssignments(sent: string, engine: Engine): readonly { readonly column: string; readonly value: string }[] {
  const tokens = tokenize(sent, engine).filter(({ kind }) => kind !== 'comment');
  const start = tokens.findIndex(({ word }) => word === 'set');
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of start === -1 ? [] : tokens.slice(start + 1)) {
    if (depth === 0 && (token.word === 'where' || token.word === 'order' || token.kind === 'delimiter' || token.kind === 'end')) break;
    depth += token.word === '(' ? 1 : token.word === ')' ? -1 : 0;
    if (depth === 0 && token.word === ',') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.flatMap((part) => {
    const equals = part.findIndex(({ word }) => word === '=');
    const [column, value] = [nameOf(part.slice(0, equals), sent), nameOf(part.slice(equals + 1), sent)];
    return equals === -1 || column === undefined || value === undefined ? [] : [{ column, value }];
  });
}

/** The column of `c`, `t.c` and `d.t.c`. */
function nameOf(tokens: readonly Token[], text: string): string | undefined {
  const isPath = tokens.every(({ kind, word }, place) =>
    place % 2 === 0 ? kind === 'word' || kind === 'quoted identifier' : word === '.',
  );
  const last = tokens.at(-1);
  return !isPath || last === undefined || tokens.length % 2 === 0 ? undefined : unquoteIdentifier(text.slice(last.start, last.end));
}
