import type { Statement } from '../model/migration';
import { tokenize } from '../parse/postgres/lexer';
import { type NestedStatement, nestedStatements } from '../parse/postgres/nested';

/** The statements, with DO blocks that hold nothing else replaced by what stands in them. */
export function unfolded(statements: readonly Statement[]): readonly Statement[] {
  return statements.flatMap((statement): readonly Statement[] => {
    const nested = nestedStatements(statement);
    return nested.length > 0 && isWholeIn(statement, nested) ? nested : [statement];
  });
}

/**
 * True where what a block does is what its statements do: it computes no statement, calls nothing, and inserts no rows over and over.
 */
function isWholeIn(statement: Statement, nested: readonly NestedStatement[]): boolean {
  const [operation] = statement.operations;
  if (operation?.kind !== 'do block') return false;
  if (nested.some(({ inLoop, operations }) => inLoop && operations.some(({ kind }) => kind === 'insert'))) return false;
  const tokens = tokenize(operation.body);
  return !tokens.some((token, place) => {
    if (token.word === 'perform' || token.word === 'call') return true;
    if (token.word !== 'execute') return false;
    const [next, behind] = [tokens[place + 1], tokens[place + 2]];
    const isConstant = (next?.kind === 'string' || next?.kind === 'dollar string') && (behind === undefined || behind.word === ';');
    return !isConstant && next?.word !== 'function' && next?.word !== 'procedure';
  });
}
