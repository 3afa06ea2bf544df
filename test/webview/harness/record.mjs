// Runs three of the examples on the embedded server and keeps what the runner says, for the panel's tests: `npm run build`, then
// `node test/webview/harness/record.mjs`. Writes test/fixtures/simulation-recorded.json.
import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const runner = process.env.FAULTLINE_RUNNER ?? join(root, 'dist', 'runner.js');

const migrations = {
  goose: 'examples/shop/db/migrations/20250519080000_add_currency_to_orders.sql',
  flyway: 'examples/library/sql/V3__due_dates.sql',
  golangMigrate: 'examples/newsletter/migrations/000003_unsubscribe.up.sql',
};

function record(path) {
  const request = {
    path: join(root, path),
    engine: 'postgres',
    engineVersion: '18',
    sandbox: 'embedded',
    faults: 'all',
    points: 'all',
    rows: 200,
    seed: 7,
    jobs: 2,
    load: 1,
    placeholders: {},
    collapse: true,
  };
  return new Promise((resolve, reject) => {
    const child = fork(runner);
    const events = [];
    child.on('message', (event) => events.push(event));
    child.on('exit', () => {
      const failure = events.find(({ kind }) => kind === 'failed');
      if (failure) reject(new Error(`${path}: ${failure.message}`));
      else resolve(events);
    });
    child.send({ kind: 'start', request });
  });
}

const scenarios = {};
for (const [name, path] of Object.entries(migrations)) {
  const events = await record(path);
  const { migration } = events.find(({ kind }) => kind === 'planned');
  scenarios[name] = {
    subject: {
      path,
      title: basename(path),
      framework: migration.framework,
      engine: 'PostgreSQL 18',
      summary: '',
      sandboxes: [{ name: 'embedded', label: 'Embedded server' }],
      engineName: 'PostgreSQL',
      engineVersions: ['18'],
      choices: { sandbox: 'embedded', engineVersion: '18', rows: 200, seed: 7 },
    },
    events,
  };
  console.log(`${name}: ${events.length} events`);
}
await writeFile(join(root, 'test', 'fixtures', 'simulation-recorded.json'), `${JSON.stringify(scenarios)}\n`);
