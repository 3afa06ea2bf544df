import type { Constraint, Table } from '../../model/catalog';
import { isAtLeast } from '../../model/engine';
import type { ConstraintSpecification, ObjectName, Operation } from '../../model/operation';
import { isInnodb } from '../../plan/mysql/situation';
import { findNamed, findTable } from '../../schema/lookup';
import { sameName } from '../../schema/mysql/parts';
import { isCertain, type OperationOf, perOperation, type RuleContext, type Step, shownName } from '../context';
import { type Taken, takenInBranches, takenViolation } from '../names';
import type { Rule } from '../rule';
import { changesDatabase, isSpokenOfUnseen } from './unseen-changes';

const parents = 'CREATE TABLE users (id bigint PRIMARY KEY);\n';
const orders =
  'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, note text, INDEX by_user (user_id), CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id));\n';
const again = 'ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE';

export const mysqlNameTaken: Rule = {
  id: 'mysql-name-taken',
  title: 'Name that something has already',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `The server refuses to make what is there already: a table or a view, which share their names (1050); a column of a table (1060), its index (1061) or a second primary key (1068), also twice in one statement; a foreign key, whose name counts in the whole database (MySQL 1826, MariaDB 1005 with errno 121); a CHECK, whose name counts in the database in MySQL (3822) and in its table in MariaDB (1826); a procedure or function (1304), a trigger, whose name counts in the database (1359). Names of columns, indexes and constraints are the same in small and capital letters.

ALTER TABLE drops first and adds then, so one statement can put a column, an index or a CHECK in the place of another of its name. Not a foreign key: it has to be dropped by a statement of its own.

The migration fails each time it is run, and what it did before has been committed. Choose another name, or drop the old object first, if it is the same thing.

Silent with IF NOT EXISTS and OR REPLACE, for temporary tables, and where a prepared text or a procedure speaks of the name.`,
  bad: [
    {
      title: 'Tables, views, columns, indexes and keys of earlier migrations',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: `${parents}${orders}CREATE VIEW recent AS SELECT id FROM orders;\n` },
        {
          path: '0002_u.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE recent (id int);\nCREATE VIEW recent AS SELECT 1;\nRENAME TABLE orders TO users;\nALTER TABLE orders ADD COLUMN Note text;\nALTER TABLE orders RENAME COLUMN user_id TO note;\nCREATE INDEX By_User ON orders (id);\nALTER TABLE orders ADD PRIMARY KEY (user_id);\nCREATE TABLE twice (a int, A text, KEY k (a));\n',
        },
      ],
      findings: [
        { at: 'CREATE TABLE users (id bigint PRIMARY KEY)', says: '1050' },
        { at: 'CREATE TABLE recent (id int)', says: 'view recent' },
        { at: 'CREATE VIEW recent AS SELECT 1', says: '1050' },
        { at: 'RENAME TABLE orders TO users', says: 'table users' },
        { at: 'ALTER TABLE orders ADD COLUMN Note text', says: '1060' },
        { at: 'ALTER TABLE orders RENAME COLUMN user_id TO note', says: 'column note' },
        { at: 'CREATE INDEX By_User ON orders (id)', says: '1061' },
        { at: 'ALTER TABLE orders ADD PRIMARY KEY (user_id)', says: '1068' },
        { at: 'CREATE TABLE twice (a int, A text, KEY k (a))', says: 'twice' },
      ],
    },
    {
      title: 'Foreign keys and checks, whose names count in the whole database',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [
        { path: '0001_t.sql', text: `${parents}${orders}ALTER TABLE users ADD CONSTRAINT positive CHECK (id > 0);\n` },
        {
          path: '0002_u.sql',
          text: `CREATE TABLE items (id bigint PRIMARY KEY, user_id bigint, CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id));\nALTER TABLE orders ADD CONSTRAINT positive CHECK (id > 0);\nALTER TABLE orders DROP FOREIGN KEY orders_user, ${again};\n`,
        },
      ],
      findings: [
        {
          at: 'CREATE TABLE items (id bigint PRIMARY KEY, user_id bigint, CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id))',
          says: '1826',
        },
        { at: 'ALTER TABLE orders ADD CONSTRAINT positive CHECK (id > 0)', says: '3822' },
        { at: again, says: 'a statement of its own' },
      ],
    },
    {
      title: 'On MariaDB',
      framework: 'sql',
      engines: ['mariadb 10.11', 'mariadb 11'],
      files: [
        { path: '0001_t.sql', text: `${parents}${orders}ALTER TABLE users ADD CONSTRAINT positive CHECK (id > 0);\n` },
        {
          path: '0002_u.sql',
          text: `ALTER TABLE users ADD CONSTRAINT Positive CHECK (id > 1);\nALTER TABLE orders DROP FOREIGN KEY orders_user, ${again};\n`,
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ADD CONSTRAINT Positive CHECK (id > 1)', says: '1826' },
        { at: again, says: 'errno 121' },
      ],
    },
    {
      title: 'Procedures, triggers and events',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: `${parents}CREATE TABLE logs (id bigint PRIMARY KEY);\nCREATE FUNCTION one() RETURNS int DETERMINISTIC RETURN 1;\nCREATE TRIGGER added BEFORE INSERT ON users FOR EACH ROW SET @a = 1;\n`,
        },
        {
          path: '0002_u.sql',
          text: 'CREATE FUNCTION One() RETURNS int DETERMINISTIC RETURN 2;\nCREATE TRIGGER added BEFORE INSERT ON logs FOR EACH ROW SET @a = 2;\n',
        },
      ],
      findings: [
        { at: 'CREATE FUNCTION One() RETURNS int DETERMINISTIC RETURN 2', says: '1304' },
        { at: 'CREATE TRIGGER added BEFORE INSERT ON logs FOR EACH ROW SET @a = 2', says: '1359' },
      ],
    },
  ],
  good: [
    {
      title: 'Dropped, renamed or replaced before or by the same statement, guarded, temporary',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: `${parents}${orders}CREATE VIEW recent AS SELECT id FROM orders;\nCREATE TABLE a (id int, x int, z int, INDEX i (x), INDEX k (z), CONSTRAINT c CHECK (id > 0));\nCREATE TABLE b (id int);\n`,
        },
        {
          path: '0002_u.sql',
          text: 'ALTER TABLE a DROP COLUMN z, ADD INDEX k (x), ADD COLUMN y int;\nALTER TABLE a DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (id > 1);\nALTER TABLE a DROP INDEX i, ADD INDEX i (x, y);\nALTER TABLE a RENAME COLUMN y TO Y;\nALTER TABLE a RENAME INDEX i TO j, ADD INDEX i (Y);\nALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (id, user_id);\nRENAME TABLE a TO a_old, b TO a;\nCREATE TABLE b (id int);\nCREATE TABLE IF NOT EXISTS b (id int);\nCREATE OR REPLACE VIEW recent AS SELECT 2 AS id;\nCREATE TEMPORARY TABLE b (id int);\nALTER TABLE orders DROP FOREIGN KEY orders_user;\nALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;\nCREATE INDEX orders_user ON orders (note(10));\n',
        },
      ],
    },
    ...takenInBranches,
    {
      title: 'An index in the place of the one that a foreign key brought',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: `${parents}CREATE TABLE items (id bigint PRIMARY KEY, user_id bigint, CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users (id));\nCREATE INDEX of_user ON items (user_id);\n`,
        },
      ],
    },
    {
      title: 'A prepared statement has dropped it',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE a (id int, x int);\n' },
        {
          path: '0002_u.sql',
          text: "SET @s = 'ALTER TABLE a DROP COLUMN x';\nPREPARE s FROM @s;\nEXECUTE s;\nALTER TABLE a ADD COLUMN x bigint;\n",
        },
      ],
    },
    {
      title: 'In MariaDB a CHECK has its name in its table',
      framework: 'sql',
      engines: ['mariadb 11'],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE a (id int, CONSTRAINT c CHECK (id > 0));\nCREATE TABLE b (id int, CONSTRAINT c CHECK (id > 0));\nALTER TABLE a ADD COLUMN IF NOT EXISTS id int;\nCREATE OR REPLACE TABLE a (id int);\n',
        },
      ],
    },
  ],
  check: (context) => {
    if (changesDatabase(context)) return [];
    return perOperation(context, (step, operation) => {
      const taken = whatIsTaken(context, step, operation);
      if (taken === undefined || !isCertain(context, step, (known) => whatIsTaken(context, known, operation) !== undefined))
        return undefined;
      if (operation.kind !== 'create object' && isSpokenOfUnseen(context, step, taken.name)) return undefined;
      return takenViolation(context, step, operation, taken);
    });
  },
};

