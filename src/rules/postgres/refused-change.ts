import type { DefinedObject } from '../../model/catalog';
import type { Operation } from '../../model/operation';
import { findNamed, findTable } from '../../schema/lookup';
import { type OperationOf, operationRange, type RuleContext, type Step, shownName } from '../context';
import type { Rule, Violation } from '../rule';
import { routineShape, viewColumns } from './routine-shape';

export const refusedChange: Rule = {
  id: 'refused-change',
  title: 'Change that the server refuses',
  severity: 'error',
  engines: ['postgres'],
  explanation: `Some things that are there can't be changed in place. CREATE OR REPLACE VIEW keeps the columns: it may add some at the end, and neither drop, rename nor reorder the others (42P16). CREATE OR REPLACE
FUNCTION keeps the result, the names of the arguments, and their defaults (42P13). A table has one primary key at most (42P16). The migration fails each time it is run.

Drop the view or function first and create it again, in the same transaction, with its grants and what depends on it; drop the old key before the new one.

Silent about views and functions that the migrations of the folder don't show, and about columns whose names only the server knows.`,
  bad: [
    {
      title: 'A view without a column that it had, with another name, with columns in another order',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text, email text);\nCREATE VIEW v AS SELECT id, name, email FROM users;\nCREATE VIEW w AS SELECT id, name FROM users;\nCREATE VIEW x (a, b) AS SELECT id, lower(name) FROM users;\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE OR REPLACE VIEW v AS SELECT id, name FROM users;\nCREATE OR REPLACE VIEW w AS SELECT id, email, name FROM users;\nCREATE OR REPLACE VIEW x AS SELECT id AS a, lower(name) FROM users;\n',
        },
      ],
      findings: [
        { at: 'CREATE OR REPLACE VIEW v AS SELECT id, name FROM users', says: 'email' },
        { at: 'CREATE OR REPLACE VIEW w AS SELECT id, email, name FROM users', says: '42P16' },
        { at: 'CREATE OR REPLACE VIEW x AS SELECT id AS a, lower(name) FROM users', says: 'column b' },
      ],
    },
    {
      title: 'A function with another result, other names, fewer defaults',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__f.sql',
          text: "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION g(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION k(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION h(a int DEFAULT 1) RETURNS TABLE (x int, z int) LANGUAGE sql AS 'SELECT 1, 2';\n",
        },
        {
          path: 'V2__f.sql',
          text: "CREATE OR REPLACE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';\nCREATE OR REPLACE FUNCTION g(z int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE OR REPLACE FUNCTION k(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE OR REPLACE FUNCTION h(a int DEFAULT 1) RETURNS TABLE (y int, z int) LANGUAGE sql AS 'SELECT 1, 2';\n",
        },
      ],
      findings: [
        { at: "CREATE OR REPLACE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'", says: '42P13' },
        { at: "CREATE OR REPLACE FUNCTION g(z int, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1'", says: 'argument a' },
        { at: "CREATE OR REPLACE FUNCTION k(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT 1'", says: 'defaults' },
        {
          at: "CREATE OR REPLACE FUNCTION h(a int DEFAULT 1) RETURNS TABLE (y int, z int) LANGUAGE sql AS 'SELECT 1, 2'",
          says: 'SETOF (x integer, z integer)',
        },
      ],
    },
    {
      title: 'A second primary key',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, no bigint);\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE users ADD PRIMARY KEY (no);\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD PRIMARY KEY (no)', says: 'users_pkey' }],
    },
  ],
  good: [
    {
      title: 'More columns at the end, the same names in other words',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text, email text);\nCREATE VIEW v AS SELECT id, name FROM users;\nCREATE VIEW w AS SELECT * FROM users;\nCREATE VIEW x AS SELECT id, CASE WHEN true THEN 1 END FROM users;\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE OR REPLACE VIEW v AS SELECT u.id, upper(u.name) AS name, email FROM users u;\nCREATE OR REPLACE VIEW w AS SELECT id, name, email, 1 AS extra FROM users;\nCREATE OR REPLACE VIEW x AS SELECT id, 2 AS "case" FROM users;\nDROP VIEW v;\nCREATE OR REPLACE VIEW v AS SELECT email FROM users;\n',
        },
      ],
    },
    {
      title: 'Other arguments are another function; names where there were none; the same types in other words',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__f.sql',
          text: "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION t(a int) RETURNS TABLE (x int) LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION g(a varchar(10)) RETURNS timestamptz LANGUAGE sql AS 'SELECT now()';\n",
        },
        {
          path: 'V2__f.sql',
          text: "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 2';\nCREATE OR REPLACE FUNCTION t(a int) RETURNS TABLE (y int) LANGUAGE sql AS 'SELECT 1';\nCREATE OR REPLACE FUNCTION f(a text) RETURNS text LANGUAGE sql AS 'SELECT a';\nCREATE OR REPLACE FUNCTION g(a character varying, b int DEFAULT 1) RETURNS text LANGUAGE sql AS 'SELECT a';\nCREATE OR REPLACE FUNCTION g(a character varying) RETURNS timestamp with time zone LANGUAGE sql AS 'SELECT now()';\n",
        },
      ],
    },
    {
      title: 'The old key goes in the same statement',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, no bigint NOT NULL);\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE users DROP CONSTRAINT users_pkey, ADD PRIMARY KEY (no);\n' },
      ],
    },
  ],
  // What stands behind an IF is not known to run.
  check: (context) =>
    context.steps.flatMap((step) =>
      step.statement.operations.flatMap((operation) => {
        const refusal = refusalOf(step, operation);
        return refusal === undefined ? [] : [violation(context, step, operation, refusal)];
      }),
    ),
};

