import { type Document, ObjectId } from 'bson';

/** What `find` of a bulk gives: the writes to what it matches. */
interface Matching {
  upsert(): Matching;
  update(change: unknown): void;
  updateOne(change: unknown): void;
  replaceOne(document: Document): void;
  delete(): void;
  deleteOne(): void;
  remove(): void;
  removeOne(): void;
}

/** The older way to write a bulk, operation by operation. */
export class BulkOperation {
  private readonly operations: Document[] = [];

  constructor(private readonly write: (operations: readonly Document[]) => unknown) {}

  insert(document: Document): this {
    document._id ??= new ObjectId();
    this.operations.push({ insertOne: { document } });
    return this;
  }

  find(filter: Document): Matching {
    return this.matching(filter, {});
  }

  execute(): unknown {
    return this.write(this.operations);
  }

  private matching(filter: Document, options: { readonly upsert?: true }): Matching {
    const add = (operation: Document): void => void this.operations.push(operation);
    return {
      upsert: () => this.matching(filter, { upsert: true }),
      update: (update) => add({ updateMany: { filter, update, ...options } }),
      updateOne: (update) => add({ updateOne: { filter, update, ...options } }),
      replaceOne: (replacement) => add({ replaceOne: { filter, replacement, ...options } }),
      delete: () => add({ deleteMany: { filter } }),
      deleteOne: () => add({ deleteOne: { filter } }),
      remove: () => add({ deleteMany: { filter } }),
      removeOne: () => add({ deleteOne: { filter } }),
    };
  }
}
