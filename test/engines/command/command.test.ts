import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/model/sandbox';
import type { CellResult, Simulation } from '../../../src/model/simulation';
import type { SimulationRequest } from '../../../src/protocol/simulation';
import { type Evidence, Laboratory } from '../../../src/runner/laboratory';
import { simulate, simulateSubject } from '../../../src/runner/simulate';
import { readSubject } from '../../../src/runner/subject';
import { type Dump, differencesBetween, dump } from '../../suite/dump';
import { executeAsPasted } from '../../suite/pasted';
import { startSandbox } from '../execute/laboratory';
import { request, verdictsOf, withFolder } from '../runner/simulating';
import { fillingTool, hangingTool, pipeliningTool, pooledTool, runDirectly, stubbornTool } from './tools';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox?.dispose());

interface Asked extends Partial<Omit<SimulationRequest, 'command'>> {
  readonly text: string;
  readonly historyTables?: readonly string[];
  readonly beforeCommand?: string;
}

function requestFor(folder: string, { text, historyTables = [], beforeCommand, ...rest }: Asked): SimulationRequest {
  const before = beforeCommand === undefined ? {} : { before: beforeCommand };
  return { ...request, rows: 10, ...rest, path: folder, command: { text, directory: folder, historyTables, ...before } };
}

/** Simulates a command in a folder with these files; every plan that is marked as verified is heard by `witness`. */
async function simulateCommand(
  files: Readonly<Record<string, string>>,
  asked: Asked,
  witness?: (folder: string) => (evidence: Evidence) => Promise<void>,
): Promise<Simulation> {
  return withFolder(files, async (folder) => {
    const wanted = requestFor(folder, asked);
    const laboratory = new Laboratory(sandbox, new AbortController().signal, witness?.(folder));
    const [simulation] = await simulateSubject(wanted, await readSubject(wanted), laboratory, () => undefined);
    if (simulation === undefined) throw new Error('No simulation.');
    return simulation;
  });
}

/** Without the tool's own table: what Faultline makes no claim about is its numbering and its batches. */
function withoutHistory({ catalog, tables }: Dump): Dump {
  return {
    catalog: catalog.filter((line) => !line.includes('applied')),
    tables: Object.fromEntries(Object.entries(tables).filter(([name]) => !name.includes('applied'))),
  };
}

/**
 * Carries out each verified plan again with plain means, and then lets the real tool say whether its history is right: after the way
 * forward it has nothing to do, after the way back it migrates.
 */
class ToolSays {
  readonly objections: string[] = [];
  checked = 0;
  private readonly known = new Set<string>();
  private databases = 0;

  constructor(
    private readonly command: string,
    private readonly folder: string,
  ) {}

  async hear({ result, database, beforeDatabase }: Evidence): Promise<void> {
    for (const way of ['back', 'forward'] as const) {
      const plan = result.recovery?.[way];
      const key = `${result.fingerprint} ${way} ${plan?.steps.map(({ text }) => text).join()}`;
      if (plan?.verified !== true || this.known.has(key)) continue;
      this.known.add(key);
      this.checked += 1;
      const texts = plan.steps.filter(({ concerns }) => concerns !== 'sessions').map(({ text }) => text);
      const objection = await this.check(way, texts, database, beforeDatabase);
      if (objection !== undefined) this.objections.push(`${result.id} ${way}: ${objection}`);
    }
  }

  private async check(way: 'back' | 'forward', texts: readonly string[], database: string, before: string): Promise<string | undefined> {
    const untouched = await this.dumpIn(before, async () => undefined);
    const migrated = await this.dumpIn(before, (clone) => this.run(clone));
    const executed = await this.dumpIn(database, (clone) => executeAsPasted(sandbox.address(clone), texts));
    const again = await this.dumpIn(database, async (clone) => {
      return (await executeAsPasted(sandbox.address(clone), texts)) ?? (await this.run(clone));
    });
    const failure = [untouched, migrated, executed, again].find((entry) => typeof entry === 'string');
    if (typeof failure === 'string') return failure;
    const [first, last, reached, afterwards] = [untouched, migrated, executed, again] as [Dump, Dump, Dump, Dump];
    const differences = [
      ...differencesBetween(way === 'back' ? first : last, reached),
      ...differencesBetween(last, afterwards).map((difference) => `when run again: ${difference}`),
    ];
    return differences.length === 0 ? undefined : differences.slice(0, 3).join('; ');
  }

