import type { DefinedObject, Table, Trigger } from '../../model/catalog';
import type { ObjectKind, ObjectName, Operation } from '../../model/operation';
import { defaultSchema, findColumn, findNamed, findTable, type SearchedCatalog } from '../../schema/lookup';
import { operationRange, perOperation, type RuleContext, type Step } from '../context';
import type { Rule, Violation } from '../rule';
import { callsFunction, isCautious, usesColumn, usesColumnOfRow, usesRelation, usesType } from './body-uses';
import { isBuiltIn } from './called-functions';
import { type RoutineBody, routineBody } from './routine-body';

export const routineBreaks: Rule = {
  id: 'routine-breaks',
  title: 'Function whose body uses what is gone',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `The body of a function is a text to the server, unless it is written as BEGIN ATOMIC or RETURN: what it uses is looked up when it is called. So the server lets a migration drop or rename a column,
a table, a view, a type or another function which the body names, and the function fails at its next call. That of a trigger takes every write of its table with it.

Replace the function in the same migration, or drop it, when nothing calls it any more.

It reads bodies in SQL and PL/pgSQL: their statements, the queries in their expressions, what their variables are declared as, and NEW and OLD in the functions of triggers. Silent in rollbacks; when the function is
replaced or dropped in the same migration, or by a later changeset of the same file; when something else has the name at the end, or the body makes it for itself; when the body looks first whether it is there
(to_regclass, pg_attribute), or catches the error; where a trigger's function asks for which table, event or arguments it runs, of which others use the column; about texts that a body puts together and executes.`,
  bad: [
    {
      title: 'A column that functions in SQL and PL/pgSQL use, and a row of a trigger',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE users (id bigint PRIMARY KEY, name text, mail text, age int);
CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT u.name FROM users AS u';
CREATE FUNCTION rename_all(suffix text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE one users.age%TYPE;
BEGIN
  IF EXISTS (SELECT FROM users WHERE id = 1) THEN
    UPDATE users SET mail = suffix WHERE id = 1;
  END IF;
END $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.mail := lower(NEW.mail); RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
`,
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE users DROP COLUMN name;\nALTER TABLE users RENAME COLUMN mail TO email;\nALTER TABLE users DROP age;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users DROP COLUMN name', says: 'The function names still uses users.name' },
        {
          at: 'ALTER TABLE users RENAME COLUMN mail TO email',
          says: 'The functions rename_all and touch (of the trigger touched) still use users.mail',
        },
        { at: 'ALTER TABLE users DROP age', says: '42703' },
      ],
    },
    {
      title: 'A table, a view, a type, another function',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE events (id bigint PRIMARY KEY);
CREATE VIEW active AS SELECT id FROM users;
CREATE TYPE mood AS ENUM ('good');
CREATE FUNCTION code(n int) RETURNS text LANGUAGE sql AS 'SELECT md5(n::text)';
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  m mood := 'good';
  r events%ROWTYPE;
BEGIN
  FOR r IN SELECT * FROM events LOOP
    RAISE NOTICE '%', code(1);
  END LOOP;
END $$;
CREATE FUNCTION g() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM public.active $$;
`,
        },
        {
          path: 'V2__d.sql',
          text: 'DROP TYPE mood;\nDROP FUNCTION code(int);\nALTER TABLE events RENAME TO happenings;\nDROP VIEW active;\n',
        },
      ],
      findings: [
        { at: 'DROP TYPE mood', says: '42704' },
        { at: 'DROP FUNCTION code(int)', says: '42883' },
        { at: 'ALTER TABLE events RENAME TO happenings', says: 'The function f still uses the table events' },
        { at: 'DROP VIEW active', says: '42P01' },
      ],
    },
  ],
  good: [
    {
      title: 'Replaced or dropped in the same migration; something else has the name',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE users (id bigint PRIMARY KEY, name text, mail text);
CREATE TABLE logs (id bigint PRIMARY KEY);
CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT name FROM users';
CREATE FUNCTION mails() RETURNS SETOF text LANGUAGE sql AS 'SELECT mail FROM users';
CREATE FUNCTION logged() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM logs';
`,
        },
        {
          path: 'V2__d.sql',
          text: `ALTER TABLE users RENAME COLUMN name TO nick;
CREATE OR REPLACE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT nick FROM users';
DROP FUNCTION mails();
ALTER TABLE users DROP COLUMN mail;
ALTER TABLE logs RENAME TO logs_old;
CREATE VIEW logs AS SELECT * FROM logs_old;
`,
        },
      ],
    },
    {
      title: 'Replaced by a text that a block executes, or by a later changeset of the file',
      framework: 'liquibase',
      majors: [12, 18],
      files: [
        {
          path: '001.sql',
          text: `--liquibase formatted sql
--changeset a:1 splitStatements:false
CREATE TABLE users (id bigint PRIMARY KEY, name text, mail text);
CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT name FROM users';
CREATE FUNCTION mails() RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT mail FROM users; END';
--rollback DROP FUNCTION mails(); DROP FUNCTION names(); DROP TABLE users;
`,
        },
        {
          path: '002.sql',
          text: `--liquibase formatted sql
--changeset a:2 splitStatements:false
ALTER TABLE users RENAME COLUMN name TO nick;
ALTER TABLE users RENAME COLUMN mail TO email;
DO $do$ BEGIN EXECUTE 'CREATE OR REPLACE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS ''SELECT nick FROM users'''; END $do$;
--rollback ALTER TABLE users RENAME COLUMN nick TO name; ALTER TABLE users RENAME COLUMN email TO mail;
--changeset a:3 splitStatements:false
CREATE OR REPLACE FUNCTION mails() RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT email FROM users; END';
--rollback DROP FUNCTION mails();
`,
        },
      ],
    },
    {
      title: 'Namesakes: of another table, in a text, of a query, a record, a parameter; and a body that looks which table it is',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE users (id bigint PRIMARY KEY, name text, kind int);
CREATE TABLE pets (id bigint PRIMARY KEY, name text, kind int);
CREATE TABLE recent (id bigint PRIMARY KEY);
CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT p.name FROM pets AS p JOIN users ON users.id = p.id';
CREATE FUNCTION hello() RETURNS text LANGUAGE sql AS $$ SELECT 'users name recent' -- from users: name $$;
CREATE FUNCTION last() RETURNS bigint LANGUAGE sql AS 'WITH recent AS (SELECT id FROM pets) SELECT max(id) FROM recent';
CREATE FUNCTION by_name(name text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM pets WHERE pets.name = by_name.name); END $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_TABLE_NAME = 'pets' THEN NEW.kind := 1; END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM pets; END;
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
`,
        },
        { path: 'V2__d.sql', text: 'ALTER TABLE users DROP COLUMN name;\nALTER TABLE users DROP COLUMN kind;\nDROP TABLE recent;\n' },
      ],
    },
  ],
  check: (context) =>
    context.program.direction === 'down' ? [] : perOperation(context, (step, operation) => look(context, step, operation)),
};

