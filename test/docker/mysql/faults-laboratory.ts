import { withControlClient } from '../../../src/engines/mysql/connect';
import type { Engine } from '../../../src/model/engine';
import type { Migration, ProgramExecution } from '../../../src/model/migration';
import type { RunProtocol, RunStep } from '../../../src/model/run-protocol';
import type { DatabaseAddress, Sandbox } from '../../../src/model/sandbox';
import { readStatements } from '../../../src/parse/read';

/** A migration of plain statements; `loadParser` must have resolved. */
export function migrationOf(text: string, requests: ProgramExecution['requests'], wrapped: boolean, engine: Engine): Migration {
  const span = { start: 0, end: text.length };
  return {
    id: '1',
    title: 'sample',
    framework: 'sql',
    engine,
    up: {
      direction: 'up',
      path: 'sample.sql',
      span,
      statements: readStatements(text, span, { engine }),
      execution: { requests, wrapped, because: 'the test says so' },
    },
  };
}

/** Statement by statement or in one request, in a transaction where it is wrapped, with a history row behind all. */
export function protocolOf(text: string): RunProtocol {
  return {
    bookkeepingTables: ['history'],
    setup: [],
    steps: (migration) => stepsOf(migration, text),
    onError: (migration) => (migration.up.execution.wrapped ? [{ kind: 'commit', text: 'ROLLBACK' }] : []),
    markApplied: () => [],
    markNotApplied: () => [],
    recorded: () => 'absent',
  };
}

function stepsOf(migration: Migration, text: string): readonly RunStep[] {
  const { statements, execution } = migration.up;
  const requests: RunStep[] =
    execution.requests === 'single-request'
      ? [{ kind: 'statements', statements: statements.map(({ index }) => index), text }]
      : statements.map(({ index, sent }) => ({ kind: 'statements', statements: [index], text: sent }));
  const record: RunStep = { kind: 'record', text: "INSERT INTO history VALUES ('1')" };
  if (!execution.wrapped) return [...requests, record];
  return [{ kind: 'begin', text: 'START TRANSACTION' }, ...requests, { kind: 'commit', text: 'COMMIT' }, record];
}

let databases = 0;

/** A new database with a history table and the result of these texts in it. */
export async function freshDatabase(sandbox: Sandbox, texts: readonly string[]): Promise<DatabaseAddress> {
  databases += 1;
  const name = `faults_${databases}`;
  await sandbox.createDatabase(name);
  for (const text of ['CREATE TABLE history (version varchar(20) PRIMARY KEY)', ...texts]) await sandbox.query(text, name);
  return sandbox.address(name);
}

/** Rows of one query. Its session leaves the database: a server may show it for a moment after its end, and it is nobody's whom a test looks for. */
export function rowsOf(address: DatabaseAddress, text: string): Promise<readonly Record<string, unknown>[]> {
  return withControlClient(address, async (client) => {
    const [rows] = await client.query(text);
    await client.query('USE information_schema');
    return rows as Record<string, unknown>[];
  });
}

/** One value. */
export async function oneValue(address: DatabaseAddress, text: string): Promise<unknown> {
  const [row] = await rowsOf(address, text);
  return row && Object.values(row)[0];
}

/** Sessions in this database but for the one that asks. */
export function sessionsIn({ database, ...address }: DatabaseAddress): Promise<readonly Record<string, unknown>[]> {
  return rowsOf(
    { ...address, database },
    'SELECT ID, STATE, INFO FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID()',
  );
}