  private async run(clone: string): Promise<string | undefined> {
    const status = await runDirectly(this.command, this.folder, sandbox.address(clone));
    return status === 0 ? undefined : `the tool exits with ${status}`;
  }

  private async dumpIn(source: string, work: (clone: string) => Promise<string | undefined>): Promise<Dump | string> {
    this.databases += 1;
    const clone = `tool_says_${this.databases}`;
    await sandbox.cloneDatabase(source, clone);
    try {
      const failure = await work(clone);
      if (failure !== undefined) return failure;
      const { catalog, tables } = withoutHistory(await dump(sandbox.address(clone)));
      // The rows' times differ from run to run.
      const rows = Object.entries(tables).map(([name, list]) => [name, list.map(({ seen: _, ...row }) => row)] as const);
      return { catalog, tables: Object.fromEntries(rows) };
    } finally {
      await sandbox.dropDatabases([clone]);
    }
  }
}

const people = 'CREATE TABLE people (id int PRIMARY KEY); INSERT INTO people SELECT generate_series(1, 6);';
const faults = ['error', 'disconnect', 'kill-session', 'crash', 'lost-ack'] as const;

/** The cell, or the one that was run in its place. */
function cellOf({ cells }: Simulation, id: string): CellResult | undefined {
  const cell = cells.find((candidate) => candidate.id === id);
  return cell?.sameAs === undefined ? cell : cells.find((candidate) => candidate.id === cell.sameAs);
}

describe('a tool with two connections, prepared statements and a table of its own', () => {
  const text = 'node tool.cjs';
  let simulation: Simulation;
  let says: ToolSays;
  beforeAll(async () => {
    const files = { 'tool.cjs': pooledTool, 'before.sql': people };
    simulation = await withFolder(files, async (folder) => {
      const points = ['start', 'before', 'after', 'commit', 'unrecorded', 'unlock'];
      const wanted = requestFor(folder, { text, historyTables: ['applied'], faults, points, before: join(folder, 'before.sql') });
      says = new ToolSays(text, folder);
      const laboratory = new Laboratory(sandbox, new AbortController().signal, (evidence) => says.hear(evidence));
      const [only] = await simulateSubject(wanted, await readSubject(wanted), laboratory, () => undefined);
      if (only === undefined) throw new Error('No simulation.');
      return only;
    });
  }, 600_000);

  it('is seen with its statements, values and transactions', () => {
    expect(simulation.statements.map((statement) => statement.text)).toEqual([
      'CREATE TABLE cities (id int PRIMARY KEY, name text, seen timestamptz)',
      "INSERT INTO cities (id, name, seen) VALUES ('1', 'Val d''Or', now())",
      "INSERT INTO cities (id, name, seen) VALUES ('2', NULL, now())",
      'ALTER TABLE people ADD COLUMN city int',
      "UPDATE people SET city = '1' WHERE id % 2 = '0'",
    ]);
    expect(simulation.transactions.map(({ kind, statements }) => [kind, ...statements])).toEqual([
      ['framework', 1, 2, 3],
      ['autocommit', 4],
      ['autocommit', 5],
    ]);
    expect(simulation.migration).toMatchObject({ command: text, framework: 'The tool' });
    expect(simulation.migration.path).toBeUndefined();
  });

  it('comes to the verdicts that its habits lead to', () => {
    expect(simulation.cells.filter((cell) => cell.status === 'failed')).toEqual([]);
    expect(verdictsOf(simulation)).toMatchObject({
      'crash@start': 'rolled-back',
      'crash@before:3': 'rolled-back',
      'error@before:2': 'rolled-back',
      // The first migration and its row are committed together.
      'crash@commit:3': 'resumable',
      'disconnect@before:4': 'resumable',
      // Outside of a transaction: a column that is there already stops the second run.
      'error@before:5': 'broken',
      'crash@after:4': 'broken',
      'kill-session@after:4': 'broken',
      'crash@unrecorded': 'unrecorded',
      // What it holds is visible to nobody else: the lock of its own is another connection's.
      'lost-ack@after:2': 'rolled-back',
      'crash@unlock': 'complete',
    });
  });

  it('tells what the client saw', () => {
    expect(cellOf(simulation, 'error@before:2')?.error).toMatchObject({ code: 'FL001' });
    expect(cellOf(simulation, 'kill-session@before:2')?.error?.code).toBe('57P01');
    expect(cellOf(simulation, 'disconnect@before:4')?.error?.message).toMatch(/was killed/);
    expect(cellOf(simulation, 'lost-ack@after:4')?.error?.message).toMatch(/ECONNRESET|terminated/);
  });

  it('has verified plans that plain means and the tool itself confirm', () => {
    expect(says.checked).toBeGreaterThanOrEqual(6);
    expect(says.objections).toEqual([]);
    const partial = simulation.cells.filter(({ recovery }) => recovery !== undefined);
    expect(partial.filter(({ recovery }) => recovery?.back.verified !== true || recovery.forward.verified !== true)).toEqual([]);
  });
});