/** With the name alone. */
interface TakenName extends Taken {
  readonly name: string;
}

function whatIsTaken(context: RuleContext, step: Step, operation: Operation): TakenName | undefined {
  switch (operation.kind) {
    case 'create table':
      return takenTable(context, step, operation);
    case 'add column': {
      if (operation.ifNotExists) return undefined;
      const { name, constraints = [], primaryKey } = operation.column;
      const own = primaryKey ? primaryTaken(step, operation.table) : undefined;
      return (
        takenColumn(step, operation, operation.table, name) ??
        own ??
        firstOf(constraints, (constraint) => takenConstraint(context, step, operation.table, constraint))
      );
    }
    case 'rename column':
      return takenColumn(step, operation, operation.table, operation.newName);
    case 'redefine column':
      return operation.newName === undefined ? undefined : takenColumn(step, operation, operation.table, operation.newName);
    case 'create index':
      return operation.ifNotExists ? undefined : takenIndex(step, operation.index.table, operation.index.name, operation.index.keys);
    case 'add constraint':
      return takenConstraint(context, step, operation.table, operation.constraint);
    case 'create object':
      return takenObject(step, operation);
    case 'rename object':
      return takenByRename(step, operation);
    default:
      return undefined;
  }
}

function firstOf<T>(list: readonly T[], look: (one: T) => TakenName | undefined): TakenName | undefined {
  for (const one of list) {
    const taken = look(one);
    if (taken !== undefined) return taken;
  }
  return undefined;
}

