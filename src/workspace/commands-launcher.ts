import { ancestors, inFolder, namePart, type ProjectFiles } from './commands-files';
import { readManifest } from './commands-manifest';

type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const packageLocks: Readonly<Record<string, PackageManager>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
};

const runners: Readonly<Record<PackageManager, { readonly program: string; readonly script: string }>> = {
  npm: { program: 'npx', script: 'npm run' },
  pnpm: { program: 'pnpm exec', script: 'pnpm run' },
  yarn: { program: 'yarn run', script: 'yarn run' },
  bun: { program: 'bunx', script: 'bun run' },
};

/** How a program of a Node project is started there: `npx knex`, `pnpm exec knex`. */
export function nodeProgram(files: ProjectFiles, folder: string, program: string): string {
  return `${runners[packageManagerOf(files, folder)].program} ${program}`;
}

/** How a script of package.json is started: `npm run migrate`. */
export function nodeScript(files: ProjectFiles, folder: string, script: string): string {
  return `${runners[packageManagerOf(files, folder)].script} ${script}`;
}

/** What a manifest names (`packageManager`, as Corepack reads it) before what a lockfile shows; the nearest of either. */
function packageManagerOf(files: ProjectFiles, folder: string): PackageManager {
  for (const ancestor of ancestors(folder)) {
    const manifest = readManifest(files.text(inFolder(ancestor, 'package.json')));
    const named = /^(npm|pnpm|yarn|bun)@/.exec(manifest?.packageManager ?? '')?.[1];
    if (isPackageManager(named)) return named;
  }
  const lock = files.nearest(folder, Object.keys(packageLocks));
  return (lock === undefined ? undefined : packageLocks[namePart(lock)]) ?? 'npm';
}

function isPackageManager(name: string | undefined): name is PackageManager {
  return name !== undefined && name in runners;
}

const pythonLocks: Readonly<Record<string, string>> = {
  'uv.lock': 'uv run ',
  'poetry.lock': 'poetry run ',
  'pdm.lock': 'pdm run ',
  'Pipfile.lock': 'pipenv run ',
};

/** How a program of a Python project is started: inside the environment that its lockfile belongs to. */
export function pythonProgram(files: ProjectFiles, folder: string, program: string): string {
  const lock = files.nearest(folder, Object.keys(pythonLocks));
  return `${lock === undefined ? '' : (pythonLocks[namePart(lock)] ?? '')}${program}`;
}
