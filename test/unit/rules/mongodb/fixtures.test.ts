import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../../src/lint/configuration';
import { type LintedFolder, lintFolder } from '../../../../src/lint/lint';
import type { Finding } from '../../../../src/model/finding';
import type { SourceFile } from '../../../../src/model/run-protocol';
import { loadParser } from '../../../../src/parse/load';
import { readMigrationSource } from '../../../../src/workspace/read-folder';

/**
 * Whole folders for MongoDB. Each file says in its head which framework and which versions it is for:
 * `// safe: migrate-mongo, mongodb 7, mongodb 8`. In `safe` no rule has anything to say; in `hazards` `// expect: RULE, RULE` stands on the line
 * before the one in which the finding must begin.
 */
interface Folder {
  readonly name: string;
  readonly framework: string;
  readonly files: readonly SourceFile[];
  /** Of each file that says so. */
  readonly engines: ReadonlyMap<string, readonly string[]>;
}

const header = /^\/\/ (?:safe|hazards): ([\w-]+), (.+)$/m;

async function foldersOf(set: 'safe' | 'hazards'): Promise<readonly Folder[]> {
  const root = fileURLToPath(new URL(`../../../fixtures/mongodb/${set}/`, import.meta.url));
  return Promise.all(
    readdirSync(root).map(async (name): Promise<Folder> => {
      const hasOwnFolder = readdirSync(root + name).includes('migrations');
      const source = await readMigrationSource(hasOwnFolder ? `${root}${name}/migrations` : root + name);
      if (!source.ok) throw new Error(`${name}: ${source.error.message}`);
      const { files } = source.value;
      const heads = files.flatMap(({ path, text }) => {
        const [, framework = '', engines = ''] = header.exec(text) ?? [];
        return framework === '' ? [] : [{ path, framework, engines: engines.split(',').map((engine) => engine.trim()) }];
      });
      const framework = heads[0]?.framework ?? '';
      if (framework === '' || heads.some((head) => head.framework !== framework))
        throw new Error(`${name}: its files must name one framework`);
      return { name, framework, files, engines: new Map(heads.map((head) => [head.path, head.engines])) };
    }),
  );
}

function lint(folder: Folder, engine: string): LintedFolder {
  const [name, engineVersion = ''] = engine.split(' ');
  return lintFolder({
    files: folder.files,
    configuration: { ...defaultConfiguration, engine: name === 'mongodb' ? 'mongodb' : 'postgres', engineVersion },
  });
}

const enginesOf = ({ engines }: Folder): readonly string[] => [...new Set([...engines.values()].flat())].sort();
const findingsIn = ({ reports }: LintedFolder, path: string): readonly Finding[] =>
  reports.find((report) => report.path === path)?.findings ?? [];

const safe = await foldersOf('safe');
const hazards = await foldersOf('hazards');

beforeAll(loadParser);

describe('the safe way on MongoDB', () => {
  it('is shown in at least 30 files', () => {
    expect(safe.flatMap(({ engines }) => [...engines]).length).toBeGreaterThanOrEqual(30);
  });

  for (const folder of safe) {
    it.each(enginesOf(folder))(`${folder.name} gives no finding on %s`, (engine) => {
      const linted = lint(folder, engine);
      expect(linted.framework.name).toBe(folder.framework);
      expect(linted.problems).toEqual([]);
      const meant = linted.reports.filter(({ path }) => folder.engines.get(path)?.includes(engine));
      expect(meant.length).toBeGreaterThan(0);
      const said = meant.flatMap(({ path, findings }) =>
        findings.map(({ rule, range, message }) => `${path}:${range.start.line + 1}: ${rule}: ${message}`),
      );
      expect(said).toEqual([]);
      expect(meant.flatMap(({ errors }) => errors)).toEqual([]);
    });
  }
});

interface Expected {
  readonly path: string;
  /** Of the marker, from 0. */
  readonly line: number;
  readonly rule: string;
}

function expectedOf({ files }: Folder): readonly Expected[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((content, line) =>
        (/^\s*\/\/ expect: (.+)$/.exec(content)?.[1] ?? '')
          .split(',')
          .flatMap((rule) => (rule === '' ? [] : [{ path, line, rule: rule.trim() }])),
      ),
  );
}

describe('hazards on MongoDB', () => {
  it('are at least 30', () => {
    expect(hazards.flatMap(expectedOf).length).toBeGreaterThanOrEqual(30);
  });

  for (const folder of hazards) {
    it.each(enginesOf(folder))(`of ${folder.name} are found where they stand on %s`, (engine) => {
      const linted = lint(folder, engine);
      expect(linted.framework.name).toBe(folder.framework);
      const missed = expectedOf(folder)
        .filter(({ path }) => folder.engines.get(path)?.includes(engine))
        .filter((one) => !findingsIn(linted, one.path).some(({ rule, range }) => rule === one.rule && range.start.line === one.line + 1));
      expect(missed.map(({ path, line, rule }) => `${path}:${line + 2}: ${rule}`)).toEqual([]);
    });
  }
});
