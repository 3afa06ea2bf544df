import type { Catalog } from '../model/catalog';
import type { Migration, Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import type { RunStep } from '../model/run-protocol';
import { type Course, transactionOf } from './course';

/**
 * What a session keeps for itself, and what gives it back: sequences' current values, settings, temporary tables, prepared statements,
 * advisory locks, channels, the seed of random(). A setting may also be made by a function's body.
 */
const sessionState =
  /\b(currval|lastval|set_config|setseed|pg_temp\w*|temp|temporary|listen|discard|prepare|deallocate|declare|load|pg_advisory\w*|pg_try_advisory\w*|dblink\w*|pg_backend_pid|cache\s+(?!1\b)\d+|set\s+(session|local)?\s*[\w.]+\s*(=|to\b))/i;

/** Whatever draws from a sequence leaves this to be asked for, without a word of it in its text. */
const lastDrawn = /\b(currval|lastval)\b/i;

/** Operations that leave nothing in the session that carried them out. */
const leaveNothing: ReadonlySet<Operation['kind']> = new Set<Operation['kind']>([
  'create table',
  'add column',
  'drop column',
  'alter column type',
  'set default',
  'drop default',
  'set not null',
  'drop not null',
  'alter column',
  'add constraint',
  'validate constraint',
  'drop constraint',
  'rename constraint',
  'attach partition',
  'detach partition',
  'alter table',
  'rename column',
  'rename object',
  'set schema',
  'create index',
  'reindex',
  'refresh materialized view',
  'create object',
  'drop object',
  'add enum value',
  'rename enum value',
  'insert',
  'update',
  'delete',
  'merge',
  'copy',
  'truncate',
  'comment',
  'grant',
  'revoke',
  'vacuum',
  'cluster',
  'analyze',
]);

/**
 * Statements from which another session can go on as the one that ran the earlier ones would: every statement before is committed, and
 * nothing that a session keeps for itself can have come of it. In ascending order, each greater than 1.
 * @param steps what is sent for the migration.
 * @param before the state in which it begins: what functions, triggers and defaults there do is done by its statements, too.
 */
export function freshStarts(migration: Migration, course: Course, steps: readonly RunStep[], before: Catalog): readonly number[] {
  const { statements } = migration.up;
  const first = steps.findIndex((step) => step.kind === 'statements');
  // What is sent before the statements (a lock, a transaction, a dirty flag) belongs to the session, or is not there any more.
  if (steps.slice(0, first).some((step) => step.kind !== 'check')) return [];
  if (statements.some(({ text }) => lastDrawn.test(text))) return [];
  if (sessionState.test(JSON.stringify([before.definitions, before.tables]))) return [];
  if (before.sequences.some((sequence) => sequence.cache !== '1')) return [];
  const found: number[] = [];
  for (const [position, statement] of statements.entries()) {
    if (position > 0 && beginsTransaction(course, statement.index) && beginsRequest(steps, statement.index)) found.push(statement.index);
    if (!leavesNothing(statement)) break;
  }
  return found;
}

function leavesNothing({ operations, text }: Statement): boolean {
  // UPDATE ... SET is no setting; in a function's body it can't be told from one.
  const isUpdate = operations.every(({ kind }) => kind === 'update' || kind === 'insert' || kind === 'merge');
  const looked = isUpdate ? text.replace(/\bset\b/gi, '') : text;
  return operations.length > 0 && operations.every(leavesNone) && !sessionState.test(looked);
}

function leavesNone(operation: Operation): boolean {
  if (operation.kind === 'transaction') return operation.action === 'begin' || operation.action === 'commit';
  return leaveNothing.has(operation.kind);
}

function beginsTransaction(course: Course, index: number): boolean {
  const transaction = transactionOf(course, index);
  return transaction !== undefined && transaction.kind !== 'framework' && transaction.statements[0] === index;
}

function beginsRequest(steps: readonly RunStep[], index: number): boolean {
  return steps.some((step) => step.kind === 'statements' && step.statements[0] === index);
}