/** The first name that an earlier one in the list is the same as. */
function doubled(names: readonly string[]): string | undefined {
  return names.find((name, place) => names.findIndex((other) => sameName(other, name)) < place);
}

function takenTable(context: RuleContext, step: Step, operation: OperationOf<'create table'>): TakenName | undefined {
  const { table: name, columns, constraints, indexes = [] } = operation;
  const [column, key] = [
    doubled(columns.map((each) => each.name)),
    doubled([...constraints.flatMap(indexNames), ...indexes.flatMap((index) => index.name ?? [])]),
  ];
  if (column !== undefined) return { name: column, what: `column ${column}`, code: '1060', twice: true };
  if (key !== undefined) return { name: key, what: `index ${key}`, code: '1061', twice: true };
  if (operation.persistence === 'temporary') return undefined;
  const found = relationNamed(step, name);
  if (found !== undefined && (operation.ifNotExists || operation.orReplace)) return undefined;
  if (found !== undefined) return { name: name.name, what: `${found} ${shownName(name)}`, code: '1050' };
  const own = [...constraints, ...columns.flatMap((each) => each.constraints ?? [])];
  return firstOf(own, (constraint) => takenConstraint(context, step, name, constraint));
}

/** The name that is given to the index of a UNIQUE constraint. */
function indexNames(constraint: ConstraintSpecification): readonly string[] {
  if (constraint.kind !== 'unique') return [];
  const name = constraint.index?.name ?? constraint.name;
  return name === undefined ? [] : [name];
}

