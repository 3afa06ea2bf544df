import type { Table } from '../../model/catalog';
import type {
  ColumnSpecification,
  ConstraintSpecification,
  ForeignKeyTarget,
  IndexSpecification,
  ObjectName,
  Operation,
} from '../../model/operation';
import { columnType } from '../../plan/mysql/column-type';
import { isInnodb } from '../../plan/mysql/situation';
import { honoursInlineReferences } from '../../plan/mysql/table-changes';
import { findTable } from '../../schema/lookup';
import { operationRange, perOperation, type RuleContext, type Step, shownName } from '../context';
import { version } from '../phrases';
import type { Rule, Violation } from '../rule';

const users = { path: '0001_users.sql', text: 'CREATE TABLE users (id int unsigned PRIMARY KEY, bio text);\n' };
const key = 'ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id)';

export const mysqlRefusedChange: Rule = {
  id: 'mysql-refused-change',
  title: 'Definition that the server always refuses',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `What earlier migrations made of a table decides whether the server takes this definition, whatever the rows are. The columns of a foreign key have to be of the same type as those that they refer to: of integers
the size and the sign count (MySQL 3780, MariaDB 1005), also with foreign_key_checks off. TEXT, BLOB and JSON columns can't be in an index without a length (1170, and 3152 for JSON) in MySQL, nor in a primary key in
MariaDB; in MySQL they can't have a literal as default either (1101): an expression in brackets can be one.

The statement fails, and what the migration did before it has been committed.

Silent where the type of a column is not known, and for character sets, which have to be the same as well.`,
  bad: [
    {
      title: 'A signed column for an unsigned key, a whole text in an index, and a default of a text',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [
        users,
        {
          path: '0002_c.sql',
          text: `CREATE TABLE orders (id bigint PRIMARY KEY, user_id int);\n${key};\nCREATE INDEX by_bio ON users (bio);\nALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT '';\n`,
        },
      ],
      findings: [
        { at: key, says: 'user_id is int, and users.id is int unsigned' },
        { at: 'CREATE INDEX by_bio ON users (bio)', says: '1170' },
        { at: "ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT ''", says: '1101' },
      ],
    },
    {
      title: 'On MariaDB',
      framework: 'sql',
      engines: ['mariadb 10.6', 'mariadb 11'],
      files: [
        users,
        {
          path: '0002_c.sql',
          text: `CREATE TABLE orders (id bigint PRIMARY KEY, user_id int);\n${key};\nCREATE TABLE t (a text PRIMARY KEY);\n`,
        },
      ],
      findings: [
        { at: key, says: '1005' },
        { at: 'CREATE TABLE t (a text PRIMARY KEY)', says: '1170' },
      ],
    },
  ],
  good: [
    {
      title: 'The same type, a length, an expression',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_c.sql',
          text: `CREATE TABLE orders (id bigint PRIMARY KEY, user_id int unsigned);\n${key};\nCREATE INDEX by_bio ON users (bio(20));\nCREATE FULLTEXT INDEX in_bio ON users (bio);\nALTER TABLE orders ADD COLUMN note text DEFAULT ('');\nALTER TABLE orders ADD COLUMN more text DEFAULT NULL;\n`,
        },
        {
          path: '0003_n.sql',
          text: 'CREATE TABLE codes (code varchar(20) PRIMARY KEY);\nCREATE TABLE uses (id bigint PRIMARY KEY, code char(30), CONSTRAINT uses_code FOREIGN KEY (code) REFERENCES codes (code));\n',
        },
      ],
    },
    {
      title: 'Tables that keep no foreign keys',
      framework: 'sql',
      files: [
        users,
        {
          path: '0002_c.sql',
          text: `CREATE TABLE orders (id bigint PRIMARY KEY, user_id int) ENGINE=MyISAM;\n${key};\nCREATE TABLE visits (id bigint PRIMARY KEY, user_id int, FOREIGN KEY (user_id) REFERENCES users (id)) ENGINE=MEMORY;\n`,
        },
      ],
    },
    {
      title: 'MariaDB takes a text as default and as key of an index',
      framework: 'sql',
      engines: ['mariadb 10.11', 'mariadb 11'],
      files: [
        users,
        { path: '0002_c.sql', text: "CREATE INDEX by_bio ON users (bio);\nALTER TABLE users ADD COLUMN note text NOT NULL DEFAULT '';\n" },
      ],
    },
  ],
  check: (context) =>
    perOperation(context, (step, operation) => {
      const said = refusal(context, step, operation);
      return said === undefined ? undefined : { range: operationRange(context, step.statement, operation), ...said, fixes: [] };
    }),
};

type Refusal = Pick<Violation, 'message' | 'help'>;

function refusal(context: RuleContext, step: Step, operation: Operation): Refusal | undefined {
  const made = definedBy(step, operation);
  const table = made && findTable(step.after, made.table);
  if (made === undefined || table === undefined) return undefined;
  for (const column of made.columns) {
    const said = refusedDefault(context, column);
    if (said !== undefined) return said;
  }
  for (const index of made.indexes) {
    const said = refusedKey(context, table, index);
    if (said !== undefined) return said;
  }
  // Tables of other engines keep no foreign keys: the server passes over them.
  if (!isInnodb(table)) return undefined;
  for (const reference of [...made.constraints.flatMap(referenceOf), ...made.columns.flatMap((column) => ownReference(context, column))]) {
    const said = refusedForeignKey(context, step, table, reference);
    if (said !== undefined) return said;
  }
  return undefined;
}

interface Reference {
  readonly columns: readonly string[];
  readonly target: ForeignKeyTarget;
}

function referenceOf(constraint: ConstraintSpecification): readonly Reference[] {
  return constraint.kind === 'foreign key' ? [constraint] : [];
}

