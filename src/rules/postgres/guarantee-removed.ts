import { type Constraint, type Index, isUsable, type Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { tokenize } from '../../parse/postgres/lexer';
import { functionStatements } from '../../parse/postgres/nested';
import { namesIn } from '../../schema/definitions';
import { findColumn, findIndex, findTable } from '../../schema/lookup';
import { isInUse, type OperationOf, operationRange, perOperation, type RuleContext, type Step } from '../context';
import type { Rule, Violation } from '../rule';
import { lostViewOption, viewOptionExamples } from './guarantee-removed/view-options';
import { plainColumns, sameColumns, uniqueKeys } from './unique-keys';

export const guaranteeRemoved: Rule = {
  id: 'guarantee-removed',
  title: 'Drop of a guarantee that running code relies on',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `A unique key, a foreign key, a NOT NULL, a default are promises to the code that runs. Without the default of a NOT NULL column, each INSERT that leaves the column out fails (23502).
Without the unique index, each ON CONFLICT that names its columns fails (42P10), and duplicates come in. Without NOT NULL, code meets NULLs. Without the index on its columns, each DELETE in the table that a foreign
key refers to reads the whole table. Without the index that is its replica identity, a published table takes no UPDATE and no DELETE (55000). A view loses its options, security_invoker among them, with each CREATE OR REPLACE VIEW that does not say them again. And the way back needs a clean-up of what came in meanwhile.

Deploy the code that does without it first. Build what takes its place before you drop it.

Silent in rollbacks, for what the same migration made, when something of the same effect takes its place or is left, for CHECK constraints, and when the column goes as well.`,
  bad: [
    ...viewOptionExamples.bad,
    {
      title: 'The identity of a column',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int);\n' },
        { path: 'V2__d.sql', text: 'ALTER TABLE t ALTER COLUMN id DROP IDENTITY;\n' },
      ],
      findings: [{ at: 'ALTER TABLE t ALTER COLUMN id DROP IDENTITY', says: 'nothing numbers it' }],
    },
    {
      title: 'A unique index, a default, NOT NULL',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, state text NOT NULL DEFAULT 'new');\nCREATE UNIQUE INDEX users_email ON users (email);\n",
        },
        {
          path: 'V2__d.sql',
          text: 'DROP INDEX users_email;\nALTER TABLE users ALTER COLUMN state DROP DEFAULT;\nALTER TABLE users ALTER COLUMN email DROP NOT NULL;\n',
        },
      ],
      findings: [
        { at: 'DROP INDEX users_email', says: 'ON CONFLICT (email)' },
        { at: 'ALTER TABLE users ALTER COLUMN state DROP DEFAULT', says: '23502' },
        { at: 'ALTER TABLE users ALTER COLUMN email DROP NOT NULL', says: 'NULL' },
      ],
    },
    {
      title: 'A function that says ON CONFLICT, the index of a foreign key, a replica identity',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, number int NOT NULL, user_id bigint CONSTRAINT of_user REFERENCES users, boss bigint CONSTRAINT of_boss REFERENCES users);\nCREATE UNIQUE INDEX numbers ON orders (number);\nCREATE INDEX users_of ON orders (user_id);\nALTER TABLE orders REPLICA IDENTITY USING INDEX numbers;\nCREATE FUNCTION enter(n int) RETURNS void LANGUAGE sql AS $$ INSERT INTO orders (number) VALUES (n) ON CONFLICT (number) DO NOTHING $$;\n',
        },
        { path: 'V2__d.sql', text: 'DROP INDEX users_of;\nDROP INDEX numbers;\nALTER TABLE orders DROP CONSTRAINT of_boss;\n' },
      ],
      findings: [
        { at: 'DROP INDEX users_of', says: 'foreign key of_user' },
        { at: 'DROP INDEX numbers', says: 'function enter' },
        { at: 'ALTER TABLE orders DROP CONSTRAINT of_boss', says: 'orphans' },
      ],
    },
    {
      title: 'A unique index on an expression, and a partial one',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, tenant_id bigint, email text, deleted_at timestamptz);\nCREATE UNIQUE INDEX folded ON users (lower(email));\nCREATE UNIQUE INDEX living ON users (tenant_id, email) WHERE deleted_at IS NULL;\n',
        },
        { path: 'V2__d.sql', text: 'DROP INDEX folded;\nDROP INDEX living;\n' },
      ],
      findings: [
        { at: 'DROP INDEX folded', says: 'ON CONFLICT (lower(email))' },
        { at: 'DROP INDEX living', says: 'WHERE deleted_at IS NULL' },
      ],
    },
  ],
  good: [
    ...viewOptionExamples.good,
    {
      title: 'An identity that a default takes the place of, or that is another one',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY);\nCREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY);\n',
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE a ALTER COLUMN id DROP IDENTITY;\nALTER TABLE a ALTER COLUMN id SET DEFAULT random();\nALTER TABLE b ALTER COLUMN id DROP IDENTITY;\nALTER TABLE b ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 1000);\n',
        },
      ],
    },
    {
      title: 'Something takes its place, or is left',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text, n int DEFAULT 1, boss bigint CONSTRAINT of_boss REFERENCES users);\nCREATE UNIQUE INDEX a ON users (email);\nCREATE UNIQUE INDEX b ON users (email);\nCREATE INDEX c ON users (boss);\nCREATE INDEX d ON users (boss, n);\n',
        },
        {
          path: 'V2__d.sql',
          text: 'DROP INDEX a;\nDROP INDEX c;\nALTER TABLE users ALTER COLUMN n DROP DEFAULT;\nALTER TABLE users DROP CONSTRAINT of_boss, ADD CONSTRAINT of_boss FOREIGN KEY (boss) REFERENCES users ON DELETE SET NULL NOT VALID;\n',
        },
      ],
    },
    {
      title: 'Another index for an expression and for some of the rows',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE, deleted_at timestamptz);\nCREATE UNIQUE INDEX folded ON users (lower(email));\nCREATE UNIQUE INDEX living ON users (email) WHERE deleted_at IS NULL;\n',
        },
        {
          path: 'V2__d.sql',
          text: 'CREATE UNIQUE INDEX folded_again ON users (lower(email), deleted_at);\nDROP INDEX folded;\nDROP INDEX living;\n',
        },
      ],
    },
    {
      title: 'In a rollback',
      framework: 'golang-migrate',
      files: [
        { path: '0001_t.up.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, a text);\n' },
        { path: '0001_t.down.sql', text: 'DROP TABLE t;\n' },
        { path: '0002_u.up.sql', text: 'CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);\n' },
        { path: '0002_u.down.sql', text: 'DROP INDEX CONCURRENTLY i;\n' },
      ],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return perOperation(context, (step, operation): Violation | undefined => {
      const removed = whatIsRemoved(context, step, operation);
      return removed && { range: operationRange(context, step.statement, operation), ...removed, fixes: [] };
    });
  },
};