interface Refusal {
  readonly why: string;
  readonly code: string;
  readonly help: string;
}

function violation(context: RuleContext, step: Step, operation: Operation, { why, code, help }: Refusal): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: `${why}: the server refuses this (${code}).`,
    help,
    fixes: [],
  };
}

function refusalOf(step: Step, operation: Operation): Refusal | undefined {
  if (operation.kind === 'add constraint') return secondKey(step, operation);
  if (operation.kind === 'add column' && operation.column.primaryKey) return secondKey(step, operation);
  if (operation.kind !== 'create object' || !operation.orReplace) return undefined;
  const { definitions, searchPath } = step.before;
  if (operation.objectKind === 'view') {
    const known = findNamed(definitions, operation.object, searchPath);
    return known?.kind === 'view' ? replacedView(known, operation, step.statement.sent) : undefined;
  }
  if (operation.objectKind !== 'function') return undefined;
  const schema = operation.object.schema ?? searchPath?.[0] ?? 'public';
  const known = definitions.filter(
    ({ kind, name, schema: own }) => kind === 'function' && name === operation.object.name && own === schema,
  );
  return replacedFunction(known, operation, step.statement.sent);
}

function secondKey(step: Step, operation: OperationOf<'add constraint'> | OperationOf<'add column'>): Refusal | undefined {
  if (operation.kind === 'add constraint' && operation.constraint.kind !== 'primary key') return undefined;
  const table = findTable(step.before, operation.table);
  const key = table?.constraints.find(({ kind }) => kind === 'primary key');
  if (table === undefined || key === undefined) return undefined;
  // A key with the name of the old one is told by name-taken.
  if (operation.kind === 'add constraint' && operation.constraint.name === key.name) return undefined;
  if (operation.kind === 'add column' && operation.ifNotExists && table.columns.some(({ name }) => name === operation.column.name))
    return undefined;
  const goes = step.statement.operations.some(
    (other) =>
      (other.kind === 'drop constraint' && other.constraint === key.name) ||
      (other.kind === 'drop column' && key.columns.includes(other.column)),
  );
  if (goes) return undefined;
  return {
    why: `${shownName(operation.table)} has a primary key already, ${key.name}`,
    code: '42P16',
    help: `Drop ${key.name} in the same ALTER TABLE, or make this one UNIQUE.`,
  };
}

const viewHelp =
  'Drop the view and create it again in the same transaction, with its grants; or leave its columns, and add new ones at the end.';

function replacedView(known: DefinedObject, { object }: OperationOf<'create object'>, sent: string): Refusal | undefined {
  const [old, now] = [viewColumns(known.definition), viewColumns(sent)];
  if (old === undefined || now === undefined) return undefined;
  for (const [position, name] of old.names.entries()) {
    if (position >= now.names.length) {
      if (!now.isWhole) return undefined;
      const shown = name === undefined ? `column ${position + 1}` : `column ${name}`;
      return { why: `View ${shownName(object)} has ${shown}, which OR REPLACE can't drop`, code: '42P16', help: viewHelp };
    }
    const next = now.names[position];
    if (name === undefined || next === undefined || name === next) continue;
    return {
      why: `View ${shownName(object)} has column ${name} in place ${position + 1}, and OR REPLACE can't make it ${next}`,
      code: '42P16',
      help: viewHelp,
    };
  }
  return undefined;
}

function replacedFunction(all: readonly DefinedObject[], { object }: OperationOf<'create object'>, sent: string): Refusal | undefined {
  const now = all.length === 0 ? undefined : routineShape(sent);
  if (now === undefined) return undefined;
  const [old] = all.flatMap(({ definition }) => routineShape(definition) ?? []).filter(({ inputs }) => inputs.join() === now.inputs.join());
  if (old === undefined) return undefined;
  const name = shownName(object);
  const help =
    'Drop the function and create it again in the same transaction, with its grants and what uses it; or give the new one another name.';
  if (old.result !== now.result) {
    return { why: `Function ${name} returns ${old.result}, and OR REPLACE can't make it return ${now.result}`, code: '42P13', help };
  }
  const renamed = old.inputNames.findIndex((argument, position) => argument !== undefined && argument !== now.inputNames[position]);
  if (renamed !== -1) {
    const to = now.inputNames[renamed];
    return {
      why: `Function ${name} has the argument ${old.inputNames[renamed]}, and OR REPLACE can't ${to === undefined ? 'take its name away' : `rename it to ${to}`}`,
      code: '42P13',
      help,
    };
  }
  return old.defaults > now.defaults
    ? { why: `Function ${name} has ${old.defaults} arguments with defaults, and OR REPLACE can't take one away`, code: '42P13', help }
    : undefined;
}