/** What an operation takes away, by the name that a body would use. */
interface Gone {
  /** `users.mail`, `the table users`. */
  readonly what: string;
  /** With which error a call fails. */
  readonly code: string;
  /** A word that a body has to hold. */
  readonly word: string;
  /** With the trigger, where its rows are what the function uses. */
  readonly isUsedBy: (body: RoutineBody, routine: DefinedObject) => boolean | { readonly trigger: string };
}

function look(context: RuleContext, step: Step, operation: Operation): Violation | undefined {
  const gone = goneBy(context, step, operation);
  const broken = gone.flatMap((one) => {
    const users = usersOf(context, step, one);
    return users.length === 0 ? [] : [{ one, users }];
  });
  const [first] = broken;
  if (first === undefined) return undefined;
  const { one, users } = first;
  const isSeveral = users.length > 1;
  return {
    range: operationRange(context, step.statement, operation),
    message: `The ${isSeveral ? 'functions' : 'function'} ${listed(users)} still ${isSeveral ? 'use' : 'uses'} ${one.what}: the server doesn't look into a body in quotes and lets this happen, and then each call fails (${one.code}).`,
    help: 'Replace the function in this migration by one that does without it, or drop it, when nothing calls it.',
    fixes: [],
  };
}

function listed(users: readonly string[]): string {
  if (users.length > 3) return `${users.slice(0, 2).join(', ')} and ${users.length - 2} more`;
  return users.length < 2 ? users.join('') : `${users.slice(0, -1).join(', ')} and ${users.at(-1)}`;
}