interface Removed {
  readonly message: string;
  readonly help: string;
}

function whatIsRemoved(context: RuleContext, step: Step, operation: Operation): Removed | undefined {
  switch (operation.kind) {
    case 'drop object':
      if (operation.objectKind !== 'index') return undefined;
      for (const name of operation.objects) {
        const removed = removedIndex(context, step, name);
        if (removed !== undefined) return removed;
      }
      return undefined;
    case 'drop constraint':
      return removedConstraint(context, step, operation);
    case 'drop default':
      return removedDefault(context, step, operation);
    case 'drop not null':
      return removedNotNull(context, step, operation);
    case 'alter column':
      return /\sdrop\s+identity\b/i.test(operation.detail) ? removedIdentity(context, step, operation) : undefined;
    case 'create object':
      return lostViewOption(context, step, operation);
    default:
      return undefined;
  }
}

/** The table as the migration leaves it; undefined when it is gone, made by this migration, or not known. */
function lasting(context: RuleContext, step: Step, name: ObjectName): { readonly then: Table; readonly now: Table } | undefined {
  const then = findTable(step.before, name);
  const now = context.after.tables.find(({ identity }) => identity === then?.identity);
  const started = context.before.tables.some(({ identity }) => identity === then?.identity);
  return then === undefined || now === undefined || !started || !isInUse(context, step, name) ? undefined : { then, now };
}

