import { type Catalog, type DefinedObject, relationKey, type Table } from '../model/catalog';
import type { Statement } from '../model/migration';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { type Token, tokenize } from '../parse/postgres/lexer';
import { identifierOf } from '../schema/definitions';
import { replaySteps } from '../schema/virtual-schema';
import { type DownPart, notUndone } from './down-part';
import { spoken } from './names';
import { isNamed } from './rows';

/**
 * Views that go with a column by CASCADE and can't be seen to: a view's text names the column as it was called when the view was made,
 * which a rename before this changed on the server alone.
 */
export function lostViews(statements: readonly Statement[], before: Catalog): DownPart[] {
  const isCascade = ({ operations }: Statement) => operations.some((operation) => operation.kind === 'drop column' && operation.cascade);
  if (!statements.some(isCascade)) return [];
  const alone = statements.flatMap((whole) => whole.operations.map((operation) => ({ ...whole, operations: [operation] })));
  const steps = replaySteps(before, alone);
  return alone.flatMap(({ operations: [operation] }, place): DownPart[] => {
    if (operation?.kind !== 'drop column' || !operation.cascade) return [];
    const [then, now] = [steps[place], steps[place + 1]];
    const table = then?.tables.find((candidate) => isNamed(operation.table, candidate));
    if (then === undefined || now === undefined || table === undefined || !table.columns.some(({ name }) => name === operation.column))
      return [];
    return before.definitions
      .filter((view) => now.definitions.some(({ identity }) => identity === view.identity) && mayReadRenamed(view, table, then))
      .map((view) =>
        notUndone(
          `${view.kind} ${spoken(view)}, which goes with ${spoken(table)}.${operation.column} (CASCADE) if it reads that under an earlier name`,
        ),
      );
  });
}

/** Does it name what is no column of its tables now, but may have been one? Silent where a column of them may be unknown. */
function mayReadRenamed(view: DefinedObject, table: Table, then: Catalog): boolean {
  if ((view.kind !== 'view' && view.kind !== 'materialized view') || !view.dependsOn.includes(relationKey(table))) return false;
  const tables = view.dependsOn.map((key) => then.tables.find((candidate) => relationKey(candidate) === key));
  if (tables.some((found) => found === undefined || found.complete === false || found.presumed === true)) return false;
  const known = new Set(tables.flatMap((found) => [found?.name ?? '', ...(found?.columns ?? []).map(({ name }) => name)]));
  return readNames(view.definition).some((name) => !known.has(name));
}

/** Words of queries that are no reserved ones. */
const queryWords = new Set([
  'by',
  'over',
  'partition',
  'rows',
  'range',
  'first',
  'last',
  'nulls',
  'between',
  'exists',
  'with',
  'no',
  'data',
]);

/** The names in a query that columns can have: no aliases where they are given, functions, types, or what stands before a dot. */
function readNames(definition: string): string[] {
  const tokens = tokenize(definition);
  const start = tokens.findIndex(({ word }) => word === 'select');
  return tokens.flatMap((token, place) => {
    const name = identifierOf(definition, token);
    if (name === undefined || place <= start) return [];
    if (token.kind === 'word' && (queryWords.has(name) || quoteIdentifier(name) !== name)) return [];
    const [before, behind] = [tokens[place - 1], tokens[place + 1]];
    const isAlias = before?.word === 'as' || (before !== undefined && before.word !== '.' && isTableName(tokens, place - 1));
    return isAlias || before?.word === '::' || behind?.word === '(' || behind?.word === '.' ? [] : [name];
  });
}

/** A name behind FROM or JOIN, perhaps with its schema: a word behind it is its alias. */
function isTableName(tokens: readonly Token[], place: number): boolean {
  const before = tokens[place - 1]?.word;
  const first = before === '.' ? tokens[place - 3]?.word : before;
  return first === 'from' || first === 'join';
}