/** The functions that there are at the end, with the same body as now, and that use it. */
function usersOf(context: RuleContext, step: Step, gone: Gone): readonly string[] {
  const { after } = context;
  const isRoutine = ({ kind, definition }: DefinedObject) =>
    (kind === 'function' || kind === 'procedure') && definition.toLowerCase().includes(gone.word.toLowerCase());
  return step.before.definitions.filter(isRoutine).flatMap((routine) => {
    const last = after.definitions.find(({ identity }) => identity === routine.identity);
    if (last === undefined || isMadeAgainBehind(context, step, routine)) return [];
    const body = routineBody(last.definition);
    const used =
      body === undefined || isCautious(body) || routineBody(routine.definition)?.text !== body.text ? false : gone.isUsedBy(body, routine);
    if (used === false) return [];
    return [used === true ? routine.name : `${routine.name} (of the trigger ${used.trigger})`];
  });
}

/**
 * A text that a DO block executes replaces or drops it, or a later changeset of the same file, whose changes come together. The file of
 * other frameworks goes on with the way back.
 */
function isMadeAgainBehind({ program, framework, text }: RuleContext, { statement }: Step, { name }: DefinedObject): boolean {
  const end = framework.name === 'liquibase' ? text.length : program.span.end;
  const behind = text.slice(statement.span.start, end).replaceAll(/^\s*--\s*rollback\b.*$/gim, '');
  const named = `(?:"?[\\w$]+"?\\s*\\.\\s*)?"?${name.replaceAll(/\W/g, '\\$&')}"?(?![\\w$])`;
  return new RegExp(`\\b(?:create\\s+or\\s+replace|drop)\\s+(?:function|procedure|routine)\\s+(?:if\\s+exists\\s+)?${named}`, 'i').test(
    behind,
  );
}

/**
 * Names in a body are looked for at its call: where the function says, or else where a session of today looks, and where this migration
 * does only when nothing has the name there.
 */
function seenBy({ steps }: RuleContext, { searchPath }: RoutineBody, before: SearchedCatalog): SearchedCatalog {
  const path = searchPath ?? [...(steps[0]?.before.searchPath ?? [defaultSchema]), ...(before.searchPath ?? [])];
  return { ...before, searchPath: path };
}

function goneBy(context: RuleContext, step: Step, operation: Operation): readonly Gone[] {
  switch (operation.kind) {
    case 'drop column':
    case 'rename column':
      return goneColumn(context, step, operation.table, operation.column);
    case 'drop object':
      return operation.objects.flatMap((name, position) =>
        goneObject(context, step, operation.objectKind, name, operation.signatures?.[position]),
      );
    case 'rename object':
    case 'set schema':
      return goneObject(context, step, operation.objectKind, operation.object, undefined);
    default:
      return [];
  }
}

function goneColumn(context: RuleContext, step: Step, name: ObjectName, column: string): readonly Gone[] {
  const { after } = context;
  const table = findTable(step.before, name);
  const then = after.tables.find(({ identity }) => identity === table?.identity);
  // The same name may come back, and the table may go as a whole.
  if (table === undefined || then === undefined || findColumn(table, column) === undefined || findColumn(then, column) !== undefined)
    return [];
  return [
    {
      what: `${table.name}.${column}`,
      code: '42703',
      word: column,
      isUsedBy: (body, routine) => {
        if (usesColumn(body, table, column, seenBy(context, body, step.before))) return true;
        const trigger = triggersOf(then, routine).find(({ definition }) => usesColumnOfRow(body, column, definition));
        return trigger !== undefined && { trigger: trigger.name };
      },
    },
  ];
}

