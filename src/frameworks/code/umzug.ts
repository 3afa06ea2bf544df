import { clientOf } from '../../code/mongodb/client';
import { databaseOf } from '../../code/mongodb/database';
import { connectionOf } from '../../code/mongodb/mongoose/connection';
import type { MongoRun } from '../../code/mongodb/run';
import { sessionOf } from '../../code/mongodb/session';
import { native } from '../../code/native';
import { codeFiles } from '../../code/resolve';
import { object, unknown, type Value } from '../../code/value';
import type { Migration } from '../../model/migration';
import { type Result, success } from '../../model/result';
import type { DownPlacement, SourceFile, ToolFramework } from '../../model/run-protocol';
import { baseName, byText, dependsOn, folderPrefix, problem } from '../files';
import { CodeMemory } from './code-memory';
import type { Parameter } from './definitions';
import { ownCode } from './migration-classes';
import { readMongoMigration } from './mongodb/migration';
import { type MongoTool, mongoEngine } from './mongodb/read';
import { driverLines, rawDriverCall } from './mongodb/writing';
import { placeDownInCode } from './placing';

/**
 * umzug 3 whose context is MongoDB's: `up({ name, path, context })`, the files of the glob in the order of their names, nothing around
 * them, and the name in the storage afterwards. What the context is the project says: the database, the client, mongoose's connection, or
 * an object of these. Migrations with a context of Sequelize are that framework's.
 */
export const umzug: ToolFramework = {
  name: 'umzug',
  displayName: 'umzug',
  engine: 'mongodb',
  command: 'node migrate.js up',
  harness: 'umzug',

  detect(files) {
    const candidates = ownCode(files).filter((file) => isCandidate(file) && /\b(?:up|down)\b/.test(file.text));
    const own = candidates.filter(isMongoContext).length;
    if (own === 0) return 0;
    return (dependsOn(files, 'umzug') ? 0.69 : 0.61) + (0.3 * own) / candidates.length;
  },

  read(files, options) {
    const folder = codeFiles(files);
    const engine = mongoEngine(options.engine);
    return ownCode(files)
      .filter(isCandidate)
      .toSorted((left, right) => byText(left.path, right.path))
      .flatMap((file): readonly Result<Migration>[] => {
        const migration = migrations.recall(`${file.path} ${engine.major}`, [file.path], folder, () =>
          readMongoMigration(file, folder, { framework: 'umzug', id: baseName(file.path), engine, tool }),
        );
        if (migration !== undefined) return [success(migration)];
        if (!/^\d/.test(file.path)) return [];
        return [
          problem(
            `${file.path} shows no function up, so nothing in it is checked. Export it where it can be seen: exports.up = async ({ context }) => ...`,
            file.path,
          ),
        ];
      });
  },

  placeDown(migration, files, statements): DownPlacement {
    return placeDownInCode(migration, files, {
      parameters: '{ context: db }',
      async: true,
      lines: (parameters) => driverLines(statements, { db: databaseName(parameters) }),
    });
  },

  rawCall: rawDriverCall,
};

const migrations = new CodeMemory<Migration | undefined>();

function isCandidate({ path }: SourceFile): boolean {
  return folderPrefix(path) === '' && !path.startsWith('.') && !/^(?:umzug|index|migrator)\.[cm]?[jt]s$/.test(path);
}

/** A context that calls of MongoDB's driver are made on. */
export function isMongoContext({ text }: SourceFile): boolean {
  if (!/\bcontext\b/.test(text) || /\bqueryInterface\b|\bsequelize\b/i.test(text)) return false;
  return /\.\s*(?:collection|createCollection|dropCollection|renameCollection)\s*(?:<[^>]*>)?\s*\(|['"](?:mongodb|mongoose)['"]/.test(text);
}

/** What `down` calls the database: `{ context: db }`, `{ context }`, `{ context: { db } }`. */
function databaseName([first]: readonly Parameter[]): string {
  const context = first?.properties.get('context');
  if (context !== undefined) return /^(?:client|mongoClient)$/.test(context) ? `${context}.db()` : context;
  const nested = /\bcontext\s*:\s*\{\s*(?:[\w$]+\s*,\s*)*db\b\s*(?::\s*([\w$]+))?/.exec(first?.text ?? '');
  if (nested !== null) return nested[1] ?? 'db';
  return first?.name === undefined ? 'context' : `${first.name}.context`;
}

/** All that a context may be at once: a database with the properties of the objects that hold one. */
function contextOf(run: MongoRun): Value {
  const client = clientOf(run);
  const db = databaseOf(run, () => client);
  const connection = connectionOf(run);
  return native({
    name: 'context',
    properties: {
      client: () => client,
      session: () => sessionOf(run, 'session'),
      mongoClient: () => client,
      connection: () => connection,
      mongoose: () => connection,
      database: () => db,
      mongo: () => db,
    },
    member(name, use) {
      // `context.db.collection(...)` of an object, `context.db('name')` of a client.
      if (name === 'db') return { ...db, call: (call) => (client.member?.('db', use) as typeof db | undefined)?.call?.(call) ?? db };
      return db.member?.(name, use) ?? connection.member?.(name, use) ?? client.member?.(name, use);
    },
  });
}

const tool: MongoTool = {
  execution: {
    requests: 'per-statement',
    wrapped: false,
    because: 'umzug opens no transaction, so each call commits as it ends, and its storage notes the migration after the last',
  },
  given: (run) => [object({ context: contextOf(run), name: unknown('name'), path: unknown('path') })],
};
