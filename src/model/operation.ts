import type { DocumentCommand } from './document';
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
  readonly default?: {
    readonly text: string;
    readonly volatility: Volatility;
    /** MySQL, MariaDB: an expression, `(uuid())`, where a literal or CURRENT_TIMESTAMP would have been a plain default. */
    readonly expression?: true;
  };
  readonly identity?: 'always' | 'by default';
  /** What stands in brackets behind AS IDENTITY, without them: `START WITH 1000 INCREMENT BY 5`. */
  readonly identityOptions?: string;
  /** PostgreSQL: STORAGE, in lower case. */
  readonly storage?: string;
  /** PostgreSQL: COMPRESSION. */
  readonly compression?: string;
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
  /** MySQL, MariaDB. */
  readonly autoIncrement?: true;
  /** MySQL, MariaDB: the word NULL stands there. A MariaDB TIMESTAMP without it may be NOT NULL. */
  readonly explicitNull?: true;
  /** MySQL, MariaDB: CHARACTER SET of its own, in lower case. */
  readonly charset?: string;
  /** MySQL, MariaDB: what ON UPDATE sets, `CURRENT_TIMESTAMP(3)`. */
  readonly onUpdate?: string;
  /** MySQL, MariaDB: the text itself, without quotes. */
  readonly comment?: string;
  readonly invisible?: true;
  /** MySQL, MariaDB: what has no meaning of its own here, one clause each: `COLUMN_FORMAT FIXED`, `SRID 4326`, `COMPRESSED`. */
  readonly attributes?: readonly string[];
}

/** MySQL, MariaDB: where a column goes. Absent: to the end, or where it is. */
export type ColumnPosition = 'first' | { readonly after: string };

/** MySQL, MariaDB: what stands after the columns of CREATE TABLE and in ALTER TABLE. Words in lower case, without quotes. */
export interface TableOptions {
  readonly engine?: string;
  /** `default` where the text says so. */
  readonly charset?: string;
  readonly collation?: string;
  readonly rowFormat?: string;
  /** The next value. */
  readonly autoIncrement?: string;
  readonly comment?: string;
  /** All others, as `NAME=value` with the name in upper case: `KEY_BLOCK_SIZE=8`. */
  readonly others?: readonly string[];
}

/** MySQL, MariaDB: one part of a key. Exactly one of `column` and `expression` is there. */
export interface KeyPart {
  readonly column?: string;
  /** Without its outer brackets. */
  readonly expression?: string;
  /** Characters or bytes of the column that are indexed: `name(10)`. */
  readonly length?: number;
  readonly descending?: true;
}

/** MySQL, MariaDB: what the statement demands of the server: ALGORITHM= and LOCK=, in lower case. */
export interface OnlineWords {
  readonly algorithm?: 'default' | 'instant' | 'nocopy' | 'inplace' | 'copy';
  readonly lock?: 'default' | 'none' | 'shared' | 'exclusive';
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
  /** False: MySQL's NOT ENFORCED. */
  readonly enforced?: false;
} & (
  | {
      readonly kind: 'primary key' | 'unique';
      readonly columns: readonly string[];
      readonly usingIndex?: string;
      /** MySQL, MariaDB: the index that it is made of, with prefixes, order, visibility. */
      readonly index?: IndexSpecification;
    }
  | {
      readonly kind: 'foreign key';
      readonly columns: readonly string[];
      readonly target: ForeignKeyTarget;
      /** MySQL, MariaDB: `CASCADE`, `SET NULL`, ... as far as the text says. */
      readonly onDelete?: string;
      readonly onUpdate?: string;
      /** MySQL, MariaDB: the name between FOREIGN KEY and its columns. */
      readonly indexName?: string;
    }
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
  /** PostgreSQL: the columns of INCLUDE, which are part of a name that the server chooses. */
  readonly include?: readonly string[];
  /** MySQL, MariaDB: `btree`, `hash`, `fulltext`, `spatial`, `vector`. */
  readonly method: string;
  readonly predicate?: string;
  /** MySQL, MariaDB: the same keys with their prefix lengths and order. */
  readonly parts?: readonly KeyPart[];
  /** False: INVISIBLE, or MariaDB's IGNORED. */
  readonly visible?: false;
  /** FULLTEXT: WITH PARSER. */
  readonly parser?: string;
  readonly comment?: string;
  /** MySQL, MariaDB: others, as `NAME=value`: `KEY_BLOCK_SIZE=8`. */
  readonly options?: readonly string[];
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
  | 'event'
  | 'user'
  | 'server'
  | 'tablespace'
  | 'other';

/** Where an operation stands in the file, so that a fix can change it and nothing else. All in offsets of the file, as `Statement.span`. */
export interface OperationPlace {
  /** PostgreSQL: ALTER TABLE ONLY, which leaves out the table's children. The same in all operations of a statement. */
  readonly only?: true;
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
    /**
     * MySQL, MariaDB: after the last word that ALGORITHM= and LOCK= may follow. In ALTER TABLE put a comma and a space before them, in
     * CREATE and DROP INDEX a space. Absent in statements that know neither.
     */
    readonly online?: number;
  };
  /** MySQL, MariaDB: of the whole statement, so the same in all its operations. Absent where none of the words is there. */
  readonly online?: OnlineWords;
  /** MariaDB: how long the statement waits for locks: WAIT n, or 0 for NOWAIT. */
  readonly waitSeconds?: number;
  /** IGNORE: MariaDB's ALTER IGNORE TABLE, and data changes whose errors become warnings. */
  readonly ignore?: true;
}

