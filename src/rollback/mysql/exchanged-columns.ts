import type { Catalog, Column, Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { Statement } from '../../model/migration';
import { unquoteIdentifier } from '../../parse/mysql/identifiers';
import { type Token, tokenize } from '../../parse/mysql/lexer';
import { leavesNoneOut } from '../../schema/copied-values';
import { type ExchangedColumns, exchangedBy } from '../exchanged-columns';

/**
 * The same as for PostgreSQL: values that were not copied are others, which MODIFY would convert or refuse.
 * @param steps the schema before each of the statements.
 */
export function exchangedMysqlColumns(
  statements: readonly Statement[],
  steps: readonly Catalog[],
  before: Catalog,
  after: Catalog,
  engine: Engine,
): ExchangedColumns {
  return exchangedBy(
    before,
    after,
    (name) => name.toLowerCase(),
    (table, column, other) =>
      statements.some((statement, place) => {
        const then = steps[place]?.tables.find(({ identity }) => identity === table.identity);
        const copy = then?.columns.find(({ identity }) => identity === other.identity);
        return then !== undefined && copy !== undefined && copies(statement, then, column, copy, engine);
      }),
  );
}

/** Names of columns are the same in any case (manual, "Identifier Case Sensitivity"). */
function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** `UPDATE ... SET copy = old` for all rows: what the new type could not hold, the server refused. */
function copies({ operations, sent }: Statement, table: Table, { name }: Column, copy: Column, engine: Engine): boolean {
  const write = operations.find((operation) => operation.kind === 'update' && operation.table.name === table.name);
  // IGNORE takes what comes nearest, and a LIMIT leaves rows out.
  if (write?.kind !== 'update' || write.ignore === true || /\blimit\b/i.test(sent)) return false;
  if (!assignments(sent, engine).some(({ column, value }) => isSame(column, copy.name) && isSame(value, name))) return false;
  return leavesNoneOut(write.where?.replaceAll('`', '').toLowerCase(), name.toLowerCase(), copy.name.toLowerCase());
}

/** Assignments of one name to another behind SET; all others are left out. */
function assignments(sent: string, engine: Engine): readonly { readonly column: string; readonly value: string }[] {
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