function removedIndex(context: RuleContext, step: Step, name: ObjectName): Removed | undefined {
  const found = findIndex(step.before, name);
  const tables = found === undefined ? undefined : lasting(context, step, found.owner);
  if (found === undefined || tables === undefined || found.index.constraint !== undefined || isNewHere(context, found.index))
    return undefined;
  const { index } = found;
  const columns = plainColumns(tables.then, index.keys);
  if (tables.then.replicaIdentity?.includes(index.name) === true) {
    const user = columns === undefined ? undefined : conflictingFunction(step, tables.then, columns);
    return {
      message: `${index.name} is the replica identity of ${tables.now.name}: without it a published table takes no UPDATE and no DELETE (55000).${user === undefined ? '' : ` And the function ${user} says ON CONFLICT (${columns?.join(', ')}), which fails without it (42P10).`}`,
      help: 'Set another replica identity first: ALTER TABLE ... REPLICA IDENTITY.',
    };
  }
  const key = uniqueKeys(tables.then).find(({ name }) => name === index.name);
  if (key !== undefined && (key.columns === undefined || key.isPartial)) return removedSpecialKey(context, index, tables);
  if (columns === undefined || !columns.every((column) => findColumn(tables.now, column) !== undefined)) return undefined;
  if (index.unique && !/\bwhere\b/i.test(index.definition)) return removedKey(step, index.name, tables, columns);
  return removedSupport(index, tables.now, columns);
}

/** Was it made, or renamed from another, by this migration? */
function isNewHere(context: RuleContext, { identity }: Index): boolean {
  return !context.before.tables.some((table) => table.indexes.some((index) => index.identity === identity));
}

function removedKey(
  step: Step,
  name: string,
  { then, now }: { readonly then: Table; readonly now: Table },
  columns: readonly string[],
): Removed | undefined {
  // A key over some of the columns promises even more, though ON CONFLICT wants exactly these.
  const left = uniqueKeys(now).filter((key) => !key.isPartial && key.columns?.every((column) => columns.includes(column)) === true);
  if (left.length > 0) return undefined;
  const user = conflictingFunction(step, then, columns);
  const list = columns.join(', ');
  const who = user === undefined ? 'code that says' : `the function ${user}, which says`;
  return {
    message: `${name} keeps ${then.name} (${list}) unique: without it duplicates come in, and ${who} ON CONFLICT (${list}) fails (42P10).`,
    help: 'Deploy the code that does without it first, or build the key that takes its place before.',
  };
}

/** A unique index with expressions, or of some of the rows. What another one promises can't be compared: any that is new may be meant to take its place. */
function removedSpecialKey(
  context: RuleContext,
  index: Index,
  { then, now }: { readonly then: Table; readonly now: Table },
): Removed | undefined {
  const names = then.columns.map(({ name }) => name);
  const used = namesIn(behindName(index.definition), names);
  if (!used.every((column) => findColumn(now, column) !== undefined)) return undefined;
  const keys = uniqueKeys(now);
  const left = now.indexes.some((other) => {
    if (!other.unique || !isUsable(other) || other.identity === index.identity) return false;
    if (isNewHere(context, other) || behindName(other.definition) === behindName(index.definition)) return true;
    const key = keys.find(({ name }) => name === other.name);
    return key?.columns?.every((column) => index.keys.includes(column)) === true && !key.isPartial;
  });
  if (left) return undefined;
  const predicate = predicateOf(index.definition);
  const list = index.keys.join(', ');
  const where = predicate === undefined ? '' : ` WHERE ${predicate}`;
  return {
    message: `${index.name} keeps ${then.name} (${list}) unique${predicate === undefined ? '' : ` where ${predicate}`}: without it duplicates come in, and code that says ON CONFLICT (${list})${where} fails (42P10).`,
    help: 'Deploy the code that does without it first, or build the index that takes its place before.',
  };
}

