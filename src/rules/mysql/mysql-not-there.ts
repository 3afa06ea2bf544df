import type { Table } from '../../model/catalog';
import type { ConstraintSpecification, IndexSpecification, ObjectName, Operation } from '../../model/operation';
import { findNamed, findTable } from '../../schema/lookup';
import { sameName } from '../../schema/mysql/parts';
import { type OperationOf, perOperation, type RuleContext, type Step, shownName } from '../context';
import { isWithCode, type Missing, missingViolation } from '../names';
import type { Rule } from '../rule';
import { unknownInExpressions } from './mysql-not-there/expressions';
import { changesDatabase, isSpokenOfUnseen } from './unseen-changes';

const users = 'CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100), age int, INDEX by_email (email));\n';

export const mysqlNotThere: Rule = {
  id: 'mysql-not-there',
  title: 'Name of something that is not there',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `The server refuses what names something that the table does not have: DROP of a column, an index or a foreign key (1091), of a constraint (MySQL 3940 and 3821, MariaDB 1091), a column that is changed, written, or that another one goes behind (1054), a column of a new key (1072) or of an expression in a CHECK, a generated column, an index, an UPDATE or a DELETE (1054; MySQL 3820 for the CHECK of a new table), an index that is renamed (1176), a column that a foreign key refers to (MySQL 3734, MariaDB 1005 with errno 150), and a table that an earlier statement of the migration dropped or renamed (1146).

Within one ALTER TABLE, DROP, CHANGE and RENAME find the table as it was before the statement: what is added beside them is not there yet, and what is renamed has its old name. New keys find it as it will be.

The migration fails each time it is run, and what it did before has been committed. Check the name.

Silent with IF EXISTS, for tables whose creation was not seen, for folders of migrations in code, and where a prepared text or a procedure speaks of the name.`,
  bad: [
    {
      title: 'Columns, indexes and constraints that the table does not have',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: `${users}CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);\n` },
        {
          path: '0002_u.sql',
          text: "ALTER TABLE users DROP COLUMN emial;\nALTER TABLE users MODIFY mail varchar(200);\nALTER TABLE users CHANGE nick name varchar(20);\nALTER TABLE users RENAME COLUMN nick TO name;\nALTER TABLE users ALTER COLUMN phone SET DEFAULT '';\nALTER TABLE users ADD COLUMN nick text AFTER name;\nCREATE INDEX by_agee ON users (agee);\nALTER TABLE users ADD UNIQUE KEY one_phone (phone);\nDROP INDEX by_mail ON users;\nALTER TABLE users DROP INDEX by_mail;\nALTER TABLE users RENAME INDEX by_mail TO by_email_2;\nALTER TABLE users DROP FOREIGN KEY users_ibfk_1;\nALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (userid) REFERENCES users (id);\nALTER TABLE orders ADD CONSTRAINT g FOREIGN KEY (user_id) REFERENCES users (uuid);\nINSERT INTO users (id, phone) VALUES (1, '2');\nUPDATE users SET phone = '3' WHERE id = 1;\nCREATE TABLE tags (id bigint PRIMARY KEY, name text, INDEX by_owner (owner));\n",
        },
      ],
      findings: [
        { at: 'ALTER TABLE users DROP COLUMN emial', says: '1091' },
        { at: 'ALTER TABLE users MODIFY mail varchar(200)', says: 'id, email, age' },
        { at: 'ALTER TABLE users CHANGE nick name varchar(20)', says: '1054' },
        { at: 'ALTER TABLE users RENAME COLUMN nick TO name', says: 'no column nick' },
        { at: "ALTER TABLE users ALTER COLUMN phone SET DEFAULT ''", says: '1054' },
        { at: 'ALTER TABLE users ADD COLUMN nick text AFTER name', says: 'no column name' },
        { at: 'CREATE INDEX by_agee ON users (agee)', says: '1072' },
        { at: 'ALTER TABLE users ADD UNIQUE KEY one_phone (phone)', says: '1072' },
        { at: 'DROP INDEX by_mail ON users', says: 'by_email' },
        { at: 'ALTER TABLE users DROP INDEX by_mail', says: '1091' },
        { at: 'ALTER TABLE users RENAME INDEX by_mail TO by_email_2', says: '1176' },
        { at: 'ALTER TABLE users DROP FOREIGN KEY users_ibfk_1', says: '1091' },
        { at: 'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (userid) REFERENCES users (id)', says: '1072' },
        { at: 'ALTER TABLE orders ADD CONSTRAINT g FOREIGN KEY (user_id) REFERENCES users (uuid)', says: 'users has no column uuid' },
        { at: "INSERT INTO users (id, phone) VALUES (1, '2')", says: 'no column phone' },
        { at: "UPDATE users SET phone = '3' WHERE id = 1", says: '1054' },
        { at: 'CREATE TABLE tags (id bigint PRIMARY KEY, name text, INDEX by_owner (owner))', says: 'tags has no column owner' },
      ],
    },
    {
      title: 'Columns in conditions and expressions',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: users },
        {
          path: '0002_u.sql',
          text: "ALTER TABLE users ADD CONSTRAINT adult CHECK (`ages` >= 18);\nALTER TABLE users ADD COLUMN domain varchar(100) AS (SUBSTRING_INDEX(mail, '@', -1)) STORED;\nUPDATE users SET age = age + years WHERE id = 1;\nUPDATE users SET age = 0 WHERE EXTRACT(YEAR FROM seen_at) < 2020;\nDELETE FROM users WHERE users.deleted_at < NOW() - INTERVAL 1 YEAR LIMIT 100;\nALTER TABLE users DROP COLUMN age, ADD COLUMN older int AS (age + 1);\n",
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ADD CONSTRAINT adult CHECK (`ages` >= 18)', says: 'no column ages' },
        { at: "ALTER TABLE users ADD COLUMN domain varchar(100) AS (SUBSTRING_INDEX(mail, '@', -1)) STORED", says: '1054' },
        { at: 'UPDATE users SET age = age + years WHERE id = 1', says: 'no column years' },
        { at: 'UPDATE users SET age = 0 WHERE EXTRACT(YEAR FROM seen_at) < 2020', says: 'no column seen_at' },
        { at: 'DELETE FROM users WHERE users.deleted_at < NOW() - INTERVAL 1 YEAR LIMIT 100', says: 'no column deleted_at' },
        { at: 'ADD COLUMN older int AS (age + 1)', says: 'no column age' },
      ],
    },
    {
      title: 'Dropped or renamed before; a clause that finds the table as it was',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: users },
        { path: '0002_u.sql', text: 'ALTER TABLE users DROP COLUMN age;\nALTER TABLE users RENAME COLUMN email TO mail;\n' },
        {
          path: '0003_v.sql',
          text: 'CREATE INDEX by_age ON users (age);\nUPDATE users SET email = lower(email);\nALTER TABLE users RENAME COLUMN mail TO address, ADD INDEX by_mail (mail);\nALTER TABLE users ADD COLUMN nick text, DROP COLUMN nick;\nRENAME TABLE users TO people;\nTRUNCATE TABLE users;\nALTER TABLE users ADD COLUMN note text;\n',
        },
      ],
      findings: [
        { at: 'CREATE INDEX by_age ON users (age)', says: '1072' },
        { at: 'UPDATE users SET email = lower(email)', says: 'id, mail' },
        { at: 'ADD INDEX by_mail (mail)', says: '1072' },
        { at: 'DROP COLUMN nick', says: '1091' },
        { at: 'TRUNCATE TABLE users', says: '1146' },
        { at: 'ALTER TABLE users ADD COLUMN note text', says: 'Statement 5' },
      ],
    },
    {
      title: 'A constraint, on MySQL',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [
        { path: '0001_t.sql', text: users },
        { path: '0002_u.sql', text: 'ALTER TABLE users DROP CONSTRAINT adult;\nALTER TABLE users DROP CHECK adult;\n' },
      ],
      findings: [
        { at: 'ALTER TABLE users DROP CONSTRAINT adult', says: '3940' },
        { at: 'ALTER TABLE users DROP CHECK adult', says: '3821' },
      ],
    },
    {
      title: 'A constraint, on MariaDB',
      framework: 'sql',
      engines: ['mariadb 10.11', 'mariadb 11'],
      files: [
        { path: '0001_t.sql', text: users },
        { path: '0002_u.sql', text: 'ALTER TABLE users DROP CONSTRAINT adult;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users DROP CONSTRAINT adult', says: '1091' }],
    },
  ],
  good: [
    {
      title: 'Words of expressions that are no columns',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: "CREATE TABLE logs (id bigint PRIMARY KEY, at datetime, day date, body varchar(200), kind enum('a', 'b'), doc json, n int, FULLTEXT KEY f (body), CHECK (n MOD 2 = 0 OR n IS NOT TRUE), CHECK (body COLLATE utf8mb4_bin <> _utf8mb4'x'));\n",
        },
        {
          path: '0002_u.sql',
          text: "UPDATE logs SET AT = at + INTERVAL 1 DAY, n = CASE kind WHEN 'a' THEN n DIV 2 ELSE LENGTH(body) END WHERE `At` BETWEEN DATE '2020-01-01' AND CURRENT_DATE AND body RLIKE \"x\" ORDER BY id DESC LIMIT 10;\nDELETE FROM logs WHERE TIMESTAMPDIFF(MONTH, at, NOW()) > 6 AND EXTRACT(YEAR_MONTH FROM day) < 202001 AND CAST(body AS unsigned) > 3 AND kind IN ('a') AND @seen IS NULL;\nALTER TABLE logs ADD COLUMN soon datetime AS (DATE_ADD(at, INTERVAL n MINUTE)) VIRTUAL, ADD COLUMN low varchar(200) AS (LOWER(body)) STORED, ADD CONSTRAINT c CHECK (soon IS NULL OR low LIKE 'a|%' ESCAPE '|' AND NOT (n XOR 1));\nUPDATE logs AS l SET l.n = l.n - 1, body = CONCAT_WS(' ', body, 'x') WHERE l.doc IS NOT NULL AND body LIKE BINARY 'x%' AND WEEKDAY(at) = 1;\nUPDATE logs SET n = (SELECT COUNT(*) AS many FROM mysql.user) WHERE n = CONVERT(body, SIGNED);\nDELETE FROM logs WHERE MATCH (body) AGAINST ('x' IN BOOLEAN MODE) OR TRIM(BOTH 'x' FROM body) = '' OR n <=> NULL;\n",
        },
      ],
    },
    {
      title: 'Other letters, several clauses, copies, views, temporary tables',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: `${users}CREATE TABLE copies LIKE users;\nCREATE TABLE found AS SELECT id, email AS address FROM users;\nCREATE VIEW adults AS SELECT id, age AS years FROM users;\n`,
        },
        {
          path: '0002_u.sql',
          text: "ALTER TABLE users ADD COLUMN nick varchar(9), ADD INDEX by_nick (NICK), ADD COLUMN more int AFTER nick;\nUPDATE users SET EMAIL = NULL;\nALTER TABLE users RENAME COLUMN nick TO name, ADD INDEX by_name (name), ADD COLUMN z int AFTER name;\nALTER TABLE users DROP INDEX BY_EMAIL;\nALTER TABLE copies DROP INDEX by_email;\nINSERT INTO copies (id, AGE) VALUES (1, 2);\nINSERT INTO found (id, address) VALUES (1, 'a');\nALTER TABLE found ADD INDEX by_address (address);\nUPDATE adults SET years = 1;\nCREATE TEMPORARY TABLE copies (other int);\nINSERT INTO copies (other) VALUES (1);\nUPDATE users JOIN found ON found.id = users.id SET address = 'b';\n",
        },
      ],
    },
    {
      title: 'Made by a text that is prepared, or by a procedure',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: users },
        {
          path: '0002_u.sql',
          text: "SET @s = 'ALTER TABLE users ADD COLUMN phone text';\nPREPARE s FROM @s;\nEXECUTE s;\nUPDATE users SET phone = '';\n",
        },
        {
          path: '0003_v.sql',
          text: 'CREATE PROCEDURE widen() ALTER TABLE users ADD COLUMN fax int;\nCALL widen();\nUPDATE users SET fax = 1;\n',
        },
      ],
    },
    {
      title: 'On MariaDB MODIFY finds what is added before it',
      framework: 'sql',
      engines: ['mariadb 11'],
      files: [
        { path: '0001_t.sql', text: users },
        {
          path: '0002_u.sql',
          text: 'ALTER TABLE users ADD COLUMN nick int, MODIFY nick bigint;\nALTER TABLE users DROP COLUMN IF EXISTS phone;\nDROP INDEX IF EXISTS by_phone ON users;\nALTER TABLE users DROP CONSTRAINT IF EXISTS adult;\n',
        },
      ],
    },
  ],
  check: (context) => {
    if (context.source !== undefined || isWithCode(context) || changesDatabase(context)) return [];
    return perOperation(context, (step, operation) => {
      const missing = missingOf(context, step, operation) ?? missingInExpressions(context, step, operation);
      if (missing === undefined || isSpokenOfUnseen(context, step, missing.name)) return undefined;
      return missingViolation(context, step, operation, missing);
    });
  },
};

