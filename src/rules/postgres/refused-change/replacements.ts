import type { DefinedObject } from '../../../model/catalog';
import { routineShape, viewColumns } from '../../../parse/postgres/routine-shape';
import { findNamed } from '../../../schema/lookup';
import { type OperationOf, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

/** CREATE OR REPLACE of a view or a function that changes what has to stay. */
export function refusedReplacement(step: Step, operation: OperationOf<'create object'>): Refusal | undefined {
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

export const replacementExamples: Examples = {
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
  ],
};
