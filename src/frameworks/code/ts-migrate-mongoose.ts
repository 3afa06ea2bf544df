import { connectionOf } from '../../code/mongodb/mongoose/connection';
import { type CodeFiles, codeFiles } from '../../code/resolve';
import type { Migration } from '../../model/migration';
import { type Result, success } from '../../model/result';
import type { DownPlacement, SourceFile, ToolFramework } from '../../model/run-protocol';
import { baseName, byNumber, dependsOn, folderPrefix, problem } from '../files';
import { CodeMemory } from './code-memory';
import { isConfiguration } from './migrate-mongo';
import { ownCode } from './migration-classes';
import { readMongoMigration } from './mongodb/migration';
import { type MongoTool, mongoEngine } from './mongodb/read';
import { driverLines, rawDriverCall } from './mongodb/writing';
import { placeDownInCode } from './placing';

/**
 * ts-migrate-mongoose 4, from its package (`dist/index.mjs`): files `<milliseconds>-<name>` in the order of that time, `up(connection)` with
 * mongoose's connection, nothing around it, and the state in its collection afterwards.
 */
export const tsMigrateMongoose: ToolFramework = {
  name: 'ts-migrate-mongoose',
  displayName: 'ts-migrate-mongoose',
  engine: 'mongodb',
  command: 'npx migrate up',
  harness: 'ts-migrate-mongoose',

  detect(files) {
    const candidates = ownCode(files).filter((file) => isCandidate(file) && /\b(?:up|down)\b/.test(file.text));
    const isMarked = dependsOn(files, 'ts-migrate-mongoose');
    // Migrations of migrate-mongo may use mongoose as well: there only what is given to `up` tells them apart.
    const isForeign = !isMarked && (dependsOn(files, 'migrate-mongo') || files.some(({ path }) => isConfiguration(path)));
    const own = candidates.filter((file) => takesConnection(file) || (!isForeign && usesMongoose(file))).length;
    if (own === 0) return isMarked && candidates.length > 0 ? 0.62 : 0;
    return (isMarked ? 0.69 : 0.62) + (0.3 * own) / candidates.length;
  },

  read(files, options) {
    const folder = codeFiles(files);
    const engine = mongoEngine(options.engine);
    return ownCode(files)
      .filter(isCandidate)
      .toSorted((left, right) => byNumber(timeOf(left), timeOf(right)))
      .map((file): Result<Migration> => {
        const id = baseName(file.path).replace(/\.[cm]?[jt]s$/, '');
        const migration = migrations.recall(`${file.path} ${engine.major}`, [file.path], folder, () => readFile(file, folder, id, engine));
        if (migration !== undefined) return success(migration);
        return problem(
          `${file.path} shows no function up, so nothing in it is checked. Export it where it can be seen: export async function up(connection) { ... }.`,
          file.path,
        );
      });
  },

  placeDown(migration, files, statements): DownPlacement {
    return placeDownInCode(migration, files, {
      parameters: 'connection',
      async: true,
      lines: ([first]) => {
        const connection = first?.name ?? 'connection';
        return driverLines(statements, { db: connection, admin: `${connection}.db`, client: `${connection}.getClient()` });
      },
    });
  },

  rawCall: rawDriverCall,
};

const migrations = new CodeMemory<Migration | undefined>();

function readFile(file: SourceFile, folder: CodeFiles, id: string, engine: Migration['engine']): Migration | undefined {
  return readMongoMigration(file, folder, { framework: 'ts-migrate-mongoose', id, engine, tool });
}

/** `/^\d{13,}-/` of the tool's own. */
function isCandidate({ path }: SourceFile): boolean {
  return folderPrefix(path) === '' && /^\d{13,}-/.test(path);
}

function timeOf({ path }: SourceFile): string {
  return /^\d+/.exec(path)?.[0] ?? '0';
}

/** Does a file show by itself whose it is? */
function takesConnection({ text }: SourceFile): boolean {
  return /\bup\b\s*(?:=\s*)?(?:async\s*)?(?:function\s*)?\(\s*(?:connection|mongoose)\b/.test(text);
}

function usesMongoose({ text }: SourceFile): boolean {
  return /['"]mongoose['"]/.test(text);
}

const tool: MongoTool = {
  execution: {
    requests: 'per-statement',
    wrapped: false,
    because:
      'ts-migrate-mongoose opens no transaction, so each call commits as it ends, and the state of the migration is written after the last',
  },
  given: (run) => [connectionOf(run)],
};