/** With the name alone. */
interface MissingName extends Missing {
  readonly name: string;
}

function missingOf(context: RuleContext, step: Step, operation: Operation): MissingName | undefined {
  if (operation.kind === 'create table') return missingInNew(context, step, operation);
  const named = namedParts(context, operation);
  if (named === undefined || hidesTemporary(context, named.table)) return undefined;
  const table = findTable(step.before, named.table);
  if (table === undefined) return lostTable(context, step, named.table);
  if (!isWhole(table)) return undefined;
  const { columns = [], columnCode = '1054', index, constraint } = named;
  const isAdded = (name: string) => context.engine.name === 'mariadb' && named.findsAdded === true && isAddedHere(step, name);
  const column = columns.find((name) => !hasColumn(table, name) && !isAdded(name));
  if (column !== undefined) return missingColumn(table, column, columnCode);
  if (index !== undefined && !table.indexes.some(({ name }) => sameName(name, index.name))) return missingIndex(table, index);
  if (constraint !== undefined && !isConstraint(table, constraint)) return missingConstraint(context, table, constraint);
  return missingAfter(context, step, operation);
}

function missingInExpressions(context: RuleContext, step: Step, operation: Operation): MissingName | undefined {
  const unknown = unknownInExpressions(context, step, operation);
  if (unknown === undefined || !isWhole(unknown.table) || hidesTemporary(context, unknown.table)) return undefined;
  return missingColumn(unknown.table, unknown.column, unknown.code);
}

