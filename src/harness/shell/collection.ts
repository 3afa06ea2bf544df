import { type Document, ObjectId } from 'bson';
import { type Bridge, documentsOf, optionsOf } from './bridge';
import { BulkOperation } from './bulk';
import { Cursor } from './cursor';
import { sessionNumber } from './session';

export type Options = Readonly<Record<string, unknown>>;

/** Where a collection or database is, and in which session it is used by itself. */
export interface Place {
  readonly bridge: Bridge;
  readonly database: string;
  readonly session: number | undefined;
}

/** Calls a method of the driver. A session among the options is meant rather than that of the place. */
export function call(
  place: Place,
  collection: string | undefined,
  method: string,
  documents: readonly unknown[],
  options: Options = {},
): unknown {
  const { session, ...others } = options;
  const number = session === undefined ? place.session : sessionNumber(session);
  return place.bridge.ask({
    what: 'call',
    database: place.database,
    method,
    documents: documentsOf(documents),
    options: optionsOf(others),
    ...(collection !== undefined && { collection }),
    ...(number !== undefined && { session: number }),
  });
}

export function cursor(
  place: Place,
  collection: string | undefined,
  method: string,
  documents: readonly unknown[],
  options: Options = {},
): Cursor {
  const { session, ...others } = options;
  return new Cursor(place.bridge, {
    database: place.database,
    method,
    documents,
    options: others,
    session: session === undefined ? place.session : sessionNumber(session),
    ...(collection !== undefined && { collection }),
  });
}

/** A collection of the shell, with the methods that mongosh documents ("Collection Methods"). */
export class Collection {
  constructor(
    private readonly place: Place,
    private readonly name: string,
  ) {}

  getName(): string {
    return this.name;
  }

  getFullName(): string {
    return `${this.place.database}.${this.name}`;
  }

  find(filter: Document = {}, projection?: Document, options: Options = {}): Cursor {
    return cursor(this.place, this.name, 'find', [filter], { ...options, ...(projection && { projection }) });
  }

  findOne(filter: Document = {}, projection?: Document, options: Options = {}): unknown {
    return this.find(filter, projection, { ...options, limit: 1 }).tryNext();
  }

  /** `aggregate([...], options)`, and its older form with the stages as arguments. */
  aggregate(first: unknown = [], ...others: readonly unknown[]): Cursor {
    const [stages, options] = Array.isArray(first) ? [first, (others[0] ?? {}) as Options] : [[first, ...others], {}];
    const result = cursor(this.place, this.name, 'aggregate', [stages], options);
    // What writes is carried out though nobody reads its answer.
    const last = stages.at(-1) as Document | undefined;
    if (last !== undefined && ('$out' in last || '$merge' in last)) result.hasNext();
    return result;
  }

  countDocuments(filter: Document = {}, options?: Options): unknown {
    return this.call('countDocuments', [filter], options);
  }

  estimatedDocumentCount(options?: Options): unknown {
    return this.call('estimatedDocumentCount', [], options);
  }

  count(filter: Document = {}, options?: Options): unknown {
    return this.countDocuments(filter, options);
  }

  distinct(field: string, filter: Document = {}, options?: Options): unknown {
    return this.call('distinct', [field, filter], options);
  }

  insertOne(document: Document, options?: Options): unknown {
    document._id ??= new ObjectId();
    return this.call('insertOne', [document], options);
  }

  insertMany(documents: readonly Document[], options?: Options): unknown {
    for (const document of documents) document._id ??= new ObjectId();
    return this.call('insertMany', [documents], options);
  }

  insert(given: Document | readonly Document[], options?: Options): unknown {
    return Array.isArray(given) ? this.insertMany(given, options) : this.insertOne(given as Document, options);
  }

  updateOne(filter: Document, change: unknown, options?: Options): unknown {
    return this.call('updateOne', [filter, change], options);
  }

  updateMany(filter: Document, change: unknown, options?: Options): unknown {
    return this.call('updateMany', [filter, change], options);
  }

  update(filter: Document, change: unknown, { multi, ...options }: Options = {}): unknown {
    return multi === true ? this.updateMany(filter, change, options) : this.updateOne(filter, change, options);
  }

  replaceOne(filter: Document, document: Document, options?: Options): unknown {
    return this.call('replaceOne', [filter, document], options);
  }

  deleteOne(filter: Document, options?: Options): unknown {
    return this.call('deleteOne', [filter], options);
  }

  deleteMany(filter: Document, options?: Options): unknown {
    return this.call('deleteMany', [filter], options);
  }