describe('a tool that says all is well', () => {
  it('is a false success where it went on without a statement', async () => {
    const options = { text: 'node tool.cjs', faults: ['error', 'kill-session'], points: ['before'] } as const;
    const simulation = await simulateCommand({ 'tool.cjs': stubbornTool }, options);
    expect(verdictsOf(simulation)).toEqual({
      'error@before:1': 'false-success',
      'error@before:2': 'false-success',
      'error@before:3': 'false-success',
      // It connects again, and does what is missing.
      'kill-session@before:1': 'complete',
      'kill-session@before:2': 'complete',
      'kill-session@before:3': 'complete',
    });
  }, 200_000);
});

describe('a tool that hangs', () => {
  it('is ended after a while, and it is told what it had met', async () => {
    const options = { text: 'node tool.cjs', faults: ['error', 'crash'], points: ['before', 'after'] } as const;
    const simulation = await simulateCommand({ 'tool.cjs': hangingTool }, options);
    const { error } = cellOf(simulation, 'error@before:1') ?? {};
    expect(error).toMatchObject({ code: 'FL001', message: expect.stringMatching(/still running .* was ended/) });
    expect(verdictsOf(simulation)).toMatchObject({ 'error@before:1': 'rolled-back', 'crash@after:1': 'complete' });
  }, 200_000);
});

describe('a tool that sends its statements in one go', () => {
  it('can be stopped between them, and inside of the server all are one transaction', async () => {
    const simulation = await simulateCommand(
      { 'tool.cjs': pipeliningTool },
      { text: 'node tool.cjs', faults: ['error', 'crash', 'disconnect'] },
    );
    expect(simulation.transactions).toEqual([{ index: 1, kind: 'implicit', statements: [1, 2, 3] }]);
    const verdicts = verdictsOf(simulation);
    expect(Object.values(verdicts).filter((verdict) => verdict === 'failed')).toEqual([]);
    expect(verdicts).toMatchObject({
      'error@before:1': 'rolled-back',
      'error@before:3': 'rolled-back',
      'crash@before:2': 'rolled-back',
      'crash@after:3': 'complete',
      // The server had the whole batch.
      'disconnect@before:2': 'complete',
    });
  }, 200_000);
});

