import { type Column, relationKey } from '../../../model/catalog';
import type { ConstraintSpecification, Operation } from '../../../model/operation';
import { quoteIdentifier } from '../../../parse/mysql/identifiers';
import { checksForeignKeysAfter } from '../../../schema/mysql/foreign-key-checks';
import { type Dirt, type DirtAnswer, none } from '../recipe';
import type { DirtSituation } from '../situation';
import { errors } from './errors';
import { columnsNamed, isNamed, keepsNames, madeHere, meetOld, type OldTable, oldColumn } from './met';

type AddConstraint = Extract<Operation, { kind: 'add constraint' }>;

export function forConstraint(situation: DirtSituation, { table, constraint }: Pick<AddConstraint, 'table' | 'constraint'>): DirtAnswer {
  const met = meetOld(situation, table);
  if (met === undefined) return none(madeHere);
  if (constraint.enforced === false) return none('NOT ENFORCED: it does not look at any row.');
  switch (constraint.kind) {
    case 'unique':
      return forUnique(met, constraint.index?.keys ?? constraint.columns);
    case 'primary key':
      return forPrimaryKey(met, constraint.columns);
    case 'foreign key':
      return forReference(situation, met, constraint);
    case 'check':
      return forCheck(met, constraint.expression);
    default:
      return none('It is not known what it asks for.');
  }
}

/** Two rows that a unique key takes for the same. */
export function forUnique(met: OldTable, keys: readonly string[]): DirtAnswer {
  const { old } = met;
  const used = columnsNamed(
    met,
    keys.map((key) => (met.current.columns.some((column) => isNamed(column, key)) ? quoteIdentifier(key) : key)).join(' , '),
  );
  const guard = old.indexes.find(({ unique, keys: kept }) => unique && kept.every((name) => used.some((column) => isNamed(column, name))));
  if (guard !== undefined) return none(`${spokenColumns(used)} can't hold the same twice: ${guard.name} sees to it already.`);
  if (used.length === 0) return none('Its columns are made by the migration itself: no row of before has a value in them.');
  const dirt: Dirt = {
    table: relationKey(old),
    description: `two rows of ${old.name} with the same ${spokenColumns(used)}`,
    errors: errors.duplicate,
    recipe: {
      kind: 'equal keys',
      keys: used.map(({ name }) => quoteIdentifier(name)),
      columns: used.map(({ name }) => name),
      nullsEqual: false,
    },
  };
  return { candidates: [dirt], otherwise: `No two rows of ${old.name} can have the same ${spokenColumns(used)}.` };
}

function forPrimaryKey(met: OldTable, columns: readonly string[]): DirtAnswer {
  const equal = forUnique(met, columns);
  const nullable = columns.flatMap((name) => oldColumn(met, name) ?? []).filter(({ notNull }) => !notNull);
  return { candidates: [...equal.candidates, ...nullable.map((column) => nullIn(met, column))], otherwise: equal.otherwise };
}

export function nullIn({ old }: OldTable, column: Column): Dirt {
  return {
    table: relationKey(old),
    description: `a row of ${old.name} whose ${column.name} is NULL`,
    errors: errors.nullValue,
    recipe: { kind: 'null', column: column.name },
  };
}

function forReference(
  situation: DirtSituation,
  met: OldTable,
  { columns, target }: Extract<ConstraintSpecification, { kind: 'foreign key' }>,
): DirtAnswer {
  if (checksAreOff(situation)) return none('foreign_key_checks is off: the server looks at no row.');
  const old = columns.flatMap((name) => oldColumn(met, name) ?? []);
  if (old.length < columns.length) return none('Its columns are made by the migration itself: no row of before has a value in them.');
  const other = meetOld(situation, target.table);
  const parent = other?.old;
  const kept = met.old.constraints.find(
    (constraint) =>
      constraint.kind === 'foreign key' &&
      constraint.references === (parent && relationKey(parent)) &&
      constraint.columns.join() === old.map(({ name }) => name).join(),
  );
  if (kept !== undefined) return none(`Every ${spokenColumns(old)} refers to a row that is there: ${kept.name} sees to it already.`);
  const dirt: Dirt = {
    table: relationKey(met.old),
    description: `a row of ${met.old.name} whose ${spokenColumns(old)} is in no row of ${target.table.name}`,
    errors: errors.orphan,
    recipe: {
      kind: 'orphan',
      columns: old.map(({ name }) => name),
      ...(parent !== undefined && { parent: relationKey(parent) }),
      parentColumns: target.columns.map((name) => (other && oldColumn(other, name)?.name) ?? name),
    },
  };
  return { candidates: [dirt], otherwise: `No row of ${met.old.name} can refer to a row that is not there.` };
}

/** As the last SET of an earlier statement leaves it. */
function checksAreOff({ earlier }: DirtSituation): boolean {
  return !checksForeignKeysAfter(
    earlier.flatMap(({ operations }) => operations),
    true,
  );
}

export function forCheck(met: OldTable, expression: string): DirtAnswer {
  const columns = columnsNamed(met, expression);
  if (columns.length === 0 || !keepsNames(met, columns)) return none('It asks for what no row of before has under that name.');
  const dirt: Dirt = {
    table: relationKey(met.old),
    description: `a row of ${met.old.name} that does not meet ${expression}`,
    errors: errors.check,
    recipe: { kind: 'condition false', expression, columns: columns.map(({ name }) => name) },
  };
  return { candidates: [dirt], otherwise: `Every row of ${met.old.name} meets ${expression}.` };
}

export function spokenColumns(columns: readonly Column[]): string {
  return columns.map(({ name }) => name).join(', ');
}