  remove(filter: Document, given: boolean | Options = {}): unknown {
    const { justOne, ...options } = typeof given === 'boolean' ? { justOne: given } : given;
    return justOne === true ? this.deleteOne(filter, options) : this.deleteMany(filter, options);
  }

  findOneAndUpdate(filter: Document, change: unknown, options?: Options): unknown {
    return this.call('findOneAndUpdate', [filter, change], returned(options));
  }

  findOneAndReplace(filter: Document, document: Document, options?: Options): unknown {
    return this.call('findOneAndReplace', [filter, document], returned(options));
  }

  findOneAndDelete(filter: Document, options?: Options): unknown {
    return this.call('findOneAndDelete', [filter], options);
  }

  findAndModify({ query = {}, update, remove, new: isNew, fields, ...options }: Options): unknown {
    const chosen = { ...options, ...(fields !== undefined && { projection: fields }), ...(isNew === true && { returnDocument: 'after' }) };
    if (remove === true) return this.findOneAndDelete(query as Document, chosen);
    const replaces = !Array.isArray(update) && !Object.keys(update as Document).every((key) => key.startsWith('$'));
    return replaces
      ? this.findOneAndReplace(query as Document, update as Document, chosen)
      : this.findOneAndUpdate(query as Document, update, chosen);
  }

  bulkWrite(operations: readonly unknown[], options?: Options): unknown {
    return this.call('bulkWrite', [operations], options);
  }

  initializeOrderedBulkOp(): BulkOperation {
    return new BulkOperation((operations) => this.bulkWrite(operations, { ordered: true }));
  }

  initializeUnorderedBulkOp(): BulkOperation {
    return new BulkOperation((operations) => this.bulkWrite(operations, { ordered: false }));
  }

  createIndex(keys: unknown, options?: Options): unknown {
    return this.call('createIndex', [keys], options);
  }

  ensureIndex(keys: unknown, options?: Options): unknown {
    return this.createIndex(keys, options);
  }

  createIndexes(keys: readonly unknown[], options: Options = {}): unknown {
    const { session, writeConcern, commitQuorum, ...ofIndex } = options;
    const ofCommand = {
      ...(session !== undefined && { session }),
      ...(writeConcern !== undefined && { writeConcern }),
      ...(commitQuorum !== undefined && { commitQuorum }),
    };
    return this.call('createIndexes', [keys.map((key) => ({ key, ...ofIndex }))], ofCommand);
  }

  dropIndex(index: unknown): unknown {
    return this.command({ dropIndexes: this.name, index });
  }

  dropIndexes(index: unknown = '*'): unknown {
    return this.command({ dropIndexes: this.name, index });
  }

  hideIndex(index: unknown): unknown {
    return this.command({ collMod: this.name, index: { ...indexName(index), hidden: true } });
  }

  unhideIndex(index: unknown): unknown {
    return this.command({ collMod: this.name, index: { ...indexName(index), hidden: false } });
  }

  getIndexes(): unknown {
    return cursor(this.place, this.name, 'listIndexes', []).toArray();
  }

  getIndices(): unknown {
    return this.getIndexes();
  }

  getIndexKeys(): unknown {
    return (this.getIndexes() as readonly Document[]).map(({ key }) => key as unknown);
  }

  drop(options?: Options): unknown {
    return this.call('drop', [], options);
  }

  renameCollection(name: string, dropTarget = false): unknown {
    this.call('rename', [name], { dropTarget });
    return { ok: 1 };
  }

  exists(): unknown {
    return cursor(this.place, undefined, 'listCollections', [{ name: this.name }]).tryNext();
  }

  isCapped(): boolean {
    return (this.exists() as { options?: { capped?: unknown } } | null)?.options?.capped === true;
  }

  stats(): unknown {
    return this.command({ collStats: this.name });
  }

  validate(options: Options = {}): unknown {
    return this.command({ validate: this.name, ...options });
  }

  private call(method: string, documents: readonly unknown[], options?: Options): unknown {
    return call(this.place, this.name, method, documents, options);
  }

  private command(command: Document): unknown {
    return call(this.place, undefined, 'command', [command]);
  }
}

/** The shell's own name for it is older than the driver's. */
function returned({ returnNewDocument, new: isNew, ...options }: Options = {}): Options {
  return returnNewDocument === true || isNew === true ? { ...options, returnDocument: 'after' } : options;
}

function indexName(index: unknown): Document {
  return typeof index === 'string' ? { name: index } : { keyPattern: index };
}