/** REFERENCES beside a column, where the server does not pass over it. */
function ownReference({ engine }: RuleContext, { name, references }: ColumnSpecification): readonly Reference[] {
  return references === undefined || !honoursInlineReferences(engine) ? [] : [{ columns: [name], target: references }];
}

/** What a statement defines of a table. */
interface Definitions {
  readonly table: ObjectName;
  readonly columns: readonly ColumnSpecification[];
  readonly indexes: readonly Keys[];
  readonly constraints: readonly ConstraintSpecification[];
}

interface Keys {
  readonly primary: boolean;
  readonly parts: readonly { readonly column?: string; readonly length?: number }[];
}

function definedBy(step: Step, operation: Operation): Definitions | undefined {
  const nothing = { columns: [], indexes: [], constraints: [] };
  switch (operation.kind) {
    case 'create table': {
      const { table, columns, constraints, indexes = [] } = operation;
      // What is there already stays as it is.
      if (findTable(step.before, table) !== undefined) return undefined;
      return {
        table,
        columns,
        indexes: [...indexes.flatMap(keysOf), ...columns.flatMap(ownKeys), ...constraints.flatMap(constraintKeys)],
        constraints,
      };
    }
    case 'add column':
      return { ...nothing, table: operation.table, columns: [operation.column], indexes: ownKeys(operation.column) };
    case 'redefine column':
      return { ...nothing, table: operation.table, columns: [operation.specification] };
    case 'create index':
      return { ...nothing, table: operation.index.table, indexes: keysOf(operation.index) };
    case 'add constraint':
      return { ...nothing, table: operation.table, indexes: constraintKeys(operation.constraint), constraints: [operation.constraint] };
    default:
      return undefined;
  }
}

function keysOf({ method, parts = [] }: IndexSpecification): readonly Keys[] {
  return method === 'fulltext' || method === 'spatial' || method === 'vector' ? [] : [{ primary: false, parts }];
}

function ownKeys({ name, primaryKey, unique }: ColumnSpecification): readonly Keys[] {
  return primaryKey || unique ? [{ primary: primaryKey, parts: [{ column: name }] }] : [];
}

function constraintKeys(constraint: ConstraintSpecification): readonly Keys[] {
  if (constraint.kind !== 'primary key' && constraint.kind !== 'unique') return [];
  const parts = constraint.index?.parts ?? constraint.columns.map((column) => ({ column }));
  return [{ primary: constraint.kind === 'primary key', parts }];
}

const long = /^(?:tiny|medium|long)?(?:text|blob)$|^json$/;

function refusedDefault(context: RuleContext, { name, type, default: initial }: ColumnSpecification): Refusal | undefined {
  if (context.engine.name !== 'mysql' || initial === undefined || initial.expression || /^null$/i.test(initial.text)) return undefined;
  const { base } = columnType(type);
  if (!long.test(base)) return undefined;
  return {
    message: `${version(context)} refuses this (1101): ${name} is ${base}, which can't have the literal ${initial.text} as its default.`,
    help: `Write it as an expression, DEFAULT (${initial.text}), or leave it out.`,
  };
}

function refusedKey(context: RuleContext, table: Table, { primary, parts }: Keys): Refusal | undefined {
  if (context.engine.name !== 'mysql' && !primary) return undefined;
  for (const { column, length } of parts) {
    const type = column === undefined || length !== undefined ? undefined : typeOf(table, column);
    if (type === undefined || !long.test(type.base)) continue;
    const isJson = type.base === 'json';
    return {
      message: `${version(context)} refuses this (${isJson ? '3152' : '1170'}): ${column} is ${type.base}, which can't be in an index ${isJson ? 'as a whole' : 'without a length'}.`,
      help: isJson
        ? 'Index a value in it: a generated column, or an expression.'
        : `Say how much of it, ${column}(100), or make it a VARCHAR.`,
    };
  }
  return undefined;
}

function refusedForeignKey(context: RuleContext, step: Step, table: Table, { columns, target }: Reference): Refusal | undefined {
  const other = findTable(step.after, target.table);
  if (other === undefined) return undefined;
  for (const [place, name] of columns.entries()) {
    const wanted = target.columns[place];
    const own = typeOf(table, name);
    const theirs = wanted === undefined ? undefined : typeOf(other, wanted);
    if (own === undefined || theirs === undefined || areAlike(own, theirs)) continue;
    const number = context.engine.name === 'mysql' ? '3780' : '1005, errno 150';
    return {
      message: `${version(context)} refuses this foreign key (${number}): ${name} is ${own.text}, and ${shownName(target.table)}.${wanted} is ${theirs.text}.`,
      help: `Make ${name} ${theirs.text} as well.`,
    };
  }
  return undefined;
}

interface KnownType extends ReturnType<typeof columnType> {
  readonly text: string;
}

function typeOf(table: Table, name: string): KnownType | undefined {
  const column = table.columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
  return column === undefined ? undefined : { ...columnType(column.type), text: column.type };
}

/** How a type is kept, where that decides what it may refer to; undefined for those that are let through. */
function storage({ base, unsigned }: KnownType): string | undefined {
  if (/^(?:tiny|small|medium|big)?int$/.test(base)) return `${base}${unsigned ? ' unsigned' : ''}`;
  if (base === 'char' || base === 'varchar') return 'characters';
  if (base === 'binary' || base === 'varbinary') return 'bytes';
  return base === 'date' || base === 'datetime' ? base : undefined;
}

function areAlike(own: KnownType, theirs: KnownType): boolean {
  const [left, right] = [storage(own), storage(theirs)];
  return left === undefined || right === undefined || left === right;
}
