import { type Column, relationKey, type Table } from '../../model/catalog';
import type { Statement } from '../../model/migration';
import { quoteIdentifier } from '../../parse/postgres/identifiers';
import { spoken } from '../../rollback/names';
import { isNamed, writtenTables } from '../../rollback/rows';
import { isText, oddValues } from './odd-values';
import { type Dirt, type DirtAnswer, none } from './recipe';
import { columnsNamed, type DirtSituation, type Met, tablesNamed } from './situation';

/** What kind of trouble is looked for first in rows that only lead to it. */
export type Wanted = 'null' | 'equal' | 'orphan' | 'any';

/** No more than this many rows are tried for one statement; each costs a run of the migration. */
const mostTried = 6;

/**
 * A table or a column that the migration itself makes has no rows of before, but what earlier statements fill it with comes from rows of
 * before: those that these statements name are the candidates.
 */
export function throughEarlier(situation: DirtSituation, met: Met | undefined, errors: readonly string[], wanted: Wanted): DirtAnswer {
  if (met === undefined) return none('What it works on is not known before it runs.');
  const fills = situation.earlier.filter((statement) => writesTo(statement, met.current));
  const what = met.old === undefined ? `The migration makes ${spoken(met.current)} itself` : 'The migration makes that column itself';
  if (fills.length === 0) return none(`${what}, and puts nothing of before into it: no row of before can break it.`);
  const candidates = inNamedColumns(situation, fills.map(({ sent }) => sent).join('\n'), errors, wanted);
  return { candidates, otherwise: `${what}, and no row of before was found that leads to a refusal.` };
}

function writesTo({ operations, sent }: Statement, table: Table): boolean {
  return operations.some((operation) => {
    if (operation.kind === 'create table') return operation.asQuery && isNamed(operation.table, table);
    if (operation.kind === 'do block' || operation.kind === 'call') return sent.includes(table.name);
    return writtenTables(operation).some((name) => isNamed(name, table));
  });
}

/** Odd rows in the columns that a text names, in tables of before: likeliest trouble first. */
export function inNamedColumns(situation: DirtSituation, text: string, errors: readonly string[], wanted: Wanted): readonly Dirt[] {
  const found = tablesNamed(situation, text).flatMap(({ current, old }) =>
    columnsNamed({ current, old }, text)
      .filter((column) => column.generated === undefined)
      .flatMap((column) => candidatesIn(old, column, errors, wanted)),
  );
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, mostTried)
    .map(({ dirt }) => dirt);
}

interface Ranked {
  readonly rank: number;
  readonly dirt: Dirt;
}

function candidatesIn(table: Table, column: Column, errors: readonly string[], wanted: Wanted): readonly Ranked[] {
  const key = relationKey(table);
  const where = `${spoken(table)}.${column.name}`;
  const candidates: Ranked[] = [];
  const isKey = table.constraints.some(({ kind, columns }) => kind === 'primary key' && columns.includes(column.name));
  if (!column.notNull && wanted !== 'equal') {
    const description = `a row of ${spoken(table)} whose ${column.name} is NULL`;
    candidates.push({ rank: 0, dirt: { table: key, description, errors, recipe: { kind: 'null', column: column.name } } });
  }
  if (!isKey && wanted !== 'null') {
    const keys = [quoteIdentifier(column.name)];
    const recipe = { kind: 'equal keys', keys, columns: [column.name], nullsEqual: false } as const;
    const description = `two rows of ${spoken(table)} with the same ${column.name}`;
    candidates.push({ rank: wanted === 'equal' ? 0 : 4, dirt: { table: key, description, errors, recipe } });
  }
  if (isText(column.type) && (wanted === 'equal' || wanted === 'any')) {
    for (const form of ['upper', 'padded'] as const) {
      const description = `two rows of ${spoken(table)} whose ${column.name} differ in ${form === 'upper' ? 'upper and lower case' : 'blanks'} alone`;
      candidates.push({ rank: 1, dirt: { table: key, description, errors, recipe: { kind: 'variant', column: column.name, form } } });
    }
  }
  if (isKey) return candidates;
  for (const [place, { value, words }] of oddValues(column.type).entries()) {
    const description = `a row with ${words} in ${where}`;
    candidates.push({ rank: 2 + place, dirt: { table: key, description, errors, recipe: { kind: 'value', column: column.name, value } } });
  }
  return candidates;
}
