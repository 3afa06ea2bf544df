import { clientOf } from '../../code/mongodb/client';
import { databaseOf } from '../../code/mongodb/database';
import { type CodeFiles, codeFiles } from '../../code/resolve';
import type { Migration } from '../../model/migration';
import { type Result, success } from '../../model/result';
import type { DownPlacement, ReadOptions, SourceFile, ToolFramework } from '../../model/run-protocol';
import { baseName, byText, dependsOn, folderPrefix, problem } from '../files';
import { CodeMemory } from './code-memory';
import { ownCode } from './migration-classes';
import { readMongoMigration } from './mongodb/migration';
import { type MongoTool, mongoEngine } from './mongodb/read';
import { driverLines, rawDriverCall } from './mongodb/writing';
import { placeDownInCode } from './placing';

/**
 * migrate-mongo 8 to 14, from its package: `lib/env/migrationsDir.js` (the files of the folder with the configured ending, sorted as texts;
 * `default` of an ES module, else the module), `lib/actions/up.js` (`up(db, client)` and then a row in the changelog, without a
 * transaction), `lib/actions/down.js`.
 */
export const migrateMongo: ToolFramework = {
  name: 'migrate-mongo',
  displayName: 'migrate-mongo',
  engine: 'mongodb',
  harness: 'migrate-mongo',
  command: 'npx migrate-mongo up',

  detect(files) {
    const candidates = ownCode(files).filter((file) => isCandidate(file) && /\b(?:up|down)\b/.test(file.text));
    const own = candidates.filter(isOwn).length;
    const isMarked = files.some(({ path }) => isConfiguration(path)) || dependsOn(files, 'migrate-mongo');
    if (own === 0) return isMarked && candidates.some(exportsUp) ? 0.6 : 0;
    return (isMarked ? 0.68 : 0.6) + (0.3 * own) / candidates.length;
  },

  read(files, { engine: given, ...others }) {
    const folder = codeFiles(files);
    const options = { ...others, engine: mongoEngine(given) };
    return ownCode(files)
      .filter(isCandidate)
      .toSorted((left, right) => byText(left.path, right.path))
      .flatMap((file) => readFile(file, folder, options));
  },

  placeDown(migration, files, statements): DownPlacement {
    return placeDownInCode(migration, files, {
      parameters: 'db, client',
      async: true,
      lines: ([first, second]) =>
        driverLines(statements, { db: first?.name ?? 'db', ...(second?.name === undefined ? {} : { client: second.name }) }),
    });
  },

  rawCall: rawDriverCall,
};

/** Migrations lie in the folder itself; the sample beside them is none. */
function isCandidate({ path }: SourceFile): boolean {
  return folderPrefix(path) === '' && !path.startsWith('.') && !isConfiguration(path) && !/^sample-migration\.\w+$/.test(path);
}

/** `migrate-mongo-config.js`, also with the endings of ES modules and TypeScript. */
export function isConfiguration(path: string): boolean {
  return /^migrate-mongo-config\.[cm]?[jt]s$/.test(baseName(path));
}

/** Marks of other tools whose migrations look alike. */
const foreign =
  /\bknex\b|\bqueryInterface\b|\bqueryRunner\b|\bMigrationInterface\b|\bMigrationBuilder\b|\(\s*pgm\b|\bdb\s*\.\s*(?:runSql|addColumn|createTable)\b|\bextends\s+Migration\b|\bcontext\b|\bConnection\b|\bKysely\b|['"]kysely['"]|\bdb\s*\.\s*schema\b/;

/** A file that shows by itself whose it is: `up(db` with calls of the driver. */
function isOwn({ text }: SourceFile): boolean {
  if (foreign.test(text)) return false;
  const takesDatabase = /\bup\b\s*(?::[^=\n]+)?(?:=|:)?\s*(?:async\s*)?(?:function\b[^(]*)?\(?\s*(?:db|database|client|_db|mongo)\b/.test(
    text,
  );
  const isTyped = /\bimport\(\s*['"]mongodb['"]\s*\)|\bfrom\s+['"]mongodb['"]/.test(text);
  const calls =
    /\.\s*collection\s*(?:<[^>]*>)?\s*\(|\bdb\s*\.\s*(?:createCollection|dropCollection|renameCollection|command|admin|listCollections|collections)\s*\(/.test(
      text,
    );
  return calls || (takesDatabase && isTyped);
}

function exportsUp({ text }: SourceFile): boolean {
  return !foreign.test(text) && /\bexports\b|\bexport\b/.test(text);
}

const tool: MongoTool = {
  execution: {
    requests: 'per-statement',
    wrapped: false,
    because: 'migrate-mongo opens no transaction, so each call commits as it ends, and the changelog is written after the last',
  },
  given: (run) => {
    const client = clientOf(run);
    return [databaseOf(run, () => client), client];
  },
};

const migrations = new CodeMemory<Migration | undefined>();

function readFile(file: SourceFile, folder: CodeFiles, options: ReadOptions): readonly Result<Migration>[] {
  const key = `${file.path} ${options.engine.name} ${options.engine.major}`;
  const migration = migrations.recall(key, [file.path], folder, () =>
    readMongoMigration(file, folder, { framework: 'migrate-mongo', id: baseName(file.path), engine: options.engine, tool }),
  );
  if (migration !== undefined) return [success(migration)];
  if (!/^\d/.test(file.path)) return [];
  return [
    problem(
      `${file.path} shows no function up, so nothing in it is checked. Export it where it can be seen: module.exports = { async up(db, client) { ... } }.`,
      file.path,
    ),
  ];
}