const isWhole = (table: Table) => table.complete !== false && table.columns.length > 0 && table.persistence !== 'temporary';
const hasColumn = (table: Table, name: string) => table.columns.some((column) => sameName(column.name, name));

/** What an operation finds in the table as it is before its statement. */
interface NamedParts {
  readonly table: ObjectName;
  readonly columns?: readonly string[];
  readonly columnCode?: string;
  /** MariaDB: clauses that find the columns which the same statement adds. */
  readonly findsAdded?: true;
  readonly index?: { readonly name: string; readonly code: string };
  readonly constraint?: OperationOf<'drop constraint'> | OperationOf<'alter constraint'>;
}

function namedParts({ engine }: RuleContext, operation: Operation): NamedParts | undefined {
  switch (operation.kind) {
    case 'drop column':
      return operation.ifExists ? undefined : { table: operation.table, columns: [operation.column], columnCode: '1091' };
    case 'rename column':
      return { table: operation.table, columns: [operation.column] };
    case 'redefine column': {
      if (operation.ifExists) return undefined;
      const isModified = operation.newName === undefined;
      return { table: operation.table, columns: [operation.column], ...(isModified && { findsAdded: true }) };
    }
    case 'set default':
    case 'drop default':
    case 'alter column':
      return { table: operation.table, columns: [operation.column], findsAdded: true };
    case 'insert':
      return { table: operation.table, columns: operation.columns };
    case 'update':
      return { table: operation.table, columns: operation.joined === undefined ? operation.columns : [] };
    case 'delete':
    case 'add column':
    case 'add constraint':
      return { table: operation.table };
    case 'create index':
      return { table: operation.index.table };
    case 'truncate':
      return operation.tables[0] === undefined ? undefined : { table: operation.tables[0] };
    case 'rename object': {
      const { objectKind, object, on } = operation;
      if (operation.ifExists) return undefined;
      return objectKind === 'index' && on !== undefined ? { table: on, index: { name: object.name, code: '1176' } } : undefined;
    }
    case 'drop object': {
      const [object] = operation.objects;
      if (operation.objectKind !== 'index' || operation.on === undefined || object === undefined || operation.ifExists) return undefined;
      return { table: operation.on, index: { name: object.name, code: '1091' } };
    }
    case 'drop constraint':
      return operation.ifExists ? undefined : { table: operation.table, constraint: operation };
    case 'alter constraint':
      return engine.name === 'mysql' ? { table: operation.table, constraint: operation } : undefined;
    default:
      return undefined;
  }
}

