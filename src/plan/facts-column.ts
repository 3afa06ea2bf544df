import type { ColumnSpecification, ObjectName, Operation } from '../model/operation';
import type { PostgresLockMode } from '../model/plan';
import { defaultVolatility } from './default-volatility';
import { storedType } from './domains';
import { type Fact, fact } from './fact';
import { isNew, label, type Situation } from './situation';

/**
 * ADD COLUMN (manual, ALTER TABLE, "Notes"): since 11 a default is stored once in the catalog unless it is volatile; identity and stored
 * generated columns, and domains with constraints, write the table again; a CHECK and a NOT NULL without a default read it.
 */
export function addColumnFact({ table, column }: Extract<Operation, { kind: 'add column' }>, situation: Situation): Fact {
  const locks: (readonly [ObjectName, PostgresLockMode])[] = [[table, 'ACCESS EXCLUSIVE']];
  if (column.references !== undefined && label(column.references.table) !== label(table)) {
    locks.push([column.references.table, 'SHARE ROW EXCLUSIVE']);
  }
  if (isNew(situation, table))
    return fact('metadata', `${label(table)} is made in this migration, so there are few rows or none`, ...locks);
  const [cost, because] = addColumnCost(column, situation);
  return fact(cost, because, ...locks);
}

function addColumnCost(column: ColumnSpecification, situation: Situation): [Fact['cost'], string] {
  const { name, default: initial } = column;
  const volatility = defaultVolatility(column, situation.catalog);
  if (column.serial) return ['rewrite', `${name} gets a number from a sequence in every row: every row is written again`];
  if (column.identity !== undefined)
    return ['rewrite', `${name} is an identity column and gets a number in every row: every row is written again`];
  if (column.generated?.kind === 'stored') return ['rewrite', `${name} is computed and stored for every row: every row is written again`];
  if (initial !== undefined && volatility === 'volatile') {
    return ['rewrite', `DEFAULT ${initial.text} is volatile, so each row needs a value of its own: every row is written again`];
  }
  if (storedType(situation.catalog, column.type).isConstrained)
    return ['rewrite', `${column.type} is a domain with constraints: every row is written again to check them`];
  if (column.primaryKey || column.unique)
    return ['build', `${column.primaryKey ? 'PRIMARY KEY' : 'UNIQUE'} builds an index, and nobody can use the table meanwhile`];
  if (column.check !== undefined) return ['scan', 'CHECK is verified for every row while nobody can use the table'];
  if (column.references !== undefined && initial !== undefined)
    return ['scan', 'The foreign key is verified for every row, because the default gives each a value'];
  if (initial !== undefined && volatility === 'unknown') {
    return ['unknown', `DEFAULT ${initial.text} writes every row again if it is volatile, which can't be seen from here`];
  }
  if (column.notNull && initial === undefined && column.generated === undefined) {
    return ['scan', 'NOT NULL without a DEFAULT reads every row, and fails at the first one there is'];
  }
  if (column.generated?.kind === 'virtual' && column.notNull)
    return ['scan', `NOT NULL computes ${name} for every row, while nobody can use the table`];
  if (column.generated?.kind === 'virtual') return ['metadata', 'A virtual column is computed when it is read: only the catalog changes'];
  if (initial !== undefined) return ['metadata', `DEFAULT ${initial.text} is evaluated once and kept in the catalog: no row is written`];
  return ['metadata', 'Existing rows read the new column as NULL'];
}
