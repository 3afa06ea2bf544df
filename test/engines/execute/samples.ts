import type { Migration, ProgramExecution } from '../../../src/model/migration';
import type { RunProtocol, RunStep } from '../../../src/model/run-protocol';
import { readStatements } from '../../../src/parse/postgres/read';

/** A migration of plain statements; `loadParser` must have resolved. */
export function migrationOf(text: string, requests: ProgramExecution['requests'], wrapped: boolean): Migration {
  const span = { start: 0, end: text.length };
  return {
    id: '1',
    title: 'sample',
    framework: 'sql',
    engine: { name: 'postgres', major: 18 },
    up: {
      direction: 'up',
      path: 'sample.sql',
      span,
      statements: readStatements(text, span, {}),
      execution: { requests, wrapped, because: 'the test says so' },
    },
  };
}

export const historySetup = ['CREATE TABLE history (version text PRIMARY KEY, dirty boolean NOT NULL)'];

interface ProtocolOptions {
  /** Record in the same transaction as the statements. */
  readonly recordInTransaction?: boolean;
  /** A dirty flag before the statements, cleared afterwards; an advisory lock around all. */
  readonly dirtyFlag?: boolean;
}

/** What a framework sends, in the three shapes that there are. The file's text is `text` where it goes as one request. */
export function protocolOf(text: string, options: ProtocolOptions = {}): RunProtocol {
  return {
    bookkeepingTables: ['public.history'],
    setup: historySetup,
    steps: (migration) => stepsOf(migration, text, options),
    onError: (migration) => (migration.up.execution.wrapped ? [{ kind: 'commit', text: 'ROLLBACK' }] : []),
    markApplied: () => [],
    markNotApplied: () => [],
    recorded: () => 'absent',
  };
}

function stepsOf(migration: Migration, text: string, options: ProtocolOptions): readonly RunStep[] {
  const { statements, execution } = migration.up;
  const requests: RunStep[] =
    execution.requests === 'single-request'
      ? [{ kind: 'statements', statements: statements.map(({ index }) => index), text }]
      : statements.map(({ index, sent }) => ({ kind: 'statements', statements: [index], text: sent }));
  const check: RunStep = {
    kind: 'check',
    text: "SELECT dirty FROM history WHERE version = '1'",
    decide: ([row]) => {
      if (row === undefined) return { run: true };
      if (row.dirty === true) return { run: false, why: 'refused', problem: { message: 'Dirty database version 1.' } };
      return { run: false, why: 'already applied' };
    },
  };
  if (options.dirtyFlag) {
    return [
      { kind: 'lock', text: 'SELECT pg_advisory_lock(42)' },
      check,
      { kind: 'record', text: "INSERT INTO history VALUES ('1', true)" },
      ...requests,
      { kind: 'record', text: 'UPDATE history SET dirty = false' },
      { kind: 'unlock', text: 'SELECT pg_advisory_unlock(42)' },
    ];
  }
  const record: RunStep = { kind: 'record', text: "INSERT INTO history VALUES ('1', false)" };
  if (!execution.wrapped) return [check, ...requests, record];
  const begin: RunStep = { kind: 'begin', text: 'BEGIN' };
  const commit: RunStep = { kind: 'commit', text: 'COMMIT' };
  return options.recordInTransaction ? [check, begin, ...requests, record, commit] : [check, begin, ...requests, commit, record];
}