/** What finds the table as the whole statement leaves it: the columns of keys, and what AFTER names. */
function missingAfter(context: RuleContext, step: Step, operation: Operation): MissingName | undefined {
  const keys = newKeys(operation);
  const place = operation.kind === 'add column' || operation.kind === 'redefine column' ? operation.position : undefined;
  const table = 'table' in operation ? operation.table : operation.kind === 'create index' ? operation.index.table : undefined;
  const after = table === undefined ? undefined : findTable(step.after, table);
  if (after === undefined || !isWhole(after)) return undefined;
  const column = keys.columns.find((name) => !hasColumn(after, name));
  if (column !== undefined) return missingColumn(after, column, '1072');
  if (place !== undefined && place !== 'first' && !hasColumn(after, place.after)) return missingColumn(after, place.after, '1054');
  return missingTarget(context, step, after, keys.constraints);
}

interface Keys {
  readonly columns: readonly string[];
  readonly constraints: readonly ConstraintSpecification[];
}

function newKeys(operation: Operation): Keys {
  if (operation.kind === 'create index') return { columns: keyColumns(operation.index), constraints: [] };
  if (operation.kind !== 'add constraint') return { columns: [], constraints: [] };
  return { columns: constraintColumns(operation.constraint), constraints: [operation.constraint] };
}

