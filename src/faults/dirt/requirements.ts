import { type Column, type Constraint, relationKey, type Table } from '../../model/catalog';
import type { ObjectName } from '../../model/operation';
import { quoteIdentifier } from '../../parse/postgres/identifiers';
import { spoken } from '../../rollback/names';
import { findTable } from '../../schema/lookup';
import { throughEarlier } from './earlier';
import { type Dirt, type DirtAnswer, none } from './recipe';
import { columnsNamed, type DirtSituation, inOldNames, meet, oldColumn } from './situation';

export interface UniqueRequirement {
  readonly table: ObjectName;
  /** Column names or expressions, in the names that the statement uses. */
  readonly keys: readonly string[];
  readonly predicate?: string;
  readonly nullsEqual: boolean;
}

/** Rows that a unique key refuses. */
export function forUnique(situation: DirtSituation, { table, keys, predicate, nullsEqual }: UniqueRequirement): DirtAnswer {
  const met = meet(situation, table);
  if (met?.old === undefined) return throughEarlier(situation, met, ['23505'], 'equal');
  const { current, old } = met;
  const used = columnsNamed(met, [...keys.map((key) => keySql(current, key)), predicate ?? ''].join(' , '));
  const plain = keys.flatMap((key) => oldColumn(met, key)?.name ?? []);
  const unique = uniqueAlready(old, plain);
  if (unique !== undefined) return none(`${spokenColumns(plain)} can't hold the same twice: ${unique} sees to it already.`);
  const isNew = keys.some((key) => current.columns.some(({ name }) => name === key) && oldColumn(met, key) === undefined);
  if (isNew || used.length === 0) return throughEarlier(situation, met, ['23505'], 'equal');
  const sqlKeys = keys.map((key) => inOldNames(met, keySql(current, key)));
  const dirt: Dirt = {
    table: relationKey(old),
    description: `two rows of ${spoken(old)} with the same ${keys.join(', ')}${predicate === undefined ? '' : ` where ${predicate}`}`,
    errors: ['23505'],
    recipe: {
      kind: 'equal keys',
      keys: sqlKeys,
      columns: used.map(({ name }) => name),
      ...(predicate !== undefined && { predicate: inOldNames(met, predicate) }),
      nullsEqual,
    },
  };
  return { candidates: [dirt], otherwise: `No two rows of ${spoken(old)} can have the same ${sqlKeys.join(', ')}.` };
}

function keySql(table: Table, key: string): string {
  return table.columns.some(({ name }) => name === key) ? quoteIdentifier(key) : `(${key})`;
}

/** The name of what keeps these columns unique before the migration, perhaps by fewer of them. */
function uniqueAlready(table: Table, columns: readonly string[]): string | undefined {
  const index = table.indexes.find(
    ({ unique, valid, keys, definition }) =>
      unique && valid && keys.length > 0 && keys.every((key) => columns.includes(key)) && !/\bWHERE\b/.test(definition),
  );
  const constraint = table.constraints.find(
    ({ kind, columns: key }) => (kind === 'primary key' || kind === 'unique') && key.every((column) => columns.includes(column)),
  );
  return index?.name ?? constraint?.name;
}

/** A row that may not be NULL there. */
export function forNotNull(situation: DirtSituation, table: ObjectName, column: string): DirtAnswer {
  const met = meet(situation, table);
  const old = met && oldColumn(met, column);
  if (met?.old === undefined || old === undefined) {
    const answer = throughEarlier(situation, met, ['23502'], 'null');
    const filled = met?.current.columns.find(({ name }) => name === column)?.default;
    return filled !== undefined && answer.candidates.length === 0
      ? none(`The migration makes ${column} itself, and every row gets its default.`)
      : answer;
  }
  if (old.notNull) return none(`${old.name} can't be NULL before the migration: it is NOT NULL already.`);
  const guard = met.old.constraints.find((constraint) => constraint.validated && isNotNullCheck(constraint, old.name));
  if (guard !== undefined) return none(`${old.name} can't be NULL before the migration: the check ${guard.name} sees to it already.`);
  return {
    candidates: [nullIn(met.old, old, ['23502'])],
    otherwise: `No row of ${spoken(met.old)} can have no ${old.name}.`,
  };
}

export function nullIn(table: Table, column: Column, errors: readonly string[]): Dirt {
  return {
    table: relationKey(table),
    description: `a row of ${spoken(table)} whose ${column.name} is NULL`,
    errors,
    recipe: { kind: 'null', column: column.name },
  };
}

