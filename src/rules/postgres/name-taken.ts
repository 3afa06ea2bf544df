import type { Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { findColumn, findNamed, findTable } from '../../schema/lookup';
import { isCertain, type OperationOf, perOperation, type Step, shownName } from '../context';
import { type Taken, takenInBranches, takenViolation } from '../names';
import type { Rule } from '../rule';
import { enumOf, relationNamed } from './relation-names';

export const nameTaken: Rule = {
  id: 'name-taken',
  title: 'Name that something has already',
  severity: 'error',
  engines: ['postgres'],
  explanation: `The server refuses to make what is there already: a table, an index, a view or a sequence, which share their names within a schema; a column (also twice in
one CREATE TABLE), a constraint or a trigger of a table, a type, an enum's value. The migration fails each time it is run.

Choose another name, or drop the old object first, if it is the same thing.

Silent for statements with IF NOT EXISTS or OR REPLACE (what they may hide is told by hidden-difference), and for names of which the migrations of the folder show nothing.`,
  bad: [
    {
      title: 'A table and an index of earlier migrations',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX by_email ON users (email);\nCREATE TABLE rooms (n int, CONSTRAINT booked EXCLUDE (n WITH =));\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE TABLE orders (id bigint PRIMARY KEY, email text);\nCREATE INDEX by_email ON orders (email);\nCREATE TABLE users (id bigint);\nCREATE INDEX booked ON rooms (n);\n',
        },
      ],
      findings: [
        { at: 'CREATE INDEX by_email ON orders (email)', says: '42P07' },
        { at: 'CREATE TABLE users (id bigint)', says: 'table users' },
        { at: 'CREATE INDEX booked ON rooms (n)', says: '42P07' },
      ],
    },
    {
      title: 'Columns, constraints, enum values',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('good', 'bad');\nCREATE TABLE users (id bigint PRIMARY KEY, age int CONSTRAINT adult CHECK (age > 17));\n",
        },
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE users ADD COLUMN age int;\nALTER TABLE users RENAME COLUMN id TO age;\nALTER TABLE users ADD CONSTRAINT adult CHECK (age > 20) NOT VALID;\nALTER TYPE mood ADD VALUE 'bad';\nCREATE TABLE twice (a int, a text);\n",
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ADD COLUMN age int', says: '42701' },
        { at: 'ALTER TABLE users RENAME COLUMN id TO age', says: 'column age' },
        { at: 'ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 20) NOT VALID', says: '42710' },
        { at: "ALTER TYPE mood ADD VALUE 'bad'", says: "value 'bad'" },
        { at: 'CREATE TABLE twice (a int, a text)', says: 'twice' },
      ],
    },
  ],
  good: [
    {
      title: 'Dropped, renamed or replaced before; other schemas; guarded',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCREATE VIEW v AS SELECT 1 AS x;\nCREATE INDEX i ON a (id);\n',
        },
        {
          path: 'V2__u.sql',
          text: 'DROP TABLE a;\nCREATE TABLE a (id int, c int);\nCREATE INDEX i ON a (id);\nALTER TABLE b RENAME TO old_b;\nCREATE TABLE b (id int);\nCREATE OR REPLACE VIEW v AS SELECT 2 AS x;\nCREATE TABLE IF NOT EXISTS b (id int);\nCREATE SCHEMA other;\nCREATE TABLE other.b (id int);\nALTER TABLE b ADD COLUMN IF NOT EXISTS id int;\nCREATE TEMP TABLE b (id int);\n',
        },
      ],
    },
    ...takenInBranches,
    {
      title: 'A constraint that is dropped and added again',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE a (id int CONSTRAINT c CHECK (id > 0));\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE a DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (id > 1) NOT VALID;\n' },
      ],
    },
  ],
  // Statements in blocks often look first whether the object is there: what is behind an IF is not known to run.
  check: (context) =>
    perOperation(context, (step, operation) => {
      const taken = whatIsTaken(step, operation);
      if (taken === undefined || !isCertain(context, step, (known) => whatIsTaken(known, operation) !== undefined)) return undefined;
      return takenViolation(context, step, operation, taken);
    }),
};

function whatIsTaken(step: Step, operation: Operation): Taken | undefined {
  switch (operation.kind) {
    case 'create table':
      return takenTable(step, operation);
    case 'create index':
      return operation.ifNotExists || operation.index.name === undefined ? undefined : takenIndex(step, operation);
    case 'add column':
      return operation.ifNotExists ? undefined : takenColumn(step, operation, operation.table, operation.column.name);
    case 'rename column':
      return takenColumn(step, operation, operation.table, operation.newName);
    case 'add constraint':
      return takenConstraint(step, operation, operation.constraint.name);
    case 'add enum value':
      return operation.ifNotExists || !enumOf(step.before, operation.type)?.labels?.includes(operation.value)
        ? undefined
        : { what: `value '${operation.value}' of ${shownName(operation.type)}`, code: '42710' };
    case 'create object':
      return takenObject(step, operation);
    case 'rename object':
      return takenByRename(step, operation);
    default:
      return undefined;
  }
}