function keyColumns({ parts, keys }: IndexSpecification): readonly string[] {
  return parts === undefined ? keys : parts.flatMap(({ column }) => column ?? []);
}

function constraintColumns(constraint: ConstraintSpecification): readonly string[] {
  if (constraint.kind === 'foreign key') return constraint.columns;
  if (constraint.kind !== 'primary key' && constraint.kind !== 'unique') return [];
  return constraint.index === undefined ? constraint.columns : keyColumns(constraint.index);
}

function missingInNew(context: RuleContext, step: Step, operation: OperationOf<'create table'>): MissingName | undefined {
  const { table: name, constraints, indexes = [], like, asQuery } = operation;
  const table = findTable(step.after, name);
  const isOld = findTable(step.before, name) !== undefined && operation.orReplace !== true;
  if (table === undefined || isOld || like !== undefined || asQuery || !isWhole(table)) return undefined;
  const column = [...constraints.flatMap(constraintColumns), ...indexes.flatMap(keyColumns)].find((each) => !hasColumn(table, each));
  if (column !== undefined) return missingColumn(table, column, '1072');
  return missingTarget(context, step, table, [...constraints, ...operation.columns.flatMap((each) => each.constraints ?? [])]);
}

/** Columns that a foreign key refers to. Also without foreign_key_checks the table has to have them, where it is there. */
function missingTarget(
  context: RuleContext,
  step: Step,
  table: Table,
  constraints: readonly ConstraintSpecification[],
): MissingName | undefined {
  const engine = table.options?.find((option) => option.startsWith('engine='));
  if (engine !== undefined && engine !== 'engine=InnoDB') return undefined;
  for (const constraint of constraints) {
    if (constraint.kind !== 'foreign key' || hidesTemporary(context, constraint.target.table)) continue;
    const other = findTable(step.after, constraint.target.table);
    if (other === undefined || !isWhole(other)) continue;
    const column = constraint.target.columns.find((name) => !hasColumn(other, name));
    if (column !== undefined) return missingColumn(other, column, context.engine.name === 'mysql' ? '3734' : '1005, errno 150');
  }
  return undefined;
}

