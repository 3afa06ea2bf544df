import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SimulationRequest } from '../../src/protocol/simulation';
import { simulate } from '../../src/runner/simulate';
import { dockerMissing } from '../docker/docker';
import { requireOrSkip } from '../require';
import { faults } from './expected';
import { fixtures, program, withoutTools } from './tools';
import { verdictsByPoint } from './verdicts';

const folder = join(fixtures, 'mysql');

interface Tool {
  readonly title: string;
  readonly command: string;
  /** Per point the verdicts of `faults`. */
  readonly verdicts: Readonly<Record<string, string>>;
}

/** Every definition commits by itself, also where the tool opens a transaction: none of these rolls back what was done. */
const partial = {
  start: '- rolled-back rolled-back rolled-back -',
  'before:2': 'broken broken broken broken -',
  'during:2': '- broken broken broken broken',
  'after:3': '- unrecorded unrecorded unrecorded unrecorded',
  unrecorded: 'unrecorded unrecorded unrecorded unrecorded -',
};

const tools: readonly Tool[] = [
  {
    title: 'knex',
    command: `${program('knex')} migrate:latest`,
    verdicts: { ...partial, 'during:3': '- unrecorded broken broken unrecorded', unlock: 'complete blocked blocked blocked blocked' },
  },
  { title: 'typeorm', command: `${program('typeorm')} migration:run -d data-source.js`, verdicts: partial },
  {
    title: 'sequelize',
    command: `${program('sequelize-cli')} db:migrate`,
    // It makes its tables IF NOT EXISTS.
    verdicts: { ...partial, 'before:2': 'resumable resumable resumable resumable -', 'during:2': '- broken resumable resumable broken' },
  },
  { title: 'drizzle', command: 'node migrate.js', verdicts: partial },
];

const skip = withoutTools() || requireOrSkip('docker', await dockerMissing());

/** The real tools on MySQL and MariaDB: a table, a column, the rows of the column. */
describe.skipIf(skip).each(['mysql', 'mariadb'] as const)('on %s', (engine) => {
  it.each(tools)('$title', async ({ title, command, verdicts }) => {
    const directory = join(folder, title);
    const request: SimulationRequest = {
      path: directory,
      command: { text: command, directory, historyTables: [] },
      before: join(folder, 'before.sql'),
      engine,
      sandbox: 'docker',
      faults,
      points: Object.keys(verdicts),
      rows: 0,
      seed: 1,
      jobs: 2,
      placeholders: {},
      collapse: true,
      load: 0,
    };
    const [simulation] = await simulate(request, () => undefined, new AbortController().signal);
    if (simulation === undefined) throw new Error('No simulation.');
    expect(verdictsByPoint(simulation)).toEqual(verdicts);
  });
});
