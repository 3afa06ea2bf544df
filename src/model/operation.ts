import type { Span } from './text';

/** The name of a database object as the text gave it: unquoted and folded; `schema` is absent when the text left it out. */
export interface ObjectName {
  readonly schema?: string;
  readonly name: string;
}

/** How sure we are that an expression gives one value for all rows. `volatile` forces a rewrite when it is a new column's default. */
export type Volatility = 'constant' | 'stable' | 'volatile' | 'unknown';

export interface ColumnSpecification {
  readonly name: string;
  /** The type as written, normalised to the engine's canonical spelling where that is certain: `integer`, `character varying(50)`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default?: { readonly text: string; readonly volatility: Volatility };
  readonly identity?: 'always' | 'by default';
  /** `serial`, `bigserial`, `smallserial`: an integer column, a sequence and a default in one word. */
  readonly serial: boolean;
  readonly generated?: { readonly text: string; readonly kind: 'stored' | 'virtual' };
  readonly collation?: string;
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly references?: ForeignKeyTarget;
  readonly check?: string;
  /** The constraints written beside the column, as table constraints with their names and definitions; NOT NULL only when it is named. */
  readonly constraints?: readonly ConstraintSpecification[];
}

export interface ForeignKeyTarget {
  readonly table: ObjectName;
  readonly columns: readonly string[];
}

export type ConstraintSpecification = {
  /** Absent when the server will choose the name. */
  readonly name?: string;
  readonly notValid: boolean;
  readonly deferrable: boolean;
  /**
   * What stands in the text after `CONSTRAINT name`, without NOT VALID, and as a table constraint also when it was written beside a
   * column: `FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE`. The virtual schema keeps it, so that a dropped
   * constraint can be written again.
   */
  readonly definition?: string;
} & (
  | { readonly kind: 'primary key' | 'unique'; readonly columns: readonly string[]; readonly usingIndex?: string }
  | { readonly kind: 'foreign key'; readonly columns: readonly string[]; readonly target: ForeignKeyTarget }
  | { readonly kind: 'check'; readonly expression: string }
  | { readonly kind: 'exclude' }
  | { readonly kind: 'not null'; readonly column: string }
);

export interface IndexSpecification {
  /** Absent when the server will choose the name. */
  readonly name?: string;
  readonly table: ObjectName;
  readonly unique: boolean;
  readonly concurrently: boolean;
  /** ON ONLY: of a partitioned table alone, without its partitions. */
  readonly only?: boolean;
  /** Column names or expression texts, in order. */
  readonly keys: readonly string[];
  readonly method: string;
  readonly predicate?: string;
}

/** Kinds of objects that are dropped, renamed or replaced by name alone. */
export type ObjectKind =
  | 'table'
  | 'index'
  | 'view'
  | 'materialized view'
  | 'sequence'
  | 'type'
  | 'domain'
  | 'function'
  | 'procedure'
  | 'trigger'
  | 'schema'
  | 'extension'
  | 'policy'
  | 'rule'
  | 'database'
  | 'role'
  | 'publication'
  | 'subscription'
  | 'foreign table'
  | 'other';

/** Where an operation stands in the file, so that a fix can change it and nothing else. All in offsets of the file, as `Statement.span`. */
export interface OperationPlace {
  /** Its own words: one subcommand of ALTER TABLE, without the comma; the whole statement elsewhere. */
  readonly span?: Span;
  /** Offsets at which words can be inserted, each with a space after them. Absent where the words stand already or can't stand. */
  readonly insertAt?: {
    /** For DETACH PARTITION it is after the last word, as for `notValid`. */
    readonly concurrently?: number;
    readonly ifNotExists?: number;
    readonly ifExists?: number;
    /** After the last word of the operation: put a space before what is inserted. */
    readonly notValid?: number;
  };
}

/** What a statement does, in terms that no rule has to ask the parser about. One statement may do several: ALTER TABLE has a list. */
export type Operation = OperationBody & OperationPlace;