function isAddedHere({ statement }: Step, name: string): boolean {
  return statement.operations.some((operation) => operation.kind === 'add column' && sameName(operation.column.name, name));
}

/** A temporary table of this name, of this program, hides the one that is known. */
function hidesTemporary({ program }: RuleContext, { name }: ObjectName): boolean {
  return program.statements.some(({ operations }) =>
    operations.some(
      (operation) => operation.kind === 'create table' && operation.persistence === 'temporary' && operation.table.name === name,
    ),
  );
}

type Named = OperationOf<'drop constraint'> | OperationOf<'alter constraint'>;

/** DROP CONSTRAINT takes a unique index, too. */
function isConstraint(table: Table, operation: Named): boolean {
  const { constraint: name } = operation;
  const kind = operation.kind === 'drop constraint' ? operation.constraintKind : undefined;
  if (kind === 'primary key' || name.toUpperCase() === 'PRIMARY') return table.indexes.some((index) => index.name === 'PRIMARY');
  if (kind === undefined && table.indexes.some((index) => sameName(index.name, name))) return true;
  return table.constraints.some((other) => sameName(other.name, name) && (kind === undefined || other.kind === kind));
}

function lostTable({ steps }: RuleContext, step: Step, name: ObjectName): MissingName | undefined {
  const { definitions, searchPath } = step.before;
  if (findNamed(definitions, name, searchPath) !== undefined) return undefined;
  const lost = steps.find(
    (earlier) =>
      earlier.statement.index < step.statement.index &&
      earlier.statement.operations.some(({ kind }) => kind === 'drop object' || kind === 'rename object') &&
      findTable(earlier.before, name) !== undefined &&
      findTable(earlier.after, name) === undefined,
  );
  if (lost === undefined) return undefined;
  return {
    name: name.name,
    message: `Statement ${lost.statement.index} of this migration takes the table ${shownName(name)} away, by that name`,
    code: '1146',
    help: 'Use its new name, or put this statement before.',
  };
}

function missingColumn(table: Table, column: string, code: string): MissingName {
  return {
    name: column,
    message: `${table.name} has no column ${column}`,
    code,
    help: `Check the name. The migrations so far give ${table.name} these columns: ${table.columns.map(({ name }) => name).join(', ')}.`,
  };
}

function missingIndex(table: Table, { name, code }: { readonly name: string; readonly code: string }): MissingName {
  const names = table.indexes.map((index) => index.name).join(', ');
  return {
    name,
    message: `${table.name} has no index ${name}`,
    code,
    help: `Check the name${names === '' ? '' : `: ${table.name} has ${names}`}.`,
  };
}

function missingConstraint({ engine }: RuleContext, table: Table, operation: Named): MissingName {
  const { constraint: name } = operation;
  const kind = operation.kind === 'drop constraint' ? operation.constraintKind : 'check';
  const code = engine.name === 'mariadb' || kind === 'foreign key' || kind === 'primary key' ? '1091' : kind === 'check' ? '3821' : '3940';
  const names = table.constraints.map((constraint) => constraint.name).join(', ');
  return {
    name,
    message: `${table.name} has no ${kind === 'check' ? 'CHECK' : (kind ?? 'constraint')} ${name}`,
    code,
    help: `Check the name${names === '' ? '' : `: ${table.name} has ${names}`}.`,
  };
}