/** Tables and views share their names. A temporary table only hides one of its name. */
function relationNamed({ before }: Step, name: ObjectName): string | undefined {
  const table = findTable(before, name);
  if (table !== undefined) return table.persistence === 'temporary' || table.presumed ? undefined : 'table';
  const view = findNamed(before.definitions, name, before.searchPath);
  return view?.kind === 'view' ? 'view' : undefined;
}

/** ALTER TABLE drops and renames what it finds before it adds, in whatever order they stand there. */
function takenColumn(step: Step, operation: Operation, name: ObjectName, column: string): TakenName | undefined {
  const { operations } = step.statement;
  const isLeft = operations.some(
    (other) =>
      (other.kind === 'drop column' && sameName(other.column, column)) ||
      ((other.kind === 'rename column' || other.kind === 'redefine column') &&
        other.newName !== undefined &&
        sameName(other.column, column)),
  );
  const taken = { name: column, what: `column ${column} of ${shownName(name)}`, code: '1060' };
  const isThere = findTable(step.before, name)?.columns.some((other) => sameName(other.name, column)) === true;
  if (isThere && !isLeft) return taken;
  const earlier = operations.slice(0, operations.indexOf(operation));
  const isMadeHere = earlier.some(
    (other) =>
      (other.kind === 'add column' && sameName(other.column.name, column)) ||
      ((other.kind === 'rename column' || other.kind === 'redefine column') &&
        other.newName !== undefined &&
        sameName(other.newName, column)),
  );
  return isMadeHere ? { ...taken, twice: true } : undefined;
}

function takenIndex(step: Step, name: ObjectName, index: string | undefined, keys: readonly string[]): TakenName | undefined {
  const known = index === undefined ? undefined : findTable(step.before, name)?.indexes.find((other) => sameName(other.name, index));
  if (index === undefined || known === undefined || isIndexLeft(step, known.name, known.keys)) return undefined;
  // One that the server made for a foreign key gives way to one that serves it as well.
  if (known.implicit && known.keys.every((key, place) => sameName(key, keys[place] ?? ''))) return undefined;
  return { name: index, what: `index ${index} of ${shownName(name)}`, code: '1061' };
}

/** Does the statement drop or rename it, or drop a column that it is made of? */
function isIndexLeft({ statement }: Step, index: string, keys: readonly string[]): boolean {
  return statement.operations.some((other) => {
    if (other.kind === 'drop object') return other.objects.some(({ name }) => sameName(name, index));
    if (other.kind === 'rename object') return sameName(other.object.name, index);
    if (other.kind === 'drop constraint') return sameName(other.constraint, index);
    return other.kind === 'drop column' && keys.some((key) => sameName(key, other.column));
  });
}

function primaryTaken(step: Step, name: ObjectName): TakenName | undefined {
  const known = findTable(step.before, name)?.constraints.find(({ kind }) => kind === 'primary key');
  if (known === undefined || isIndexLeft(step, 'PRIMARY', known.columns)) return undefined;
  return { name: 'PRIMARY', what: `primary key of ${shownName(name)}`, code: '1068', help: 'Drop the old one in the same statement.' };
}

function takenConstraint(context: RuleContext, step: Step, name: ObjectName, constraint: ConstraintSpecification): TakenName | undefined {
  switch (constraint.kind) {
    case 'primary key':
      return primaryTaken(step, name);
    case 'unique':
      return takenIndex(step, name, indexNames(constraint)[0], constraint.columns);
    case 'foreign key':
      return takenForeignKey(context, step, name, constraint.name);
    case 'check':
      return takenCheck(context, step, name, constraint.name);
    default:
      return undefined;
  }
}