function takenTable(step: Step, operation: OperationOf<'create table'>): Taken | undefined {
  const columns = operation.columns.map(({ name }) => name);
  const double = columns.find((name, position) => columns.indexOf(name) < position);
  if (double !== undefined) return { what: `Column ${double} of ${shownName(operation.table)}`, code: '42701', twice: true };
  if (operation.ifNotExists || operation.persistence === 'temporary') return undefined;
  return relationTaken(step, operation.table);
}

function relationTaken(step: Step, name: ObjectName): Taken | undefined {
  const found = relationNamed(step.before, name);
  return found === undefined ? undefined : { what: `${found} ${shownName(name)}`, code: '42P07' };
}

function takenIndex(step: Step, { index }: OperationOf<'create index'>): Taken | undefined {
  const table = findTable(step.before, index.table);
  if (table === undefined || index.name === undefined) return undefined;
  return relationTaken(step, { schema: table.schema, name: index.name }) === undefined
    ? undefined
    : { what: `${relationNamed(step.before, { schema: table.schema, name: index.name })} ${index.name}`, code: '42P07' };
}

/** A subcommand may take away what an earlier one of the same statement left: only what the statement finds is asked for. */
function takenColumn(step: Step, operation: Operation, name: ObjectName, column: string): Taken | undefined {
  const table = findTable(step.before, name);
  if (findColumn(table, column) === undefined) return undefined;
  const goes = step.statement.operations.some(
    (other) =>
      other !== operation &&
      ((other.kind === 'drop column' && other.column === column) || (other.kind === 'rename column' && other.column === column)),
  );
  return goes ? undefined : { what: `column ${column} of ${shownName(name)}`, code: '42701' };
}

function takenConstraint(step: Step, operation: OperationOf<'add constraint'>, name: string | undefined): Taken | undefined {
  const table: Table | undefined = findTable(step.before, operation.table);
  if (name === undefined || table?.constraints.some((constraint) => constraint.name === name) !== true) return undefined;
  const goes = step.statement.operations.some((other) => other.kind === 'drop constraint' && other.constraint === name);
  return goes ? undefined : { what: `constraint ${name} of ${shownName(operation.table)}`, code: '42710' };
}

const relationKinds = new Set(['view', 'materialized view', 'sequence', 'foreign table']);

function takenObject(step: Step, operation: OperationOf<'create object'>): Taken | undefined {
  const { objectKind, object, ifNotExists, orReplace, on } = operation;
  if (ifNotExists || orReplace) return undefined;
  if (relationKinds.has(objectKind)) return relationTaken(step, object);
  if (objectKind === 'schema') {
    return step.before.schemas.some(({ name }) => name === object.name) ? { what: `schema ${object.name}`, code: '42P06' } : undefined;
  }
  if (objectKind === 'type' || objectKind === 'domain') {
    const labels = operation.labels ?? [];
    const double = labels.find((label, position) => labels.indexOf(label) < position);
    if (double !== undefined) return { what: `Value '${double}' of ${object.name}`, code: '22023', twice: true };
    const schema = object.schema ?? step.before.searchPath?.[0] ?? 'public';
    const exists = findNamed(step.before.types, { schema, name: object.name }) !== undefined;
    return exists ? { what: `type ${shownName(object)}`, code: '42710' } : undefined;
  }
  if ((objectKind !== 'trigger' && objectKind !== 'policy') || on === undefined) return undefined;
  const table = findTable(step.before, on);
  const names = objectKind === 'trigger' ? table?.triggers : table?.policies;
  return names?.some(({ name }) => name === object.name) === true
    ? { what: `${objectKind} ${object.name} of ${shownName(on)}`, code: '42710' }
    : undefined;
}

function takenByRename(step: Step, operation: OperationOf<'rename object'>): Taken | undefined {
  const { objectKind, object, newName } = operation;
  if (objectKind !== 'table' && !relationKinds.has(objectKind)) return undefined;
  const found =
    findTable(step.before, object) ?? findNamed([...step.before.definitions, ...step.before.sequences], object, step.before.searchPath);
  return found === undefined ? undefined : relationTaken(step, { schema: found.schema, name: newName });
}
