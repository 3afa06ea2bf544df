import { EJSON } from 'bson';
import type { Document, MongoClient } from 'mongodb';
import type { DocumentCommand } from '../../model/document';
import type { DatabaseAddress } from '../../model/sandbox';
import { readText } from '../../parse/read';
import type { AskedRows } from '../steps';
import { withControlClient } from './connect';
import { commandsOf } from './shell/command';
import { besideOwn } from './shell/sent';

const engine = { name: 'mongodb', major: 8 } as const;

/**
 * Answers expressions of mongosh that read: `db.users.countDocuments({ ... })`, `db.users.find({ ... }).limit(5)`, `db.adminCommand({
 * currentOp: 1 }).inprog.length`. A number, text or truth value is a row `{ value }`, a document or each of several is a row of its own, in
 * canonical extended JSON (the types can be told). Undefined for one that the server refused, that can't be read, or that would write.
 */
export async function askAll(address: DatabaseAddress, texts: readonly string[]): Promise<readonly (AskedRows | undefined)[]> {
  if (texts.length === 0) return [];
  return withControlClient(address, async (_database, client) => {
    const answers: (AskedRows | undefined)[] = [];
    for (const text of texts) answers.push(await ask(client, address.database, text).catch(() => undefined));
    return answers;
  });
}

async function ask(client: MongoClient, own: string, text: string): Promise<AskedRows | undefined> {
  const [statement, ...more] = readText(text, engine);
  const [operation] = statement?.operations ?? [];
  if (more.length > 0 || operation?.kind !== 'document command' || !reads(operation)) return undefined;
  const commands = commandsOf(operation, own);
  const [command, ...others] = commands.ok ? commands.value : [];
  if (command === undefined || others.length > 0) return undefined;
  const { database, document } = besideOwn(command, own);
  return rowsOf(followed(resultOf(operation, await answered(client, database, document)), operation));
}

/** Commands that change nothing, for those that are written as such. */
const reading: ReadonlySet<string> = new Set([
  'aggregate',
  'buildInfo',
  'collStats',
  'connectionStatus',
  'count',
  'currentOp',
  'dbStats',
  'distinct',
  'explain',
  'find',
  'getParameter',
  'hello',
  'listCollections',
  'listDatabases',
  'listIndexes',
  'ping',
  'replSetGetStatus',
  'serverStatus',
]);

function reads({ effect, isCommand, arguments: [first] }: DocumentCommand): boolean {
  if (isCommand === true) {
    const name = first?.kind === 'document' ? first.fields[0]?.name : first?.kind === 'scalar' ? String(first.value) : undefined;
    return name !== undefined && reading.has(name) && (effect.kind === 'read' || effect.kind === 'other' || isPlainAggregate(effect));
  }
  return effect.kind === 'read' || isPlainAggregate(effect);
}

function isPlainAggregate(effect: DocumentCommand['effect']): boolean {
  return effect.kind === 'aggregate' && effect.into === undefined;
}

/** A cursor's documents, all of them, or the answer. */
async function answered(client: MongoClient, database: string, document: Document): Promise<Document | readonly Document[]> {
  const settings = { promoteValues: false, bsonRegExp: true } as const;
  const db = client.db(database);
  const answer = await db.command(document, settings);
  const cursor = answer.cursor as { id: { isZero?(): boolean } | number | bigint; ns: string; firstBatch: Document[] } | undefined;
  if (cursor === undefined) return answer;
  const all = [...cursor.firstBatch];
  const collection = cursor.ns.slice(cursor.ns.indexOf('.') + 1);
  for (let id = cursor.id; !isZero(id); ) {
    const next = await db.command({ getMore: id, collection }, settings);
    const batch = next.cursor as { id: typeof id; nextBatch: Document[] };
    all.push(...batch.nextBatch);
    id = batch.id;
  }
  return all;
}

function isZero(id: unknown): boolean {
  return String(id) === '0';
}

/** What the shell makes of the command's answer. */
function resultOf({ method, isCommand }: DocumentCommand, answer: Document | readonly Document[]): unknown {
  if (isCommand === true) return answer;
  if (Array.isArray(answer)) {
    const documents = answer as readonly Document[];
    if (method === 'countDocuments') return documents[0]?.n ?? 0;
    if (method === 'findOne') return documents[0] ?? null;
    if (method === 'getCollectionNames') return documents.map((each) => each.name as unknown);
    return documents;
  }
  const { n, values } = answer as Document;
  if (method === 'distinct') return values;
  return method === 'count' || method === 'estimatedDocumentCount' || method === 'find' ? n : answer;
}

/** `.toArray()` and what only says how the documents come are done already; `.length` and other names are properties. */
function followed(result: unknown, { followedBy = [] }: DocumentCommand): unknown {
  let value = result;
  for (const { name, arguments: given } of followedBy) {
    if (given === undefined) value = propertyOf(value, name);
    else if (name === 'itcount' && Array.isArray(value)) value = value.length;
    else if ((name === 'next' || name === 'tryNext') && Array.isArray(value)) value = value[0] ?? null;
  }
  return value;
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function rowsOf(result: unknown): AskedRows | undefined {
  if (result === undefined) return undefined;
  const plain = (value: unknown): unknown =>
    isNumber(value) ? Number(value.valueOf()) : EJSON.serialize({ value }, { relaxed: false }).value;
  const row = (value: unknown): Record<string, unknown> => {
    const isDocument = typeof value === 'object' && value !== null && !('_bsontype' in value) && !(value instanceof Date);
    return isDocument ? (EJSON.serialize(value as Document, { relaxed: false }) as Record<string, unknown>) : { value: plain(value) };
  };
  return Array.isArray(result) ? result.map(row) : [row(result)];
}

/** A whole number of 64 bits as well, where no answer is so large. */
function isNumber(value: unknown): value is { valueOf(): unknown } {
  if (typeof value === 'number') return true;
  const type = (value as { readonly _bsontype?: unknown } | null)?._bsontype;
  return type === 'Int32' || type === 'Double' || type === 'Long';
}