type OperationBody =
  | {
      readonly kind: 'create table';
      readonly table: ObjectName;
      readonly columns: readonly ColumnSpecification[];
      readonly constraints: readonly ConstraintSpecification[];
      readonly ifNotExists: boolean;
      readonly persistence: 'permanent' | 'unlogged' | 'temporary';
      readonly asQuery: boolean;
      readonly partitionOf?: ObjectName;
      /** `FOR VALUES FROM (1) TO (10)`, `DEFAULT`. */
      readonly partitionBound?: string;
      /** `RANGE (created_at)`. */
      readonly partitionKey?: string;
      readonly like?: ObjectName;
      readonly inherits?: readonly ObjectName[];
    }
  | {
      readonly kind: 'add column';
      readonly table: ObjectName;
      readonly column: ColumnSpecification;
      readonly ifNotExists: boolean;
    }
  | {
      readonly kind: 'drop column';
      readonly table: ObjectName;
      readonly column: string;
      readonly ifExists: boolean;
      readonly cascade: boolean;
    }
  | {
      readonly kind: 'alter column type';
      readonly table: ObjectName;
      readonly column: string;
      readonly type: string;
      readonly using?: string;
      readonly collation?: string;
    }
  | { readonly kind: 'set default'; readonly table: ObjectName; readonly column: string; readonly default: string }
  | { readonly kind: 'drop default'; readonly table: ObjectName; readonly column: string }
  | { readonly kind: 'set not null'; readonly table: ObjectName; readonly column: string }
  | { readonly kind: 'drop not null'; readonly table: ObjectName; readonly column: string }
  | { readonly kind: 'alter column'; readonly table: ObjectName; readonly column: string; readonly detail: string }
  | { readonly kind: 'add constraint'; readonly table: ObjectName; readonly constraint: ConstraintSpecification }
  | { readonly kind: 'validate constraint'; readonly table: ObjectName; readonly constraint: string }
  | {
      readonly kind: 'drop constraint';
      readonly table: ObjectName;
      readonly constraint: string;
      readonly ifExists: boolean;
      readonly cascade: boolean;
    }
  | { readonly kind: 'rename constraint'; readonly table: ObjectName; readonly constraint: string; readonly newName: string }
  | { readonly kind: 'attach partition'; readonly table: ObjectName; readonly partition: ObjectName; readonly bound?: string }
  | {
      readonly kind: 'detach partition';
      readonly table: ObjectName;
      readonly partition: ObjectName;
      readonly concurrently: boolean;
      readonly finalize: boolean;
    }
  | { readonly kind: 'alter table'; readonly table: ObjectName; readonly detail: string; readonly rewrites: boolean }
  | { readonly kind: 'rename column'; readonly table: ObjectName; readonly column: string; readonly newName: string }
  | {
      readonly kind: 'rename object';
      readonly objectKind: ObjectKind;
      readonly object: ObjectName;
      readonly newName: string;
      readonly ifExists: boolean;
    }
  | { readonly kind: 'set schema'; readonly objectKind: ObjectKind; readonly object: ObjectName; readonly newSchema: string }
  | { readonly kind: 'create index'; readonly index: IndexSpecification; readonly ifNotExists: boolean }
  | {
      readonly kind: 'reindex';
      readonly target: ObjectName;
      readonly targetKind: 'index' | 'table' | 'schema' | 'database' | 'system';
      readonly concurrently: boolean;
    }
  | { readonly kind: 'refresh materialized view'; readonly view: ObjectName; readonly concurrently: boolean }
  | {
      readonly kind: 'create object';
      readonly objectKind: ObjectKind;
      readonly object: ObjectName;
      readonly ifNotExists: boolean;
      readonly orReplace: boolean;
      readonly on?: ObjectName;
      /** Argument types of a function: `(integer, text)`. */
      readonly signature?: string;
      /** Enums only: the values, in order. */
      readonly labels?: readonly string[];
      /** Relations and functions that a view or a function names, as far as the parser sees them. */
      readonly uses?: readonly ObjectName[];
      /** Subscriptions only: no replication slot is made, because of connect or create_slot = false. */
      readonly withoutSlot?: boolean;
      /** Sequences only: the column of OWNED BY. */
      readonly ownedBy?: { readonly table: ObjectName; readonly column: string };
    }
  | {
      readonly kind: 'drop object';
      readonly objectKind: ObjectKind;
      readonly objects: readonly ObjectName[];
      readonly ifExists: boolean;
      readonly cascade: boolean;
      readonly concurrently: boolean;
      readonly on?: ObjectName;
      /** Argument types per object, where the text gives them; functions only. */
      readonly signatures?: readonly (string | undefined)[];
    }
  | {
      readonly kind: 'add enum value';
      readonly type: ObjectName;
      readonly value: string;
      readonly ifNotExists: boolean;
      /** The place in the order: next to this value. Absent: at the end. */
      readonly neighbour?: { readonly side: 'before' | 'after'; readonly value: string };
    }
  | { readonly kind: 'rename enum value'; readonly type: ObjectName; readonly value: string; readonly newValue: string }
  | {
      readonly kind: 'insert';
      readonly table: ObjectName;
      readonly columns: readonly string[] /** Constant rows, as SQL literals; absent when the rows come from a query or hold expressions. */;
      readonly rows?: readonly (readonly string[])[];
      readonly onConflict: 'none' | 'nothing' | 'update';
      /** What ON CONFLICT names to find the unique index. Absent: it names none, or expressions. */
      readonly conflictTarget?: { readonly constraint: string } | { readonly columns: readonly string[]; readonly hasPredicate: boolean };
    }
  | {
      readonly kind: 'update';
      readonly table: ObjectName;
      readonly columns: readonly string[];
      readonly hasWhere: boolean;
      readonly where?: string;
    }
  | { readonly kind: 'delete'; readonly table: ObjectName; readonly hasWhere: boolean; readonly where?: string }
  | { readonly kind: 'merge' | 'copy'; readonly table: ObjectName }
  | { readonly kind: 'truncate'; readonly tables: readonly ObjectName[]; readonly cascade: boolean; readonly restartIdentity: boolean }
  | { readonly kind: 'select'; readonly tables: readonly ObjectName[]; readonly functions: readonly string[] }
  | { readonly kind: 'lock table'; readonly tables: readonly ObjectName[]; readonly mode: string; readonly nowait: boolean }
  | {
      readonly kind: 'transaction';
      readonly action: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'rollback to' | 'prepare' | 'other';
    }
  | { readonly kind: 'set'; readonly name: string; readonly value?: string; readonly local: boolean }
  | { readonly kind: 'do block'; readonly language: string; readonly body: string }
  | { readonly kind: 'call'; readonly name: ObjectName }
  | {
      readonly kind: 'comment';
      readonly objectKind: ObjectKind | 'column' | 'constraint';
      /** What is commented on; for columns and constraints the table, with the name in `member`. */
      readonly object?: ObjectName;
      readonly member?: string;
      readonly text: string | null;
    }
  | { readonly kind: 'grant' | 'revoke'; readonly detail: string }
  | { readonly kind: 'vacuum'; readonly full: boolean; readonly tables: readonly ObjectName[] }
  | { readonly kind: 'cluster' | 'analyze'; readonly tables: readonly ObjectName[] }
  | { readonly kind: 'alter system' }
  /** Read by the parser, but without a meaning of its own here; `node` is the parser's name for it. */
  | { readonly kind: 'other'; readonly node: string };

export type OperationKind = Operation['kind'];
