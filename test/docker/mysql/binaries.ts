import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { docker } from '../docker';

const wanted = [
  'usr/sbin/mysqld',
  'usr/sbin/mariadbd',
  'usr/bin/mariadb-install-db',
  'usr/bin/my_print_defaults',
  'usr/bin/resolveip',
  'usr/share/mysql*',
  'usr/share/mariadb*',
  'usr/lib/*-linux-gnu/*',
  'usr/lib64/*',
  'usr/lib/mysql*',
  'usr/lib/mariadb*',
];

/**
 * The server's own programs, taken out of its image with the libraries that they need: the folder is as an installation under /usr is. Each
 * program is a script that runs the real one with the image's loader, since the libraries of this machine may be others.
 */
export async function installationFrom(image: string): Promise<{ readonly programs: string; readonly remove: () => void }> {
  const root = mkdtempSync(join(tmpdir(), 'faultline-installation-'));
  chmodSync(root, 0o755);
  const remove = () => rmSync(root, { recursive: true, force: true });
  const container = await docker().createContainer({ Image: image });
  try {
    const unpacking = spawn('tar', ['-x', '-C', root, '--wildcards', ...wanted], { stdio: ['pipe', 'ignore', 'ignore'] });
    await pipeline(await container.export(), unpacking.stdin).catch(() => undefined);
    await new Promise((resolve) => (unpacking.exitCode === null ? unpacking.once('exit', resolve) : resolve(undefined)));
  } finally {
    await container.remove({ force: true, v: true });
  }
  const libraries = readdirSync(join(root, 'usr', 'lib')).filter((name) => name.endsWith('-linux-gnu'))[0] ?? '';
  const loader = readdirSync(join(root, 'usr', 'lib', libraries)).filter((name) => /^ld-linux.*\.so/.test(name))[0] ?? '';
  const lib = join(root, 'usr', 'lib', libraries);
  for (const folder of ['sbin', 'bin'].map((name) => join(root, 'usr', name)).filter(existsSync)) {
    for (const name of readdirSync(folder))
      wrap(join(folder, name), join(lib, loader), `${lib}:${join(root, 'usr', 'lib', 'mysql', 'private')}`);
  }
  return { programs: join(root, 'usr', 'sbin'), remove };
}

function wrap(program: string, loader: string, libraries: string): void {
  const isBinary = statSync(program).size > 0 && execFileSync('head', ['-c', '4', program]).toString('latin1') === '\x7fELF';
  if (!isBinary) return;
  renameSync(program, `${program}.real`);
  writeFileSync(program, `#!/bin/sh\nexec '${loader}' --library-path '${libraries}' '${program}.real' "$@"\n`, { mode: 0o755 });
}
