import { spoken } from '../rollback/names';
import type { RowWords } from './dialect';
import { postgresRows } from './postgres/rows';
import type { Requirement } from './requirements';

/** A query that counts the rows which break it. Duplicates are counted without the one of each key that may stay. */
export function countViolations(requirement: Requirement, rows: RowWords = postgresRows): string {
  return `SELECT count(*) FROM ${brokenRows(requirement, rows)} broken`;
}

/** A query that shows them: to be looked at before anything is changed. */
export function showViolations(requirement: Requirement, rows: RowWords = postgresRows): string {
  return `SELECT * FROM ${brokenRows(requirement, rows)} broken;`;
}

/** In words: `rows of orders whose customer_id is not in customers`. */
export function spokenViolations(requirement: Requirement): string {
  const table = spoken(requirement.table);
  switch (requirement.kind) {
    case 'unique':
      return `rows of ${table} that share ${requirement.keys.join(', ')}`;
    case 'not null':
      return `rows of ${table} whose ${requirement.column} is NULL`;
    case 'foreign key':
      return `rows of ${table} whose ${requirement.columns.join(', ')} is not in ${spoken(requirement.parent)}`;
    case 'check':
      return `rows of ${table} for which ${requirement.expression} is false`;
    case 'cast':
      return `rows of ${table} whose ${requirement.column} is no ${requirement.type}`;
  }
}

function brokenRows(requirement: Requirement, rows: RowWords): string {
  if (requirement.kind !== 'unique') return `(SELECT t.* FROM ${rows.own(requirement.table)} t WHERE ${rows.brokenCondition(requirement)})`;
  return `(SELECT * FROM (${rows.numberedDuplicates(requirement)}) d WHERE d.place > 1)`;
}
