import { type Column, relationKey, type Table } from '../../model/catalog';
import type { Operation } from '../../model/operation';
import { spoken } from '../../rollback/names';
import { inNamedColumns } from './earlier';
import { type Dirt, type DirtAnswer, none } from './recipe';
import { columnsNamed, type DirtSituation, meet, oldColumn } from './situation';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** What a constraint or a value says to rows that a statement writes, and a query of which one row was expected: classes 22, 23 and 21. */
const writingErrors = ['22', '23', '21'];
/** The same, and what a body raises by itself: class P0. */
const bodyErrors = [...writingErrors, 'P0'];

/** INSERT of constant rows meets a row with the same key; one that reads tables meets odd rows in those. */
export function forInsert(situation: DirtSituation, operation: Of<'insert'>): DirtAnswer {
  const { rows, table, columns, onConflict } = operation;
  const text = situation.statement.sent;
  if (rows === undefined) {
    return {
      candidates: inNamedColumns(situation, text, writingErrors, onConflict === 'none' ? 'equal' : 'any'),
      otherwise: 'No row of the tables that it reads was found that it stumbles over.',
    };
  }
  if (onConflict !== 'none') return none('A row that is there already is met by ON CONFLICT.');
  const met = meet(situation, table);
  if (met?.old === undefined) return none('The migration makes this table itself: no row of before is in it.');
  const listed = columns.length > 0 ? columns : met.current.columns.map(({ name }) => name);
  const row = rows[0] ?? [];
  const given = new Map(listed.map((name, place) => [name, row[place]]));
  const key = uniqueColumns(met.current).find((names) => names.every((name) => isGiven(given.get(name))));
  if (key === undefined) return none('Its rows bring no key of their own that could be there already.');
  const values = key.flatMap((name) => {
    const [column, value] = [oldColumn(met, name)?.name, given.get(name)];
    return column === undefined || value === undefined ? [] : [{ column, value }];
  });
  if (values.length < key.length) return none('Its key is in a column that the migration makes itself: no row of before has it.');
  const words = values.map(({ column, value }) => `${column} = ${value}`).join(', ');
  const dirt: Dirt = {
    table: relationKey(met.old),
    description: `a row of ${spoken(met.old)} that is there already, with ${words}`,
    errors: ['23505'],
    recipe: { kind: 'given', values },
  };
  return { candidates: [dirt], otherwise: `No row of ${spoken(met.old)} can have ${words}.` };
}

function isGiven(value: string | undefined): boolean {
  return value !== undefined && !/^(null|default)$/i.test(value);
}

/** Columns of each unique key without a predicate and without expressions, the primary key first. */
function uniqueColumns(table: Table): readonly (readonly string[])[] {
  const names = new Set(table.columns.map(({ name }) => name));
  const indexes = table.indexes.filter(
    ({ unique, keys, definition }) => unique && keys.every((key) => names.has(key)) && !/\bWHERE\b/i.test(definition),
  );
  const constraints = table.constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique');
  const primary = constraints.filter(({ kind }) => kind === 'primary key').map(({ columns }) => columns);
  return [...primary, ...constraints.map(({ columns }) => columns), ...indexes.map(({ keys }) => keys)].filter((keys) => keys.length > 0);
}

/** Casts, operators and functions; a division may fail, a number may be too large, a text no number. */
const computes = /::|[+*/^%]|\w\s*\(|\|\|/;

/** A CHECK, a foreign key, an expression index or a type of one's own may refuse what is set. */
function isConstrained({ constraints, indexes, columns }: Table, names: readonly string[]): boolean {
  const known = new Set(columns.map(({ name }) => name));
  const owned = columns.some(({ name, type }) => names.includes(name) && !builtIn.test(type));
  const keyed = indexes.some(({ unique, keys }) => unique && keys.some((key) => !known.has(key)));
  return (
    owned ||
    keyed ||
    constraints.some((constraint) => constraint.kind !== 'not null' && constraint.columns.some((name) => names.includes(name)))
  );
}

const builtIn =
  /^(smallint|integer|bigint|numeric|real|double precision|money|text|character|varchar|char|boolean|date|time|timestamp|interval|uuid|jsonb?|bytea|inet|cidr)\b/;

/** The text of an UPDATE without the columns that it sets, where they stand as such: a column that it only writes tells nothing of it. */
function withoutTargets(text: string, columns: readonly string[]): string {
  return columns.reduce(
    (rest, name) => rest.replace(new RegExp(`(?<![\\w"$.])"?${name.replace(/[^\w]/g, '\\$&')}"?\\s*=`, 'i'), '='),
    text,
  );
}

/** UPDATE: what it sets comes from columns that it reads, and constraints are on what it sets. */
export function forUpdate(situation: DirtSituation, operation: Of<'update'>): DirtAnswer {
  const met = meet(situation, operation.table);
  if (met === undefined) return none('What it works on is not known before it runs.');
  const set = met.current.columns.filter(({ name }) => operation.columns.includes(name));
  const unique = uniqueColumns(met.current).some((keys) => keys.some((key) => operation.columns.includes(key)));
  const required = set.some(({ notNull }) => notNull);
  const { sent } = situation.statement;
  if (!unique && !required && !isConstrained(met.current, operation.columns) && !computes.test(sent))
    return none('No constraint is on what it sets, and nothing that it computes can fail.');
  const wanted = unique ? 'equal' : required ? 'null' : 'any';
  const candidates = inNamedColumns(situation, withoutTargets(sent, operation.columns), writingErrors, wanted);
  return { candidates, otherwise: 'No row was found that its constraints or its expressions refuse.' };
}

/** DELETE: a row that another table refers to can't go, where its key says so. */
export function forDelete(situation: DirtSituation, operation: Of<'delete'>): DirtAnswer {
  const met = meet(situation, operation.table);
  if (met?.old === undefined) return none('The migration makes this table itself: no row of before is in it.');
  const old = met.old;
  const referring = situation.before.tables.flatMap((table) =>
    table.constraints
      .filter(
        ({ kind, references, definition }) =>
          kind === 'foreign key' && references === relationKey(old) && !/ON DELETE (CASCADE|SET)/.test(definition),
      )
      .map((constraint) => ({ table, constraint })),
  );
  if (referring.length === 0) return none('No other row depends on those that it deletes.');
  const candidates = referring.map(
    ({ table, constraint }): Dirt => ({
      table: relationKey(table),
      description: `a row of ${spoken(table)} that refers by ${constraint.name} to a row that is deleted`,
      errors: ['23503', '23001'],
      recipe: {
        kind: 'referring',
        columns: constraint.columns,
        parent: relationKey(old),
        ...(operation.where !== undefined && { where: operation.where, read: namesOf(columnsNamed(met, operation.where)) }),
      },
    }),
  );
  return { candidates, otherwise: 'No row that it deletes can be referred to.' };
}

function namesOf(columns: readonly Column[]): readonly string[] {
  return columns.map(({ name }) => name);
}

/** DO, CALL, MERGE, COPY and the rest of what writes rows by a text of its own: odd rows in what the text names. */
export function forOpaque(situation: DirtSituation, text: string): DirtAnswer {
  const candidates = inNamedColumns(situation, text, bodyErrors, 'any');
  return { candidates, otherwise: 'No row of the tables that its text names was found that it stumbles over.' };
}