/** PostgreSQL: what may stand behind INCLUDING. */
export type LikeOption =
  | 'comments'
  | 'compression'
  | 'constraints'
  | 'default'
  | 'generated'
  | 'identity'
  | 'indexes'
  | 'statistics'
  | 'storage';

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
      /** PostgreSQL: ON COMMIT DROP of a temporary table. */
      readonly dropsAtCommit?: true;
      readonly partitionOf?: ObjectName;
      /** `FOR VALUES FROM (1) TO (10)`, `DEFAULT`. */
      readonly partitionBound?: string;
      /** `RANGE (created_at)`. */
      readonly partitionKey?: string;
      readonly like?: ObjectName;
      /** PostgreSQL: what LIKE copies beyond each column's type, collation and NOT NULL. Absent where several tables are copied. */
      readonly likeIncludes?: readonly LikeOption[];
      /** PostgreSQL: how many of `columns` stand before LIKE. */
      readonly likeAfter?: number;
      readonly inherits?: readonly ObjectName[];
      /** PostgreSQL: the list of WITH, `(fillfactor = 70)`. */
      readonly parameters?: string;
      /** PostgreSQL. */
      readonly tablespace?: string;
      /** PostgreSQL: USING. */
      readonly accessMethod?: string;
      /** MySQL, MariaDB: KEY, FULLTEXT and SPATIAL; the unique ones are constraints. */
      readonly indexes?: readonly IndexSpecification[];
      readonly options?: TableOptions;
      /** MySQL, MariaDB: what follows `partitionKey`: `PARTITIONS 4`, `(PARTITION p0 VALUES LESS THAN (10))`. */
      readonly partitions?: string;
      /** MariaDB. */
      readonly orReplace?: true;
      /** MySQL, MariaDB: the tables that the query of CREATE TABLE ... SELECT reads. */
      readonly uses?: readonly ObjectName[];
    }
  | {
      readonly kind: 'add column';
      readonly table: ObjectName;
      readonly column: ColumnSpecification;
      readonly ifNotExists: boolean;
      readonly position?: ColumnPosition;
    }
  /** MODIFY and CHANGE of MySQL and MariaDB: the column's whole definition anew; what is not said is gone. */
  | {
      readonly kind: 'redefine column';
      readonly table: ObjectName;
      readonly column: string;
      /** Only when CHANGE gives it another name. */
      readonly newName?: string;
      readonly specification: ColumnSpecification;
      readonly position?: ColumnPosition;
      readonly ifExists: boolean;
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
  | {
      readonly kind: 'set default';
      readonly table: ObjectName;
      readonly column: string;
      readonly default: string;
      /** MySQL, MariaDB: as in a column's specification. */
      readonly expression?: true;
    }
  | { readonly kind: 'drop default'; readonly table: ObjectName; readonly column: string }
  | { readonly kind: 'set not null'; readonly table: ObjectName; readonly column: string }
  | { readonly kind: 'drop not null'; readonly table: ObjectName; readonly column: string }
  | {
      readonly kind: 'alter column';
      readonly table: ObjectName;
      readonly column: string;
      readonly detail: string;
      /** MySQL: SET VISIBLE, SET INVISIBLE. */
      readonly visible?: boolean;
    }
  | {
      readonly kind: 'add constraint';
      readonly table: ObjectName;
      readonly constraint: ConstraintSpecification;
      /** MariaDB. */
      readonly ifNotExists?: true;
    }
  /** MySQL: ALTER CHECK and ALTER CONSTRAINT ... [NOT] ENFORCED. */
  | { readonly kind: 'alter constraint'; readonly table: ObjectName; readonly constraint: string; readonly enforced: boolean }
  /** MySQL: VISIBLE, INVISIBLE; MariaDB: NOT IGNORED, IGNORED. */
  | { readonly kind: 'alter index'; readonly table: ObjectName; readonly indexName: string; readonly visible: boolean }
  /** MySQL, MariaDB: options in ALTER TABLE. CONVERT TO CHARACTER SET is `convert charset`. */
  | { readonly kind: 'table options'; readonly table: ObjectName; readonly options: TableOptions }
  /** MySQL, MariaDB: CONVERT TO CHARACTER SET; `default` where the text says so. */
  | { readonly kind: 'convert charset'; readonly table: ObjectName; readonly charset: string; readonly collation?: string }
  /** MySQL, MariaDB: PARTITION BY, and what ALTER TABLE does to partitions. */
  | {
      readonly kind: 'partitioning';
      readonly table: ObjectName;
      readonly action:
        | 'partition by'
        | 'remove'
        | 'add'
        | 'drop'
        | 'truncate'
        | 'coalesce'
        | 'reorganize'
        | 'exchange'
        | 'analyze'
        | 'check'
        | 'optimize'
        | 'rebuild'
        | 'repair'
        | 'discard'
        | 'import'
        | 'rename'
        | 'convert to table'
        | 'convert from table';
      /** Names; `ALL` stands as itself. */
      readonly partitions: readonly string[];
      /** The other table of EXCHANGE and CONVERT. */
      readonly otherTable?: ObjectName;
      /** EXCHANGE, and MariaDB's CONVERT: false with WITHOUT VALIDATION. */
      readonly validation?: boolean;
      /** The words of the clause as written. */
      readonly detail: string;
    }
  | { readonly kind: 'validate constraint'; readonly table: ObjectName; readonly constraint: string }
  | {
      readonly kind: 'drop constraint';
      readonly table: ObjectName;
      readonly constraint: string;
      readonly ifExists: boolean;
      readonly cascade: boolean;
      /** MySQL, MariaDB: as DROP names it; absent for DROP CONSTRAINT. A primary key's name is `PRIMARY`. */
      readonly constraintKind?: 'primary key' | 'foreign key' | 'check';
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
      /** MySQL, MariaDB: the database that RENAME moves it to, where the new name has one. */
      readonly newSchema?: string;
      /** The table of an index. */
      readonly on?: ObjectName;
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
      /** MySQL, MariaDB: of a trigger, `BEFORE INSERT`; of an event its schedule, `EVERY 1 DAY`. */
      readonly when?: string;
      /** MySQL, MariaDB: what a routine, trigger or event runs, as written. */
      readonly body?: string;
      /** Databases: DEFAULT CHARACTER SET and COLLATE. */
      readonly options?: TableOptions;
    }
  /** MySQL, MariaDB: ALTER of what is no table. `detail`: the words after the name. */
  | {
      readonly kind: 'alter object';
      readonly objectKind: ObjectKind;
      readonly object: ObjectName;
      readonly detail: string;
      readonly uses?: readonly ObjectName[];
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
      /** MySQL, MariaDB: DROP TEMPORARY TABLE, which commits nothing. */
      readonly temporary?: true;
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
      /** Rows of VALUES that hold expressions: their constants, as SQL literals, and undefined in the places of the others. */
      readonly mixedRows?: readonly (readonly (string | undefined)[])[];
      /** `nothing` for INSERT IGNORE, `update` for ON DUPLICATE KEY UPDATE, `replace` for REPLACE, which deletes the old row. */
      readonly onConflict: 'none' | 'nothing' | 'update' | 'replace';
      /** What ON CONFLICT names to find the unique index. Absent: it names none, or expressions. */
      readonly conflictTarget?: { readonly constraint: string } | { readonly columns: readonly string[]; readonly hasPredicate: boolean };
      readonly duplicateUpdate?: DuplicateUpdate;
      /** MySQL, MariaDB: tables that the query reads whose rows are inserted; absent without a query. */
      readonly from?: readonly ObjectName[];
      readonly functions?: readonly string[];
    }
  | ({
      readonly kind: 'update';
      readonly table: ObjectName;
      readonly columns: readonly string[];
      readonly hasWhere: boolean;
      readonly where?: string;
    } & RowsChosen)
  | ({ readonly kind: 'delete'; readonly table: ObjectName; readonly hasWhere: boolean; readonly where?: string } & RowsChosen)
  | {
      readonly kind: 'merge' | 'copy';
      readonly table: ObjectName;
      /** LOAD DATA: what happens to rows that are there. */
      readonly onConflict?: 'none' | 'nothing' | 'replace';
      /** LOAD DATA LOCAL: the client sends the file. */
      readonly fromClient?: boolean;
    }
  | { readonly kind: 'truncate'; readonly tables: readonly ObjectName[]; readonly cascade: boolean; readonly restartIdentity: boolean }
  | {
      readonly kind: 'select';
      readonly tables: readonly ObjectName[];
      /** Names in lower case. */
      readonly functions: readonly string[];
      /** MySQL, MariaDB. */
      readonly locking?: 'update' | 'share';
      readonly into?: 'outfile' | 'dumpfile' | 'variables';
      /** MySQL, MariaDB: GET_LOCK, RELEASE_LOCK, RELEASE_ALL_LOCKS in order; the name where it is a literal. */
      readonly namedLocks?: readonly { readonly action: 'get' | 'release' | 'release all'; readonly name?: string }[];
    }
  | { readonly kind: 'lock table'; readonly tables: readonly ObjectName[]; readonly mode: string; readonly nowait: boolean }
  | { readonly kind: 'unlock tables' }
  | {
      readonly kind: 'transaction';
      readonly action: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'rollback to' | 'prepare' | 'other';
      /** PostgreSQL: the name behind SAVEPOINT, RELEASE and ROLLBACK TO. */
      readonly savepoint?: string;
      /** PostgreSQL: COMMIT or ROLLBACK AND CHAIN. */
      readonly chain?: true;
      /** XA, with the id of the transaction as written: START is `begin`, END and RECOVER are `other`. */
      readonly xa?: { readonly word: 'start' | 'end' | 'prepare' | 'commit' | 'rollback' | 'recover'; readonly id?: string };
    }
  | {
      readonly kind: 'set';
      readonly name: string;
      readonly value?: string;
      readonly local: boolean;
      /**
       * MySQL, MariaDB: `user` for @name, `statement` for MariaDB's SET STATEMENT, whose operations follow; `transaction` for what holds
       * for the next transaction alone. Names in lower case; SET NAMES, SET CHARACTER SET, SET ROLE and SET TRANSACTION are named by
       * their second word (`names`, `charset`, `role`, `transaction`).
       */
      readonly scope?: 'session' | 'global' | 'persist' | 'persist only' | 'user' | 'statement' | 'transaction';
    }
  /** MySQL, MariaDB: PREPARE, EXECUTE, DEALLOCATE; `text` is the statement where it is a literal, else `variable` is the user variable. */
  | {
      readonly kind: 'prepared statement';
      readonly action: 'prepare' | 'execute' | 'execute immediate' | 'deallocate';
      readonly name?: string;
      readonly text?: string;
      readonly variable?: string;
    }
  /** MySQL, MariaDB: USE. What is named without a database afterwards is in this one. */
  | { readonly kind: 'use'; readonly database: string }
  /** MySQL, MariaDB. ANALYZE TABLE is `analyze`. */
  | {
      readonly kind: 'table maintenance';
      readonly action: 'optimize' | 'repair' | 'check' | 'checksum';
      readonly tables: readonly ObjectName[];
    }
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
  /** MongoDB: one call of the driver or the shell. Sessions begin and end transactions by `transaction`. */
  | DocumentCommand
  /**
   * Read by the parser, but without a meaning of its own here; `node` is the parser's name for it. For MySQL and MariaDB it is the
   * statement's first words, as many as tell it apart: `FLUSH TABLES`, `KILL`, `SHOW`, `CHANGE REPLICATION SOURCE`.
   */
  | { readonly kind: 'other'; readonly node: string };

export type OperationKind = Operation['kind'];

/** Kinds that no statement of PostgreSQL has. */
export type OtherEngineOperationKind =
  | 'redefine column'
  | 'alter constraint'
  | 'alter index'
  | 'table options'
  | 'convert charset'
  | 'partitioning'
  | 'alter object'
  | 'unlock tables'
  | 'prepared statement'
  | 'use'
  | 'table maintenance'
  | 'document command';

/** MySQL, MariaDB: which rows an UPDATE or DELETE takes beside its WHERE. One operation for each table that it changes. */
export interface RowsChosen {
  /** As written. */
  readonly limit?: string;
  readonly ordered?: true;
  /** The other tables of a statement over several, or of its subqueries. */
  readonly joined?: readonly ObjectName[];
  readonly functions?: readonly string[];
}

/** MySQL, MariaDB: ON DUPLICATE KEY UPDATE. */
export interface DuplicateUpdate {
  readonly columns: readonly string[];
  /** The calls of VALUES(column), deprecated in MySQL 8.0.20; offsets of the file. */
  readonly valuesCalls: readonly { readonly span: Span; readonly column: string }[];
  /** `VALUES (...) AS alias`: MySQL from 8.0.19 on; MariaDB has none. */
  readonly alias?: string;
  /** Where ` AS alias` can be inserted. Absent where an alias is, and after a query. */
  readonly aliasAt?: number;
}
