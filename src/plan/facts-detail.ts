import type { Operation } from '../model/operation';
import type { PostgresLockMode } from '../model/plan';
import { catalogOnly, type Fact, fact } from './fact';
import { isNew, label, type Situation } from './situation';

/** The subcommands of ALTER TABLE that have no operation of their own: their first words decide. */
interface Detail {
  readonly words: RegExp;
  readonly mode: PostgresLockMode;
  readonly cost?: 'rewrite' | 'scan';
  readonly because?: string;
}

/** Manual, ALTER TABLE, "Description": the lock is ACCESS EXCLUSIVE unless said otherwise. */
const tableDetails: readonly Detail[] = [
  { words: /^set\s*\(|^reset\s*\(/i, mode: 'SHARE UPDATE EXCLUSIVE' },
  { words: /^(cluster\s+on|set\s+without\s+cluster)/i, mode: 'SHARE UPDATE EXCLUSIVE' },
  { words: /^(enable|disable)\s+(replica\s+|always\s+)?trigger/i, mode: 'SHARE ROW EXCLUSIVE' },
  { words: /^set\s+(un)?logged/i, mode: 'ACCESS EXCLUSIVE', cost: 'rewrite', because: 'The whole table is written again' },
  { words: /^set\s+tablespace/i, mode: 'ACCESS EXCLUSIVE', cost: 'rewrite', because: 'The whole table is copied to the other tablespace' },
  { words: /^set\s+access\s+method/i, mode: 'ACCESS EXCLUSIVE', cost: 'rewrite', because: 'The whole table is written again' },
];

const columnDetails: readonly Detail[] = [
  { words: /\bset\s+statistics\b/i, mode: 'SHARE UPDATE EXCLUSIVE' },
  { words: /\b(set|reset)\s*\(/i, mode: 'SHARE UPDATE EXCLUSIVE' },
  {
    words: /\bset\s+expression\b/i,
    mode: 'ACCESS EXCLUSIVE',
    cost: 'rewrite',
    because: 'The column is computed anew for every row: every row is written again',
  },
];

export function alterTableFact({ table, detail }: Extract<Operation, { kind: 'alter table' }>, situation: Situation): Fact {
  return detailFact(tableDetails, detail, table, situation);
}

export function alterColumnFact({ table, detail }: Extract<Operation, { kind: 'alter column' }>, situation: Situation): Fact {
  return detailFact(columnDetails, detail, table, situation);
}

function detailFact(details: readonly Detail[], text: string, table: Parameters<typeof label>[0], situation: Situation): Fact {
  const found = details.find(({ words }) => words.test(text));
  const mode = found?.mode ?? 'ACCESS EXCLUSIVE';
  if (found?.cost === undefined) return fact('metadata', catalogOnly, [table, mode]);
  if (isNew(situation, table))
    return fact('metadata', `${label(table)} is made in this migration, so there are few rows or none`, [table, mode]);
  return fact(found.cost, found.because ?? '', [table, mode]);
}