/** The triggers of a table that call a function, unless they are turned off. */
function triggersOf(table: Table, { schema, name }: DefinedObject): readonly Trigger[] {
  const call = new RegExp(
    `\\bexecute\\s+(?:function|procedure)\\s+(?:"?([\\w$]+)"?\\s*\\.\\s*)?"?${name.replaceAll(/\W/g, '\\$&')}"?\\s*\\(`,
    'i',
  );
  return table.triggers.filter(({ definition, enabled }) => {
    const found = enabled === 'D' ? null : call.exec(definition);
    return found !== null && (found[1] === undefined || found[1] === schema);
  });
}

function goneObject(context: RuleContext, step: Step, kind: ObjectKind, name: ObjectName, signature: string | undefined): readonly Gone[] {
  if (['table', 'foreign table', 'view', 'materialized view'].includes(kind)) return goneRelation(context, step, kind, name);
  if (kind === 'type' || kind === 'domain') return goneType(context, step, name);
  if (kind === 'function' || kind === 'procedure') return goneRoutine(context, step, name, signature);
  return [];
}

function isView({ kind }: DefinedObject): boolean {
  return kind === 'view' || kind === 'materialized view';
}

function goneRelation(context: RuleContext, step: Step, kind: string, name: ObjectName): readonly Gone[] {
  const { after } = context;
  const relationOf = (other: ObjectName, catalog: SearchedCatalog = step.before) =>
    findTable(catalog, other) ?? findNamed(catalog.definitions.filter(isView), other, catalog.searchPath);
  const relation = relationOf(name);
  if (relation === undefined) return [];
  const isSame = (other: { readonly schema: string; readonly name: string }) =>
    other.schema === relation.schema && other.name === relation.name;
  if (after.tables.some(isSame) || after.definitions.some((object) => isView(object) && isSame(object))) return [];
  return [
    {
      what: `the ${kind} ${relation.name}`,
      code: '42P01',
      word: relation.name,
      isUsedBy: (body) => {
        if (step.before.tables.some((table) => table.triggers.some((trigger) => givesRowsAs(trigger, relation.name)))) return false;
        const catalog = seenBy(context, body, step.before);
        return usesRelation(body, (other) => relationOf(other, catalog)?.identity === relation.identity, relation.name);
      },
    },
  ];
}

/** REFERENCING NEW TABLE AS name: in the function of the trigger it hides what else has that name. */
function givesRowsAs({ definition }: Trigger, name: string): boolean {
  return new RegExp(`\\b(?:new|old)\\s+table\\s+(?:as\\s+)?"?${name.replaceAll(/\W/g, '\\$&')}"?(?![\\w$])`, 'i').test(definition);
}

function goneType({ after }: RuleContext, step: Step, name: ObjectName): readonly Gone[] {
  const type = findNamed(step.before.types, name, step.before.searchPath);
  const isNamesake = (other: { readonly name: string }) => other.name === type?.name;
  // Of several in different schemas it is not known which one a body means.
  if (type === undefined || step.before.types.filter(isNamesake).length > 1 || after.types.some(isNamesake)) return [];
  return [{ what: `the type ${type.name}`, code: '42704', word: type.name, isUsedBy: (body) => usesType(body, type) }];
}

function goneRoutine({ after }: RuleContext, step: Step, name: ObjectName, signature: string | undefined): readonly Gone[] {
  const isNamesake = (other: DefinedObject) => (other.kind === 'function' || other.kind === 'procedure') && other.name === name.name;
  const [routine, ...others] = step.before.definitions.filter(isNamesake);
  if (routine === undefined || others.length > 0 || isBuiltIn(name.name) || after.definitions.some(isNamesake)) return [];
  if (signature !== undefined && routine.signature !== undefined && signature !== routine.signature) return [];
  return [{ what: `the function ${routine.name}`, code: '42883', word: routine.name, isUsedBy: (body) => callsFunction(body, routine) }];
}
