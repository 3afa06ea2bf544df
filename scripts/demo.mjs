// Simulates the last migration of examples/shop on the embedded Postgres: prints the matrix and the way out of the worst state, and
// writes the same as an HTML report.
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const migration = 'examples/shop/db/migrations/20250519080000_add_currency_to_orders.sql';
const report = join(root, 'artifacts', 'demo.html');

await mkdir(dirname(report), { recursive: true });
const shown = relative(process.cwd(), report);
const args = ['simulate', migration, '--rows', '2000', '--fail-on', 'none', '--html', report];
console.log(`$ npx faultline ${args.slice(0, -1).join(' ')} ${shown}\n`);
// Ctrl-C goes to the child too, which takes its database down; this process only waits for it.
process.on('SIGINT', () => undefined);
const child = spawn(process.execPath, [join(root, 'dist', 'cli.js'), ...args], { cwd: root, stdio: 'inherit' });
const status = await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
if (status === 0) console.log(`\nThe same as a page: ${shown}`);
process.exitCode = status;
