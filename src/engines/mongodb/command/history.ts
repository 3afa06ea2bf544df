import { BSON, type Document } from 'mongodb';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { HistoryColumn, HistoryTable, HistoryValues } from '../../command/history';
import { withControlClient } from '../connect';
import { bsonType, exactReading } from '../snapshot/values';

/**
 * The collections of these names that there are, with all of their documents. Columns are the fields of all documents of the first level; a text is as
 * it is, any other value is relaxed Extended JSON; a field that a document has not is null. Rejects as `mongodb` does.
 */
export function readHistoryTables(address: DatabaseAddress, names: readonly string[]): Promise<readonly HistoryTable[]> {
  if (names.length === 0) return Promise.resolve([]);
  return withControlClient(address, async (database) => {
    const found = await database.listCollections({ name: { $in: [...names] }, type: 'collection' }, { nameOnly: true }).toArray();
    const own = found.map(({ name }) => name).sort();
    return Promise.all(
      own.map(async (name): Promise<HistoryTable> => {
        const collection = database.collection(name);
        const [documents, indexes] = await Promise.all([
          collection.find({}, exactReading).sort({ _id: 1 }).toArray(),
          collection.listIndexes().toArray(),
        ]);
        return historyTable(name, documents, indexes as readonly Document[]);
      }),
    );
  });
}

function historyTable(name: string, documents: readonly Document[], indexes: readonly Document[]): HistoryTable {
  const unique = new Set(indexes.filter((index) => index.unique === true).flatMap((index) => Object.keys(index.key as Document)));
  const names = [...new Set(documents.flatMap((document) => Object.keys(document)))];
  const columns = names.map((field): HistoryColumn => {
    const type = typeOf(documents.map((document) => document[field] as unknown).find((value) => value !== null && value !== undefined));
    return { name: field, type, isGiven: field === '_id' && type === 'objectId', isKey: field === '_id' || unique.has(field) };
  });
  const rows = documents.map((document): HistoryValues => Object.fromEntries(names.map((field) => [field, textOf(document[field])])));
  return { schema: '', name, columns, rows };
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : BSON.EJSON.stringify(value, { relaxed: true });
}

const aliases: Readonly<Record<string, string>> = {
  ObjectId: 'objectId',
  Int32: 'int',
  Double: 'double',
  Long: 'long',
  Decimal128: 'decimal',
  Timestamp: 'timestamp',
  Binary: 'binData',
  UUID: 'binData',
  BSONRegExp: 'regex',
};

/** The type by its alias (manual, "BSON Types"). */
function typeOf(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value !== 'object' || value === null) return typeof value;
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  const type = bsonType(value);
  return type === undefined ? 'object' : (aliases[type] ?? type);
}
