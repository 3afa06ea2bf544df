import { type Column, relationKey } from '../../../model/catalog';
import type { Operation } from '../../../model/operation';
import { type Dirt, type DirtAnswer, none } from '../recipe';
import type { DirtSituation } from '../situation';
import { errors } from './errors';
import { columnsNamed, keepsNames, madeHere, meetOld, type OldTable, oldColumn } from './met';
import { oddValues } from './values';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** INSERT of constant rows meets a row with the same key; one that reads tables meets odd rows in those. */
export function forInsert(situation: DirtSituation, operation: Of<'insert'>): DirtAnswer {
  const { rows, table, columns, onConflict, ignore } = operation;
  if (ignore === true || onConflict !== 'none') return none('What stands in its way is passed over or replaced.');
  if (rows === undefined) {
    const sources = (operation.from ?? []).flatMap((name) => meetOld(situation, name) ?? []);
    return oddRows(situation, sources, 'No row of the tables that it reads was found that it stumbles over.');
  }
  const met = meetOld(situation, table);
  if (met === undefined) return none(madeHere);
  const listed = columns.length > 0 ? columns : met.current.columns.map(({ name }) => name);
  const given = new Map(listed.map((name, place) => [name.toLowerCase(), rows[0]?.[place]]));
  const key = met.current.indexes.find(({ unique, keys }) => unique && keys.every((name) => isGiven(given.get(name.toLowerCase()))));
  const values = (key?.keys ?? []).flatMap((name) => {
    const [column, value] = [oldColumn(met, name)?.name, given.get(name.toLowerCase())];
    return column === undefined || value === undefined ? [] : [{ column, value }];
  });
  if (key === undefined || values.length < key.keys.length) return none('Its rows bring no key of their own that could be there already.');
  const words = values.map(({ column, value }) => `${column} = ${value}`).join(', ');
  const dirt: Dirt = {
    table: relationKey(met.old),
    description: `a row of ${met.old.name} that is there already, with ${words}`,
    errors: errors.duplicate,
    recipe: { kind: 'given', values },
  };
  return { candidates: [dirt], otherwise: `No row of ${met.old.name} can have ${words}.` };
}

function isGiven(value: string | undefined): boolean {
  return value !== undefined && !/^(null|default)$/i.test(value);
}

/** UPDATE: what it reads may be NULL, or too much for what it sets. */
export function forUpdate(situation: DirtSituation, operation: Of<'update'>): DirtAnswer {
  if (operation.ignore === true) return none('IGNORE makes warnings of its errors.');
  const met = meetOld(situation, operation.table);
  if (met === undefined) return none(madeHere);
  const others = (operation.joined ?? []).flatMap((name) => meetOld(situation, name) ?? []);
  return oddRows(situation, [met, ...others], 'No row was found that its constraints or its expressions refuse.');
}

/** Rows with NULL, and with values at the edges of their types, in the columns that the text names. */
function oddRows({ statement }: DirtSituation, tables: readonly OldTable[], otherwise: string): DirtAnswer {
  const candidates = tables.flatMap((met) =>
    columnsNamed(met, statement.sent)
      .filter((column) => column.generated === undefined && column.identityKind === undefined && keepsNames(met, [column]))
      .flatMap((column) => [
        ...(column.notNull ? [] : [odd(met, column, 'NULL', 'is NULL')]),
        ...oddValues(column.type).map(({ value, words }) => odd(met, column, value, `is ${words}`)),
      ]),
  );
  return { candidates: candidates.slice(0, greatestNumber), otherwise };
}

/** Each is put in and tried by a run of the migration. */
const greatestNumber = 12;

function odd({ old }: OldTable, column: Column, value: string, words: string): Dirt {
  return {
    table: relationKey(old),
    description: `a row of ${old.name} whose ${column.name} ${words}`,
    errors: errors.writing,
    recipe: { kind: 'value', column: column.name, value },
  };
}

/** DELETE: a row that another table refers to can't go, where its key says so. */
export function forDelete(situation: DirtSituation, operation: Of<'delete'>): DirtAnswer {
  const met = meetOld(situation, operation.table);
  if (met === undefined) return none(madeHere);
  const { old } = met;
  const read = operation.where === undefined ? [] : columnsNamed(met, operation.where);
  const candidates = situation.before.tables.flatMap((table) =>
    table.constraints
      .filter(
        ({ kind, references, definition }) =>
          kind === 'foreign key' && references === relationKey(old) && !/ON DELETE (CASCADE|SET NULL)/.test(definition),
      )
      .map(
        ({ name, columns }): Dirt => ({
          table: relationKey(table),
          description: `a row of ${table.name} that refers by ${name} to a row that is deleted`,
          errors: errors.referred,
          recipe: {
            kind: 'referring',
            columns,
            parent: relationKey(old),
            ...(operation.where !== undefined && { where: operation.where, read: read.map((column) => column.name) }),
          },
        }),
      ),
  );
  return candidates.length === 0
    ? none('No other row depends on those that it deletes.')
    : { candidates, otherwise: 'No row that it deletes can be referred to.' };
}
