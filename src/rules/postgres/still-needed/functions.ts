import type { ObjectName } from '../../../model/operation';
import { findNamed } from '../../../schema/lookup';
import type { RuleContext, Step } from '../../context';
import type { Examples } from '../../rule';
import { callerOf } from '../called-functions';
import type { Need } from './need';

/** The function of a trigger is declared without arguments. Without the parentheses it has to be the only one of its name. */
export function canBeOfTrigger(step: Step, name: ObjectName, signature: string | undefined): boolean {
  if (signature !== undefined) return signature === '()';
  const called = step.before.definitions.filter((object) => object.kind === 'function' && object.name === name.name);
  return called.length < 2 && called.every((object) => object.signature === undefined || object.signature === '()');
}

/** A function that a trigger executes. */
export function triggeredFunction(step: Step, name: ObjectName): Need | undefined {
  const called = new RegExp(
    `\\bexecute\\s+(?:function|procedure)\\s+(?:"?([\\w$]+)"?\\s*\\.\\s*)?"?${name.name.replaceAll(/\W/g, '\\$&')}"?\\s*\\(`,
    'i',
  );
  const functions = step.before.definitions.filter((object) => object.kind === 'function' && object.name === name.name);
  const schemas = new Set(functions.map(({ schema }) => schema));
  const dropped = findNamed(functions, name, step.before.searchPath);
  const own = name.schema ?? dropped?.schema;
  const isMeant = (definition: string) => {
    const found = called.exec(definition);
    return found !== null && (found[1] === undefined ? schemas.size < 2 : own === undefined || found[1] === own);
  };
  for (const table of step.before.tables) {
    const trigger = table.triggers.find(
      // A trigger made before the function calls another one, which had its name then.
      ({ identity, definition }) => isMeant(definition) && !(Number(dropped?.identity) > Number(identity)),
    );
    if (trigger !== undefined) return { what: `function ${name.name}`, by: `the trigger ${trigger.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

/** A function that a default, an index, a view, a CHECK or a policy calls. */
export function calledFunction({ engine }: RuleContext, step: Step, name: ObjectName): Need | undefined {
  const caller = callerOf(step.before, name, engine.major);
  return caller === undefined ? undefined : { what: `function ${name.name}`, by: caller, code: '2BP01' };
}

export const functionExamples: Examples = {
  bad: [
    {
      title: 'A function that a default, an index and a view call',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE FUNCTION code() RETURNS text LANGUAGE sql AS 'SELECT md5(random()::text)';\nCREATE FUNCTION fold(a text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(a)';\nCREATE FUNCTION shown(a text) RETURNS text LANGUAGE sql AS 'SELECT a';\nCREATE TABLE t (id bigint PRIMARY KEY, a text DEFAULT code());\nCREATE INDEX i ON t (fold(a));\nCREATE VIEW v AS SELECT shown(a) AS a FROM t;\n",
        },
        { path: 'V2__d.sql', text: 'DROP FUNCTION code();\nDROP FUNCTION fold(text);\nDROP FUNCTION shown;\n' },
      ],
      findings: [
        { at: 'DROP FUNCTION code()', says: 'The default of a of t' },
        { at: 'DROP FUNCTION fold(text)', says: 'The index i of t' },
        { at: 'DROP FUNCTION shown', says: 'The view v' },
      ],
    },
    {
      title: 'The function of a trigger, beside another of its name',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE a (id int);\nCREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE FUNCTION touch(n int) RETURNS int LANGUAGE sql AS $$ SELECT n $$;\nCREATE TRIGGER touched BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();\n',
        },
        { path: 'V2__d.sql', text: 'DROP FUNCTION touch();\n' },
      ],
      findings: [{ at: 'DROP FUNCTION touch()', says: 'trigger touched of a' }],
    },
  ],
  good: [
    {
      title: 'A function that another one calls, one that is called no more, one of two of its name',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT one()';\nCREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE TABLE t (id bigint PRIMARY KEY, a int DEFAULT two(), one int DEFAULT f(1), b text DEFAULT 'one()');\n",
        },
        {
          path: 'V2__d.sql',
          text: "SET LOCAL lock_timeout = '2s';\nDROP FUNCTION one();\nALTER TABLE t ALTER COLUMN a DROP DEFAULT;\nDROP FUNCTION two();\nDROP FUNCTION f(text);\n",
        },
      ],
    },
    {
      title: 'Another function of the name',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE a (id int);\nCREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE FUNCTION touch(n int) RETURNS int LANGUAGE sql AS $$ SELECT n $$;\nCREATE TRIGGER touched BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();\n',
        },
        { path: 'V2__d.sql', text: 'DROP FUNCTION touch(int);\n' },
      ],
    },
  ],
};
