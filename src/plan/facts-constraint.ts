import type { Constraint, Table } from '../model/catalog';
import type { ConstraintSpecification, ObjectName, Operation } from '../model/operation';
import type { PostgresLockMode } from '../model/plan';
import { findColumn } from '../schema/lookup';
import { type Fact, fact } from './fact';
import { isNew, label, type Situation, tableOf } from './situation';

/** ADD CONSTRAINT (manual, ALTER TABLE, "ADD table_constraint", "ADD table_constraint_using_index", "Notes"). */
export function addConstraintFact({ table, constraint }: Extract<Operation, { kind: 'add constraint' }>, situation: Situation): Fact {
  const locks = constraintLocks(table, constraint);
  if (isNew(situation, table))
    return fact('metadata', `${label(table)} is made in this migration, so there are few rows or none`, ...locks);
  if (constraint.notValid) return fact('metadata', 'NOT VALID: existing rows are not checked, new ones are', ...locks);
  switch (constraint.kind) {
    case 'foreign key':
      return fact('scan', `Every row is looked up in ${label(constraint.target.table)}, while nobody can write to either table`, ...locks);
    case 'check':
      return fact('scan', 'Every row is checked, while nobody can use the table', ...locks);
    case 'not null':
      return notNullFact(tableOf(situation, table), constraint.column, locks);
    case 'exclude':
      return fact('build', 'EXCLUDE builds its index, while nobody can use the table', ...locks);
    default:
      return uniqueFact(constraint, tableOf(situation, table), locks);
  }
}

type Locks = readonly (readonly [ObjectName, PostgresLockMode])[];

function constraintLocks(table: ObjectName, constraint: ConstraintSpecification): Locks {
  if (constraint.kind !== 'foreign key') return [[table, 'ACCESS EXCLUSIVE']];
  return [
    [table, 'SHARE ROW EXCLUSIVE'],
    [constraint.target.table, 'SHARE ROW EXCLUSIVE'],
  ];
}

function uniqueFact(
  constraint: Extract<ConstraintSpecification, { kind: 'primary key' | 'unique' }>,
  table: Table | undefined,
  locks: Locks,
): Fact {
  const words = constraint.kind === 'primary key' ? 'PRIMARY KEY' : 'UNIQUE';
  if (constraint.usingIndex === undefined) return fact('build', `${words} builds its index, while nobody can use the table`, ...locks);
  if (constraint.kind === 'unique') return fact('metadata', 'The index is there already: only the catalog changes', ...locks);
  const keys = table?.indexes.find((index) => index.name === constraint.usingIndex)?.keys;
  const proven = keys?.every((key) => findColumn(table, key)?.notNull || provesNotNull(table, key));
  return proven
    ? fact('metadata', 'The index is there already, and its columns are known to be NOT NULL: only the catalog changes', ...locks)
    : fact(
        'scan',
        'The index is there already, but its columns become NOT NULL: every row is checked, while nobody can use the table',
        ...locks,
      );
}

export function setNotNullFact({ table, column }: Extract<Operation, { kind: 'set not null' }>, situation: Situation): Fact {
  const locks: Locks = [[table, 'ACCESS EXCLUSIVE']];
  if (isNew(situation, table))
    return fact('metadata', `${label(table)} is made in this migration, so there are few rows or none`, ...locks);
  return notNullFact(tableOf(situation, table), column, locks);
}

function notNullFact(table: Table | undefined, column: string, locks: Locks): Fact {
  if (findColumn(table, column)?.notNull) return fact('metadata', `${column} is NOT NULL already`, ...locks);
  const proof = provesNotNull(table, column);
  if (proof !== undefined)
    return fact('metadata', `The valid CHECK ${proof} proves that ${column} holds no NULL: no row is read`, ...locks);
  return fact('scan', `Every row is checked for NULL in ${column}, while nobody can use the table`, ...locks);
}

/** The name of a valid CHECK that says `column IS NOT NULL`, perhaps among other things joined by AND (release notes of 12). */
function provesNotNull(table: Table | undefined, column: string): string | undefined {
  return table?.constraints.find((constraint) => constraint.validated && requiresValue(constraint, column))?.name;
}

/** Does a CHECK refuse each new row that has NULL in the column? */
export function requiresValue({ kind, enforced, definition }: Constraint, column: string): boolean {
  if (kind !== 'check' || !enforced) return false;
  const quoted = `"${column.replaceAll('"', '""')}"`;
  const escaped = [column, quoted].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  // The definition is one that the server or the virtual schema wrote, so its form is known.
  const wanted = new RegExp(`(^|[\\s(])\\(*(?:${escaped})\\)*\\s+IS\\s+NOT\\s+NULL`, 'i');
  return wanted.test(definition) && !/\bOR\b|\bNOT\s*\(/i.test(definition);
}

export function validateConstraintFact(
  { table, constraint }: Extract<Operation, { kind: 'validate constraint' }>,
  situation: Situation,
): Fact {
  const known = tableOf(situation, table)?.constraints.find((candidate) => candidate.name === constraint);
  const [schema, name] = known?.references?.split('.') ?? [];
  const referenced: ObjectName | undefined =
    schema === undefined || name === undefined ? undefined : schema === 'public' ? { name } : { schema, name };
  if (known?.validated) return fact('metadata', `${constraint} is valid already`, [table, 'SHARE UPDATE EXCLUSIVE']);
  const locks: Locks = [[table, 'SHARE UPDATE EXCLUSIVE'], ...(referenced === undefined ? [] : [[referenced, 'ROW SHARE'] as const])];
  return fact('scan', 'Every row is checked, while reads and writes go on', ...locks);
}

/** ATTACH PARTITION (manual, ALTER TABLE): the parent is open to reads and writes, the new partition is not. */
export function attachPartitionFact({ table, partition }: Extract<Operation, { kind: 'attach partition' }>, situation: Situation): Fact {
  const locks: Locks = [
    [table, 'SHARE UPDATE EXCLUSIVE'],
    [partition, 'ACCESS EXCLUSIVE'],
  ];
  if (isNew(situation, partition))
    return fact('metadata', `${label(partition)} is made in this migration, so there are few rows or none`, ...locks);
  const checks = tableOf(situation, partition)?.constraints.some(({ kind, validated }) => kind === 'check' && validated);
  return checks
    ? fact('unknown', `Every row of ${label(partition)} is read, unless its CHECK implies the partition's bound`, ...locks)
    : fact('scan', `Every row of ${label(partition)} is checked against the partition's bound`, ...locks);
}
