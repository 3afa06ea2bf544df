import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { supportedPostgresMajors } from '../../../src/model/engine';
import type { SourceFile } from '../../../src/model/run-protocol';
import { readMigrationSource } from '../../../src/workspace/read-folder';

/** A folder of migrations under `test/fixtures`, read from the disk as the command line reads it. */
export interface FixtureFolder {
  readonly name: string;
  readonly framework: string;
  readonly files: readonly SourceFile[];
  /** Of each file that says so: the major versions it is for. */
  readonly majors: ReadonlyMap<string, readonly number[]>;
}

const header = /(?:--|\/\/) (?:safe|hazards): ([\w-]+), PostgreSQL (\d+)(?:-(\d+))?/;

/** All folders of a set. Each file says in its head which framework and which versions it is for: `-- safe: goose, PostgreSQL 12-18`. */
export async function fixtureFolders(set: 'safe' | 'hazards'): Promise<readonly FixtureFolder[]> {
  const root = fileURLToPath(new URL(`../../fixtures/${set}/`, import.meta.url));
  const entries = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Promise.all(entries.map(({ name }) => readFixture(root, name)));
}

async function readFixture(root: string, name: string): Promise<FixtureFolder> {
  const hasOwnFolder = readdirSync(join(root, name)).includes('migrations');
  const source = await readMigrationSource(hasOwnFolder ? join(root, name, 'migrations') : join(root, name));
  if (!source.ok) throw new Error(`${name}: ${source.error.message}`);
  const majors = new Map<string, readonly number[]>();
  const frameworks = new Set<string>();
  for (const { path, text } of source.value.files) {
    const match = header.exec(text);
    if (match === null) continue;
    const [, framework = '', first = '', last = first] = match;
    frameworks.add(framework);
    majors.set(
      path,
      supportedPostgresMajors.filter((major) => Number(first) <= major && major <= Number(last)),
    );
  }
  const [framework = '', ...others] = frameworks;
  if (framework === '' || others.length > 0) throw new Error(`${name}: its files must name one framework in their heads`);
  return { name, framework, files: source.value.files, majors };
}