function takenForeignKey(context: RuleContext, step: Step, table: ObjectName, name: string | undefined): TakenName | undefined {
  // From 12.1 on the names of MariaDB's foreign keys count in their table.
  if (context.engine.name === 'mariadb' && isAtLeast(context.engine, 12)) return undefined;
  if (name === undefined || !isInnodb(findTable(step.after, table))) return undefined;
  const holder = holderOf(step, table, name, 'foreign key');
  if (holder === undefined) return undefined;
  const goes = step.statement.operations.some((other) => other.kind === 'drop constraint' && sameName(other.constraint, name));
  return {
    name,
    what: `foreign key ${name} (of ${holder.name})`,
    code: context.engine.name === 'mysql' ? '1826' : '1005, errno 121',
    ...(goes && { help: 'Drop the old one in a statement of its own, before this one: ALTER TABLE looks for the name before it drops.' }),
  };
}

function takenCheck(context: RuleContext, step: Step, table: ObjectName, name: string | undefined): TakenName | undefined {
  if (name === undefined) return undefined;
  const holder = holderOf(step, table, name, 'check');
  const own = findTable(step.before, table);
  if (holder === undefined || (context.engine.name === 'mariadb' && holder !== own)) return undefined;
  const goes = step.statement.operations.some((other) => other.kind === 'drop constraint' && sameName(other.constraint, name));
  if (goes && holder === own) return undefined;
  return { name, what: `CHECK ${name} (of ${holder.name})`, code: context.engine.name === 'mysql' ? '3822' : '1826' };
}

/** The table of the same database that has a constraint of this kind and name. */
function holderOf({ before, after }: Step, table: ObjectName, name: string, kind: Constraint['kind']): Table | undefined {
  const schema = (findTable(after, table) ?? findTable(before, table))?.schema;
  return before.tables.find(
    (other) =>
      other.schema === schema &&
      other.persistence !== 'temporary' &&
      other.constraints.some((constraint) => constraint.kind === kind && sameName(constraint.name, name)),
  );
}

const routineCodes: Readonly<Record<string, string>> = { procedure: '1304', function: '1304' };

function takenObject({ before, ...step }: Step, operation: OperationOf<'create object'>): TakenName | undefined {
  const { objectKind, object, ifNotExists, orReplace } = operation;
  if (ifNotExists || orReplace) return undefined;
  const taken = (code: string): TakenName => ({ name: object.name, what: `${objectKind} ${shownName(object)}`, code });
  if (objectKind === 'view') {
    const found = relationNamed({ before, ...step }, object);
    return found === undefined ? undefined : { ...taken('1050'), what: `${found} ${shownName(object)}` };
  }
  const schema = object.schema ?? '';
  if (objectKind === 'trigger') {
    const holder = before.tables.find((table) => table.schema === schema && table.triggers.some(({ name }) => name === object.name));
    return holder === undefined ? undefined : { ...taken('1359'), what: `trigger ${shownName(object)} (of ${holder.name})` };
  }
  const code = routineCodes[objectKind];
  const known = before.definitions.some(
    (other) => other.kind === objectKind && other.schema === schema && sameName(other.name, object.name),
  );
  return code !== undefined && known ? taken(code) : undefined;
}

/** RENAME TABLE renames one after another: an earlier one may have left the name, or taken it. */
function takenByRename(step: Step, operation: OperationOf<'rename object'>): TakenName | undefined {
  const { objectKind, object, newName, newSchema, on } = operation;
  if (objectKind === 'index' && on !== undefined) return sameName(object.name, newName) ? undefined : takenIndex(step, on, newName, []);
  if (objectKind !== 'table') return undefined;
  const own = findTable(step.before, object);
  const goal = { name: newName, ...(newSchema !== undefined ? { schema: newSchema } : own !== undefined && { schema: own.schema }) };
  const found = relationNamed(step, goal);
  const { operations } = step.statement;
  const isLeft = operations
    .slice(0, operations.indexOf(operation))
    .some((other) => other.kind === 'rename object' && other.object.name === newName);
  if (found === undefined || isLeft || object.name === newName) return undefined;
  return { name: newName, what: `${found} ${newName}`, code: '1050' };
}