function isNotNullCheck({ kind, definition }: Constraint, column: string): boolean {
  return kind === 'check' && definition.replaceAll(/[()"]/g, '').trim() === `CHECK ${column} IS NOT NULL`;
}

export interface ReferenceRequirement {
  readonly table: ObjectName;
  readonly columns: readonly string[];
  readonly target: ObjectName;
  readonly targetColumns: readonly string[];
}

/** A row that refers to nothing. */
export function forReference(situation: DirtSituation, { table, columns, target, targetColumns }: ReferenceRequirement): DirtAnswer {
  const met = meet(situation, table);
  const old = columns.flatMap((name) => (met && oldColumn(met, name)) ?? []);
  if (met?.old === undefined || old.length < columns.length) return throughEarlier(situation, met, ['23503'], 'orphan');
  const other = meet(situation, target);
  const parent = other?.old;
  const parentColumns = targetColumns.length > 0 ? targetColumns : primaryKeyOf(findTable(situation.current, target));
  const kept = met.old.constraints.find(
    (constraint) => isSameReference(constraint, parent, old) && constraint.validated && constraint.enforced,
  );
  if (kept !== undefined) return none(`Every ${spokenColumns(columns)} refers to a row that is there: ${kept.name} sees to it already.`);
  return {
    candidates: [
      {
        table: relationKey(met.old),
        description: `a row of ${spoken(met.old)} whose ${spokenColumns(old.map(({ name }) => name))} is in no row of ${target.name}`,
        errors: ['23503'],
        recipe: {
          kind: 'orphan',
          columns: old.map(({ name }) => name),
          ...(parent !== undefined && { parent: relationKey(parent) }),
          parentColumns: parentColumns.map((name) => (other && oldColumn(other, name)?.name) ?? name),
        },
      },
    ],
    otherwise: `No row of ${spoken(met.old)} can refer to a row that is not there.`,
  };
}

function isSameReference(constraint: Constraint, parent: Table | undefined, columns: readonly Column[]): boolean {
  if (constraint.kind !== 'foreign key' || parent === undefined || constraint.references !== relationKey(parent)) return false;
  return constraint.columns.length === columns.length && columns.every(({ name }) => constraint.columns.includes(name));
}

function primaryKeyOf(table: Table | undefined): readonly string[] {
  return table?.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? [];
}

/** A row for which a CHECK is false. */
export function forCheck(situation: DirtSituation, table: ObjectName, expression: string): DirtAnswer {
  const met = meet(situation, table);
  const columns = met === undefined ? [] : columnsNamed(met, expression);
  if (met?.old === undefined || columns.length === 0) return throughEarlier(situation, met, ['23514'], 'any');
  return {
    candidates: [
      {
        table: relationKey(met.old),
        description: `a row of ${spoken(met.old)} that does not meet ${expression}`,
        errors: ['23514'],
        recipe: { kind: 'condition false', expression: inOldNames(met, expression), columns: columns.map(({ name }) => name) },
      },
    ],
    otherwise: `No row of ${spoken(met.old)} can fail ${expression}.`,
  };
}

/** Two rows that an EXCLUDE constraint does not let stand together: equal in all that it reads. */
export function forExclusion(situation: DirtSituation, table: ObjectName, definition: string): DirtAnswer {
  const met = meet(situation, table);
  const columns = met === undefined ? [] : columnsNamed(met, definition.replace(/\bWHERE\b[\s\S]*$/i, ''));
  if (met?.old === undefined || columns.length === 0) return throughEarlier(situation, met, ['23P01'], 'equal');
  const names = columns.map(({ name }) => name);
  const predicate = /\bWHERE\s*\(([\s\S]*)\)\s*(?:NOT\s+)?(?:DEFERRABLE[\s\S]*)?$/i.exec(definition)?.[1];
  return {
    candidates: [
      {
        table: relationKey(met.old),
        description: `two rows of ${spoken(met.old)} with the same ${spokenColumns(names)}`,
        errors: ['23P01'],
        recipe: {
          kind: 'equal keys',
          keys: names.map(quoteIdentifier),
          columns: [...names, ...(predicate === undefined ? [] : columnsNamed(met, predicate).map(({ name }) => name))],
          ...(predicate !== undefined && { predicate: inOldNames(met, predicate) }),
          nullsEqual: false,
        },
      },
    ],
    otherwise: `No two rows of ${spoken(met.old)} can meet there.`,
  };
}

function spokenColumns(columns: readonly string[]): string {
  return columns.length === 1 ? String(columns[0]) : `(${columns.join(', ')})`;
}
