// Types, lint and format, imports: side by side, because each is a process of its own. Prints what failed, and exits 1 if any did.
import { spawn } from 'node:child_process';

const checks = ['check:types', 'check:lint', 'check:imports'];

/** Runs one npm script; resolves to its output and exit status. */
function run(name) {
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '-s', name], { shell: process.platform === 'win32' });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('close', (status) => resolve({ name, status, output }));
  });
}

const results = await Promise.all(checks.map(run));
for (const { name, status, output } of results) {
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (status !== 0) console.log(output);
}
process.exitCode = results.some((result) => result.status !== 0) ? 1 : 0;
