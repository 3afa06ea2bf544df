import type { Span } from './text';

/**
 * Values and commands of a document database, as a migration writes them. MongoDB alone so far. All spans count as `Statement.span` does.
 */

/** A value as far as it can be read without running the code. What only a run would tell is a hole, never a guess. */
export type DocumentValue =
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null; readonly span: Span }
  /** A BSON type that JSON has not, as mongosh writes it: type `ObjectId`, text `ObjectId("65f...")`; a regular expression is `RegExp`, `/a/i`. */
  | { readonly kind: 'bson'; readonly type: string; readonly text: string; readonly span: Span }
  /** `partial`: more items may be there than could be read (a spread, a loop). */
  | { readonly kind: 'array'; readonly items: readonly DocumentValue[]; readonly partial?: true; readonly span: Span }
  | DocumentNode
  /** The name of what stands there: `${id}` in a rendered text. */
  | { readonly kind: 'hole'; readonly name: string; readonly span: Span };

export interface DocumentNode {
  readonly kind: 'document';
  readonly fields: readonly DocumentField[];
  /** More fields may be there than could be read. */
  readonly partial?: true;
  readonly span: Span;
}

export interface DocumentField {
  readonly name: string;
  readonly value: DocumentValue;
  /** Of the name. */
  readonly span: Span;
}

/** One document written, of whichever command: an item of insertMany, of bulkWrite, or the only one of updateOne. */
export type DocumentWrite =
  | { readonly kind: 'insert'; readonly document: DocumentValue; readonly span: Span }
  | {
      readonly kind: 'update';
      readonly filter: DocumentValue;
      /** Operators (`$set`), or a pipeline. */
      readonly change: DocumentValue;
      readonly many: boolean;
      readonly upsert: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'replace';
      readonly filter: DocumentValue;
      readonly document: DocumentValue;
      readonly upsert: boolean;
      readonly span: Span;
    }
  | { readonly kind: 'delete'; readonly filter: DocumentValue; readonly many: boolean; readonly span: Span };

export interface DocumentIndex {
  readonly keys: DocumentValue;
  /** Absent when the server or driver will make it of the keys: `a_1_b_-1`. */
  readonly name?: string;
  /** Everything else: unique, sparse, expireAfterSeconds, partialFilterExpression ... Absent: none were given. */
  readonly options?: DocumentValue;
  readonly span: Span;
}

/** What a command does, whichever method sent it. */
export type DocumentEffect =
  /** `partial`: more writes than these, which could not be read. */
  | { readonly kind: 'write'; readonly writes: readonly DocumentWrite[]; readonly ordered: boolean; readonly partial: boolean }
  | { readonly kind: 'create index'; readonly indexes: readonly DocumentIndex[]; readonly partial: boolean }
  /** By name or by keys; `*` is all but that of _id. Undefined: could not be read. */
  | { readonly kind: 'drop index'; readonly indexes: readonly (string | DocumentValue)[] | undefined }
  /** A view has `viewOn` among its options. */
  | { readonly kind: 'create collection'; readonly options?: DocumentValue }
  | { readonly kind: 'modify collection'; readonly options: DocumentValue }
  | { readonly kind: 'drop collection' }
  | { readonly kind: 'rename collection'; readonly newName: CollectionName; readonly dropTarget: boolean }
  | { readonly kind: 'drop database' }
  /** `into`: the collection that its last stage $out or $merge writes. Without one it reads. */
  | {
      readonly kind: 'aggregate';
      readonly pipeline: DocumentValue;
      readonly into?: { readonly stage: '$out' | '$merge'; readonly collection: CollectionName };
    }
  | { readonly kind: 'read' }
  /** Of the server, a user, a setting: all that has no meaning of its own here. */
  | { readonly kind: 'other' };

/** A collection; the name is undefined when only a run would tell it. `database` when another than the migration's own is named. */
export interface CollectionName {
  readonly name: string | undefined;
  readonly database?: string;
}

/** One call that reaches the server. */
export interface DocumentCommand {
  readonly kind: 'document command';
  /** As driver and shell call it: `updateMany`, `createIndex`, `collMod` for `db.command({ collMod: ... })`. */
  readonly method: string;
  /** Absent for what concerns the database or the server. */
  readonly collection?: CollectionName;
  /** The database that it is called on when that is another than the migration's own: `admin` for `db.adminCommand`. */
  readonly database?: string;
  /** The first argument is the command itself, as the server gets it: `db.command`, `db.runCommand`, `db.adminCommand`. */
  readonly isCommand?: true;
  /** As written, in order. */
  readonly arguments: readonly DocumentValue[];
  readonly effect: DocumentEffect;
  /** The options argument, as far as it is there: session, writeConcern, ordered, upsert ... */
  readonly options?: DocumentValue;
  /** What is called on its result, in order: `.sort({ ... })`, `.limit(5)`, `.length` (without arguments). Absent where nothing is. */
  readonly followedBy?: readonly { readonly name: string; readonly arguments?: readonly DocumentValue[] }[];
  /** True when a session is among the options. */
  readonly session: boolean;
  /** Where `, { session }` or `session, ` can be inserted, and which of both; absent where it can't be said. */
  readonly sessionAt?: { readonly offset: number; readonly before: string; readonly after: string };
}
