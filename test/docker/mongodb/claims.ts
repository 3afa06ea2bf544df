import { type ClientSession, type Db, type MongoClient, MongoServerError } from 'mongodb';
import { commandsOf, type ShellCommand } from '../../../src/engines/mongodb/shell/command';
import { emptyCatalog } from '../../../src/model/catalog';
import type { Migration, Statement } from '../../../src/model/migration';
import type { PlannedStatement } from '../../../src/model/plan';
import { readText } from '../../../src/parse/read';
import { planProgram } from '../../../src/plan/plan';
import { replay } from '../../../src/schema/virtual-schema';

export const engine = { name: 'mongodb', major: 8 } as const;

/** What is there before each claim. */
export const before = `
db.createCollection("a");
db.a.createIndex({ x: 1 });
db.a.insertMany([{ _id: 1, x: 1 }, { _id: 2, x: 2 }]);
db.createCollection("b");
`;

/** Commands as a migration sends them in a transaction, with what becomes of them there. 263 is OperationNotSupportedInTransaction. */
export interface Claim {
  readonly text: string;
  readonly refused: boolean;
  /** The stand-in knows nothing of it, or does something else than a mongod. */
  readonly realOnly?: true;
}

export const claims: readonly Claim[] = [
  { text: 'db.a.insertOne({ _id: 3 });', refused: false },
  { text: 'db.a.updateMany({}, { $set: { y: 1 } });', refused: false },
  { text: 'db.a.deleteMany({});', refused: false },
  { text: 'db.a.bulkWrite([{ insertOne: { document: { _id: 4 } } }, { deleteOne: { filter: { _id: 1 } } }]);', refused: false },
  { text: 'db.a.find({});', refused: false },
  { text: 'db.a.countDocuments({});', refused: false },
  { text: 'db.a.distinct("x");', refused: false },
  { text: 'db.a.aggregate([{ $match: { x: 1 } }]);', refused: false },
  { text: 'db.a.findOneAndUpdate({ _id: 1 }, { $set: { z: 1 } });', refused: false },
  { text: 'db.createCollection("made");', refused: false },
  { text: 'db.createCollection("made"); db.made.createIndex({ x: 1 });', refused: false },
  { text: 'db.a.createIndex({ y: 1 });', refused: true },
  { text: 'db.b.createIndex({ y: 1 });', refused: true },
  { text: 'db.a.dropIndex("x_1");', refused: true },
  { text: 'db.a.drop();', refused: true },
  { text: 'db.a.renameCollection("c");', refused: true },
  { text: 'db.runCommand({ collMod: "a", validator: { x: 1 } });', refused: true },
  { text: 'db.dropDatabase();', refused: true },
  { text: 'db.a.aggregate([{ $match: {} }, { $out: "c" }]);', refused: true, realOnly: true },
  { text: 'db.a.aggregate([{ $match: {} }, { $merge: { into: "c" } }]);', refused: true, realOnly: true },
  { text: 'db.runCommand({ listCollections: 1 });', refused: true },
  { text: 'db.runCommand({ listIndexes: "a" });', refused: true },
  { text: 'db.runCommand({ count: "a" });', refused: true },
  { text: 'db.createView("v", "a", []);', refused: true, realOnly: true },
  { text: 'db.createCollection("series", { timeseries: { timeField: "at" } });', refused: true, realOnly: true },
];

/** The plan's word on the last statement of a text that has a session. */
export function planned(text: string): PlannedStatement | undefined {
  const statements = readText(text, engine).map(
    (statement): Statement => ({
      ...statement,
      operations: statement.operations.map((operation) =>
        operation.kind === 'document command' ? { ...operation, session: true } : operation,
      ),
      circumstances: { awaited: true, transaction: { by: 'withTransaction', session: 'session' } },
    }),
  );
  const migration: Migration = {
    id: '1',
    title: '1',
    framework: 'migrate-mongo',
    engine,
    up: {
      direction: 'up',
      path: '1.js',
      span: { start: 0, end: text.length },
      statements,
      execution: { requests: 'per-statement', wrapped: false, because: '' },
    },
  };
  return planProgram(migration, 'up', replay(emptyCatalog, readText(before, engine), engine)).statements.at(-1);
}

/** The commands of a text, as the server gets them. Throws where one can't be read. */
function commandsIn(text: string, database: string): readonly ShellCommand[] {
  return readText(text, engine).flatMap(({ operations, unreadable }) => {
    if (unreadable !== undefined) throw new Error(`${text}: ${unreadable.message}`);
    return operations.flatMap((operation) => {
      const commands = operation.kind === 'document command' ? commandsOf(operation, database) : undefined;
      if (commands?.ok === false) throw new Error(commands.error.message);
      return commands?.value ?? [];
    });
  });
}

/** Sends the commands of a text, within a session where one is given. */
export async function send(client: MongoClient, db: Db, text: string, session?: ClientSession): Promise<void> {
  for (const { database, document } of commandsIn(text, db.databaseName)) {
    const answer = await client.db(database).command(document, session === undefined ? {} : { session });
    const [failed] = Array.isArray(answer.writeErrors) ? answer.writeErrors : [];
    if (failed !== undefined) throw new MongoServerError(failed);
  }
}

/** The code with which a text is refused in a transaction of its own, which is then aborted; undefined when it is not. */
export async function codeInTransaction(client: MongoClient, db: Db, text: string): Promise<number | string | undefined> {
  const session = client.startSession();
  session.startTransaction();
  try {
    await send(client, db, text, session);
    return undefined;
  } catch (error) {
    if (error instanceof MongoServerError) return error.code ?? 'no code';
    throw error;
  } finally {
    await session.abortTransaction().catch(() => undefined);
    await session.endSession();
  }
}

export async function codeOf(work: Promise<unknown>): Promise<number | string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof MongoServerError) return error.code ?? 'no code';
    throw error;
  }
}