/** A definition without what comes before the keys, all blanks alike. */
function behindName(definition: string): string {
  return definition
    .slice(Math.max(definition.indexOf('('), 0))
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function predicateOf(definition: string): string | undefined {
  let depth = 0;
  const where = tokenize(definition).find((token) => {
    if (token.word === '(') depth++;
    if (token.word === ')') depth--;
    return depth === 0 && token.word === 'where';
  });
  return where === undefined ? undefined : definition.slice(where.end).replaceAll(/\s+/g, ' ').trim();
}

/** A function of the schema whose body says ON CONFLICT with these columns. */
function conflictingFunction(step: Step, table: Table, columns: readonly string[]): string | undefined {
  const isRoutine = ({ kind, definition }: Step['before']['definitions'][number]) =>
    (kind === 'function' || kind === 'procedure') && /\bon\s+conflict\b/i.test(definition);
  return step.before.definitions.filter(isRoutine).find(({ definition }) =>
    functionStatements(definition).some(({ operations }) =>
      operations.some((operation) => {
        if (operation.kind !== 'insert' || operation.table.name !== table.name) return false;
        const target = operation.conflictTarget;
        return target !== undefined && 'columns' in target && sameColumns(target.columns, columns);
      }),
    ),
  )?.name;
}

/** The only index that begins with the columns of a foreign key of its table. */
function removedSupport(index: Index, now: Table, columns: readonly string[]): Removed | undefined {
  const begins = (keys: readonly string[] | undefined, wanted: readonly string[]) =>
    keys !== undefined && sameColumns(keys.slice(0, wanted.length), wanted);
  const key = now.constraints.find((constraint: Constraint) => constraint.kind === 'foreign key' && begins(columns, constraint.columns));
  if (key === undefined || now.indexes.some(({ keys }) => begins(plainColumns(now, keys), key.columns))) return undefined;
  return {
    message: `No other index of ${now.name} begins with ${key.columns.join(', ')}, the columns of its foreign key ${key.name}: without ${index.name} each DELETE in ${key.references ?? 'the table that it refers to'} reads all of ${now.name}.`,
    help: 'Keep it, or build another index that begins with these columns first.',
  };
}

function removedConstraint(context: RuleContext, step: Step, operation: OperationOf<'drop constraint'>): Removed | undefined {
  const tables = lasting(context, step, operation.table);
  const constraint = tables?.then.constraints.find(({ name }) => name === operation.constraint);
  const isOld = context.before.tables.some((table) => table.constraints.some(({ identity }) => identity === constraint?.identity));
  if (tables === undefined || constraint === undefined || !isOld) return undefined;
  if (!constraint.columns.every((column) => findColumn(tables.now, column) !== undefined)) return undefined;
  if (constraint.kind === 'unique' || constraint.kind === 'primary key') {
    return removedKey(step, constraint.name, tables, constraint.columns);
  }
  if (constraint.kind !== 'foreign key' || !constraint.validated) return undefined;
  const again = tables.now.constraints.some(({ kind, columns }) => kind === 'foreign key' && sameColumns(columns, constraint.columns));
  const target = context.after.tables.some(({ schema, name }) => `${schema}.${name}` === constraint.references);
  if (again || !target) return undefined;
  return {
    message: `Without ${constraint.name} nothing keeps ${constraint.columns.join(', ')} of ${tables.now.name} true to ${constraint.references}: orphans come in, and the key can't be added again before they are gone.`,
    help: 'Keep it, or make sure that the code which relies on it is gone first.',
  };
}

function removedDefault(context: RuleContext, step: Step, operation: OperationOf<'drop default'>): Removed | undefined {
  const tables = lasting(context, step, operation.table);
  const column = findColumn(tables?.now, operation.column);
  const then = findColumn(tables?.then, operation.column);
  const old = context.before.tables.find(({ identity }) => identity === tables?.then.identity);
  const isOld = findColumn(old, operation.column)?.default !== undefined;
  if (column === undefined || then?.default === undefined || !isOld) return undefined;
  if (!column.notNull || column.default !== undefined || column.identityKind !== undefined) return undefined;
  return {
    message: `${column.name} of ${operation.table.name} is NOT NULL: without its default each INSERT that leaves it out fails (23502), those of the code that still runs too.`,
    help: 'Deploy code that always gives a value first, and drop the default in a later migration.',
  };
}

function removedIdentity(context: RuleContext, step: Step, operation: OperationOf<'alter column'>): Removed | undefined {
  const tables = lasting(context, step, operation.table);
  const column = findColumn(tables?.now, operation.column);
  const old = context.before.tables.find(({ identity }) => identity === tables?.then.identity);
  if (findColumn(old, operation.column)?.identityKind === undefined || column?.notNull !== true) return undefined;
  if (column.default !== undefined || column.identityKind !== undefined) return undefined;
  return {
    message: `${column.name} of ${operation.table.name} is NOT NULL, and nothing numbers it any more: each INSERT that leaves it out fails (23502), those of the code that still runs too.`,
    help: 'Give it the default that takes the place of the identity in the same migration.',
  };
}

function removedNotNull(context: RuleContext, step: Step, operation: OperationOf<'drop not null'>): Removed | undefined {
  const tables = lasting(context, step, operation.table);
  const column = findColumn(tables?.now, operation.column);
  const old = context.before.tables.find(({ identity }) => identity === tables?.then.identity);
  if (column === undefined || column.notNull || findColumn(old, operation.column)?.notNull !== true) return undefined;
  const isKey = tables?.then.constraints.some(({ kind, columns }) => kind === 'primary key' && columns.includes(column.name)) === true;
  if (isKey) return undefined;
  return {
    message: `${column.name} of ${operation.table.name} may be NULL from here on: code that takes a value for granted meets NULLs, and NOT NULL can't come back before they are gone.`,
    help: 'Deploy code that can read NULL first.',
  };
}