describe('a tool that changes rows of a table which its transaction has locked already', () => {
  it('is struck in the middle of a statement with values, by a gate in its text', async () => {
    const insideFaults = ['kill-session', 'crash', 'statement-timeout', 'lost-ack'] as const;
    const files = { 'tool.cjs': fillingTool, 'before.sql': people };
    const simulation = await withFolder(files, async (folder) => {
      const before = join(folder, 'before.sql');
      const options = { text: 'node tool.cjs', faults: insideFaults, points: ['during'], collapse: false, before } as const;
      const wanted = requestFor(folder, options);
      const [only] = await simulateSubject(
        wanted,
        await readSubject(wanted),
        new Laboratory(sandbox, new AbortController().signal),
        () => undefined,
      );
      if (only === undefined) throw new Error('No simulation.');
      return only;
    });
    for (const fault of insideFaults) {
      const cell = cellOf(simulation, `${fault}@during:2`);
      expect(cell, fault).toMatchObject({ status: 'done', inside: 'waits for a gate behind its first row' });
    }
  }, 200_000);
});

describe('the state before', () => {
  it('can be made by a command', async () => {
    const options = {
      text: 'psql -X -v ON_ERROR_STOP=1 -c "ALTER TABLE made ADD COLUMN n int"',
      beforeCommand: 'psql -X -c "CREATE TABLE made ()"',
    };
    const simulation = await simulateCommand({}, { ...options, faults: ['crash'], points: ['before'] });
    expect(simulation.statements.map(({ text }) => text)).toEqual(['ALTER TABLE made ADD COLUMN n int']);
    expect(simulation.failsByItself).toBeUndefined();
  }, 200_000);
});

describe('a command that can not be simulated', () => {
  async function failureOf(files: Readonly<Record<string, string>>, text: string): Promise<string> {
    return withFolder(files, (folder) =>
      simulate(requestFor(folder, { text }), () => undefined, new AbortController().signal).then(
        () => 'no failure',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      ),
    );
  }

  it.each([
    ['does not ask the sandbox anything', 'echo hello', /did not use {url}, DATABASE_URL or the PG\* variables/],
    ['is not there', 'no-such-program-anywhere', /It said: .*not found/],
    ['changes nothing', 'node -e "0"; psql -X -c "SELECT 1"', /changes nothing in the database/],
    [
      'fails before it changes anything',
      'psql -X -v ON_ERROR_STOP=1 -c "SELECT 1/0"',
      /fails before it changes anything: division by zero/,
    ],
  ])('says so when it %s', async (_, text, message) => {
    expect(await failureOf({}, text)).toMatch(message);
  });

  it('never reaches another database, though the address is written in its program', async () => {
    const script = pooledTool.replace(
      'connectionString: process.env.DATABASE_URL',
      "host: '127.0.0.1', port: 5432, user: 'me', password: 'hunter22'",
    );
    const reached: Buffer[] = [];
    const other = createServer((socket) => socket.on('data', (bytes) => reached.push(bytes)));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const failure = await failureOf({ 'tool.cjs': script.replace('5432', String(port)) }, 'node tool.cjs');
    other.close();
    expect(reached).toEqual([]);
    expect(failure).toMatch(/Faultline refused a connection to the database 127\.0\.0\.1:\d+:/);
    expect(failure).not.toMatch(/hunter22/);
  });
});

it('what a command sends does not reach the server when it would write outside of the sandbox', async () => {
  const tool = (text: string) => `
const { Client } = require(${JSON.stringify(createRequire(import.meta.url).resolve('pg'))});
const client = new Client(process.env.DATABASE_URL);
client.on('error', () => undefined);
client.connect().then(() => client.query(${JSON.stringify(text)})).then(() => process.exit(0), () => process.exit(3));
`;
  const texts = {
    simple: (file: string) => `CREATE TABLE a (b int); COPY a TO '${file}'`,
    block: (file: string) => `DO $$ BEGIN COPY (SELECT 1) TO '${file}'; END $$`,
  };
  await withFolder({ 'keep.txt': '' }, async (outside) => {
    for (const text of Object.values(texts)) {
      const file = join(outside, 'written.csv');
      await withFolder({ 'tool.cjs': tool(text(file)) }, async (folder) => {
        const wanted = requestFor(folder, { text: 'node tool.cjs' });
        await expect(simulate(wanted, () => undefined, new AbortController().signal)).rejects.toThrow(
          /^The command: .* writes a file on this machine/,
        );
      });
      expect(existsSync(file)).toBe(false);
    }
  });
});
