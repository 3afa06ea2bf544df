import { relationKey, type Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { namesIn } from '../../schema/definitions';
import { findColumn, findIndex, findNamed, findTable } from '../../schema/lookup';
import { type OperationOf, operationRange, type RuleContext, type Step } from '../context';
import type { Rule, Violation } from '../rule';
import { callerOf } from './called-functions';
import { sameColumns } from './unique-keys';

export const stillNeeded: Rule = {
  id: 'still-needed',
  title: 'Drop or change of something that others need',
  severity: 'error',
  engines: ['postgres'],
  explanation: `The server refuses to drop what something else depends on, unless CASCADE is said, which drops that too: a table or a key that a foreign key refers to, a table,
view or column that a view reads, a type of which there are columns, the function of a trigger, a default, a view, a CHECK, an index or a policy, the sequence of a default. An index that belongs to a constraint can't be dropped by itself at all. A
column that a view or a generated column reads can't change its type, and a column of the primary key can't lose its NOT NULL.

Drop or change first what needs it: the view is dropped before and created again behind.

Silent where CASCADE is said (destructive-change speaks of that), and about what the migrations of the folder don't show.`,
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
      title: 'A table that is referred to, a column that a view reads',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);\nCREATE VIEW names AS SELECT name FROM users;\n',
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE users ALTER COLUMN name TYPE varchar(10);\nALTER TABLE users DROP COLUMN name;\nDROP INDEX users_pkey;\nALTER TABLE users DROP CONSTRAINT users_pkey;\nDROP TABLE users;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ALTER COLUMN name TYPE varchar(10)', says: '0A000' },
        { at: 'ALTER TABLE users DROP COLUMN name', says: 'view names' },
        { at: 'DROP INDEX users_pkey', says: 'constraint users_pkey' },
        { at: 'ALTER TABLE users DROP CONSTRAINT users_pkey', says: 'foreign key orders_user_id_fkey of orders' },
        { at: 'DROP TABLE users', says: '2BP01' },
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
    {
      title: 'A type, a sequence, a view, NOT NULL of a key',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('good');\nCREATE TABLE a (id serial PRIMARY KEY, m mood[], n int, d int GENERATED ALWAYS AS (n * 2) STORED);\nCREATE VIEW v AS SELECT id FROM a;\nCREATE VIEW w AS SELECT id FROM v;\n",
        },
        {
          path: 'V2__d.sql',
          text: 'DROP TYPE mood;\nDROP SEQUENCE a_id_seq;\nDROP VIEW v;\nALTER TABLE a ALTER COLUMN id DROP NOT NULL;\nALTER TABLE a DROP COLUMN n;\n',
        },
      ],
      findings: [
        { at: 'DROP TYPE mood', says: 'column m of a' },
        { at: 'DROP SEQUENCE a_id_seq', says: 'default of id of a' },
        { at: 'DROP VIEW v', says: 'view w' },
        { at: 'ALTER TABLE a ALTER COLUMN id DROP NOT NULL', says: '42P16' },
        { at: 'ALTER TABLE a DROP COLUMN n', says: 'generated column d' },
      ],
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
      title: 'What needs it goes first, or with it',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users, rival bigint REFERENCES orders);\nCREATE VIEW names AS SELECT name FROM users;\nCREATE VIEW more AS SELECT name FROM names;\n',
        },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE users DROP COLUMN age;\nDROP VIEW more, names;\nALTER TABLE users DROP COLUMN name;\nDROP TABLE orders, users;\n',
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
    {
      title: 'CASCADE says so',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);\n',
        },
        { path: 'V2__d.sql', text: 'DROP TABLE users CASCADE;\n' },
      ],
    },
  ],
  check: (context) =>
    context.steps.flatMap((step) =>
      step.statement.operations.flatMap((operation) => {
        const needed = needOf(context, step, operation);
        return needed === undefined ? [] : [violation(context, step, operation, needed)];
      }),
    ),
};

interface Need {
  /** `users`. */
  readonly what: string;
  /** `the view names`. */
  readonly by: string;
  readonly code: string;
  readonly help?: string;
}

function violation(context: RuleContext, step: Step, operation: Operation, { what, by, code, help }: Need): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: `${by} needs ${what}: the server refuses this (${code}).`.replace(/^./, (first) => first.toUpperCase()),
    help: help ?? 'Drop or change that first. CASCADE would drop it too, unnamed.',
    fixes: [],
  };
}

/** The first thing that stands in the way. */
function needOf(context: RuleContext, step: Step, operation: Operation): Need | undefined {
  switch (operation.kind) {
    case 'drop object':
      return operation.cascade ? undefined : neededObject(context, step, operation);
    case 'drop column':
      return operation.cascade ? undefined : neededColumn(context, step, operation);
    case 'drop constraint':
      return operation.cascade ? undefined : neededKey(step, operation);
    case 'alter column type':
      return retypedColumn(context, step, operation);
    case 'drop not null':
      return keyColumn(step, operation);
    default:
      return undefined;
  }
}

function neededObject(context: RuleContext, step: Step, operation: OperationOf<'drop object'>): Need | undefined {
  for (const [position, name] of operation.objects.entries()) {
    const need = neededOne(context, step, operation, name, operation.signatures?.[position]);
    if (need !== undefined) return need;
  }
  return undefined;
}

function neededOne(
  context: RuleContext,
  step: Step,
  operation: OperationOf<'drop object'>,
  name: ObjectName,
  signature: string | undefined,
): Need | undefined {
  switch (operation.objectKind) {
    case 'table':
    case 'foreign table': {
      const table = findTable(step.before, name);
      return table === undefined
        ? undefined
        : (referringKey(step, table, operation.objects) ?? readingView(step, table, operation.objects));
    }
    case 'view':
    case 'materialized view': {
      const view = findNamed(step.before.definitions, name, step.before.searchPath);
      return view === undefined ? undefined : readingView(step, view, operation.objects);
    }
    case 'index': {
      const found = findIndex(step.before, name);
      const constraint = found?.index.constraint;
      return constraint === undefined
        ? undefined
        : {
            what: `index ${name.name}`,
            by: `the constraint ${constraint}`,
            code: '2BP01',
            help: 'Drop the constraint: its index goes with it.',
          };
    }
    case 'type':
    case 'domain':
      return typedColumn(step, name);
    case 'sequence':
      return numberedColumn(step, name);
    case 'function':
      return (canBeOfTrigger(step, name, signature) ? triggeredFunction(step, name) : undefined) ?? calledFunction(context, step, name);
    default:
      return undefined;
  }
}

/** A foreign key of a table that stays. */
function referringKey(step: Step, target: Table, going: readonly ObjectName[]): Need | undefined {
  const key = relationKey(target);
  for (const table of step.before.tables) {
    if (table.identity === target.identity || going.some((name) => findTable(step.before, name)?.identity === table.identity)) continue;
    const found = table.constraints.find((constraint) => constraint.kind === 'foreign key' && constraint.references === key);
    if (found !== undefined) return { what: target.name, by: `the foreign key ${found.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

function readingView(
  step: Step,
  target: { readonly schema: string; readonly name: string },
  going: readonly ObjectName[],
): Need | undefined {
  const key = relationKey(target);
  const found = step.before.definitions.find(
    (object) => isView(object) && object.dependsOn.includes(key) && !going.some((name) => name.name === object.name),
  );
  return found === undefined ? undefined : { what: target.name, by: `the ${found.kind} ${found.name}`, code: '2BP01' };
}

function isView({ kind }: { readonly kind: string }): boolean {
  return kind === 'view' || kind === 'materialized view';
}

/** A view that names the column and reads no other table that has one of that name. `*` may or may not be that column. */
function viewOf(step: Step, table: Table, column: string): { readonly kind: string; readonly name: string } | undefined {
  const key = relationKey(table);
  return step.before.definitions.find((object) => {
    if (!isView(object) || !object.dependsOn.includes(key) || namesIn(object.definition, [column]).length === 0) return false;
    const others = object.dependsOn.filter((other) => other !== key);
    // Its output may have the name without reading the column: `SELECT 1 AS name`.
    const isOutputAlone = new RegExp(`^[^]*\\bas\\s+"?${column.replaceAll(/\W/g, '\\$&')}"?(?=[\\s,])`, 'i').test(object.definition);
    return others.length === 0 && !isOutputAlone;
  });
}

function generatedFrom(table: Table, column: string): string | undefined {
  return table.columns.find(
    ({ name, generated }) => name !== column && generated !== undefined && namesIn(generated.expression, [column]).length > 0,
  )?.name;
}

function neededColumn(context: RuleContext, step: Step, { table: name, column }: OperationOf<'drop column'>): Need | undefined {
  const table = findTable(step.before, name);
  if (table === undefined || findColumn(table, column) === undefined) return undefined;
  const goes = (other: string) =>
    step.statement.operations.some((operation) => operation.kind === 'drop column' && operation.column === other);
  const view = viewOf(step, table, column);
  if (view !== undefined) return { what: `${table.name}.${column}`, by: `the ${view.kind} ${view.name}`, code: '2BP01' };
  const generated = generatedFrom(table, column);
  // Before 15 it goes with the column, unsaid.
  if (generated !== undefined && !goes(generated) && context.engine.major >= 15) {
    return { what: `${table.name}.${column}`, by: `the generated column ${generated}`, code: '2BP01' };
  }
  const keys = table.constraints.filter(({ kind, columns }) => (kind === 'primary key' || kind === 'unique') && columns.includes(column));
  for (const key of keys) {
    const need = foreignKeyOn(step, table, key.columns, key.kind === 'primary key');
    if (need !== undefined) return { ...need, what: `${table.name}.${column}` };
  }
  return undefined;
}

function neededKey(step: Step, { table: name, constraint }: OperationOf<'drop constraint'>): Need | undefined {
  const table = findTable(step.before, name);
  const key = table?.constraints.find((candidate) => candidate.name === constraint);
  if (table === undefined || key === undefined || (key.kind !== 'primary key' && key.kind !== 'unique')) return undefined;
  return foreignKeyOn(step, table, key.columns, key.kind === 'primary key');
}

/** A foreign key that refers to exactly these columns, when no other key of the table has them. */
function foreignKeyOn(step: Step, target: Table, columns: readonly string[], isPrimary: boolean): Need | undefined {
  const rivals = target.indexes.filter(({ unique, keys }) => unique && sameColumns(keys, columns));
  if (rivals.length > 1) return undefined;
  const key = relationKey(target);
  const goes = (name: string) =>
    step.statement.operations.some((operation) => operation.kind === 'drop constraint' && operation.constraint === name);
  for (const table of step.before.tables) {
    const found = table.constraints.find((constraint) => {
      if (constraint.kind !== 'foreign key' || constraint.references !== key || (table === target && goes(constraint.name))) return false;
      const named = referencedColumns(constraint.definition);
      return named === undefined ? isPrimary : sameColumns(named, columns);
    });
    if (found !== undefined)
      return { what: `the key (${columns.join(', ')})`, by: `the foreign key ${found.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

/** The columns behind REFERENCES table; undefined when it names none, which means the primary key. */
function referencedColumns(definition: string): readonly string[] | undefined {
  const list = /\breferences\s+(?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))?\s*\(([^)]*)\)/i.exec(definition)?.[1];
  return list?.split(',').map((name) => name.trim().replace(/^"|"$/g, '').replaceAll('""', '"'));
}

function typedColumn(step: Step, name: ObjectName): Need | undefined {
  const type = findNamed(step.before.types, name, step.before.searchPath);
  if (type === undefined) return undefined;
  const names = new Set([type.name, relationKey(type)]);
  for (const table of step.before.tables) {
    const column = table.columns.find((candidate) => names.has(candidate.type.replace(/(\[\])+$/, '').replaceAll('"', '')));
    if (column !== undefined) return { what: `type ${type.name}`, by: `the column ${column.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

/** The default of a serial column. An identity column's sequence can't be dropped either. */
function numberedColumn(step: Step, name: ObjectName): Need | undefined {
  const sequence = findNamed(step.before.sequences, name, step.before.searchPath);
  if (sequence === undefined) return undefined;
  for (const table of step.before.tables) {
    const column = table.columns.find(
      (candidate) =>
        candidate.default !== undefined &&
        new RegExp(`nextval\\s*\\(\\s*'(?:[^']*[."])?${sequence.name.replaceAll(/\W/g, '\\$&')}"?'`, 'i').test(candidate.default),
    );
    if (column !== undefined)
      return { what: `sequence ${sequence.name}`, by: `the default of ${column.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

/** The function of a trigger is declared without arguments. Without the parentheses it has to be the only one of its name. */
function canBeOfTrigger(step: Step, name: ObjectName, signature: string | undefined): boolean {
  if (signature !== undefined) return signature === '()';
  const called = step.before.definitions.filter((object) => object.kind === 'function' && object.name === name.name);
  return called.length < 2 && called.every((object) => object.signature === undefined || object.signature === '()');
}

function triggeredFunction(step: Step, name: ObjectName): Need | undefined {
  const called = new RegExp(
    `\\bexecute\\s+(?:function|procedure)\\s+(?:"?[\\w$]+"?\\s*\\.\\s*)?"?${name.name.replaceAll(/\W/g, '\\$&')}"?\\s*\\(`,
    'i',
  );
  for (const table of step.before.tables) {
    const trigger = table.triggers.find(({ definition }) => called.test(definition));
    if (trigger !== undefined) return { what: `function ${name.name}`, by: `the trigger ${trigger.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

function calledFunction({ engine }: RuleContext, step: Step, name: ObjectName): Need | undefined {
  const caller = callerOf(step.before, name, engine.major);
  return caller === undefined ? undefined : { what: `function ${name.name}`, by: caller, code: '2BP01' };
}

function retypedColumn(
  context: RuleContext,
  step: Step,
  { table: name, column, type }: OperationOf<'alter column type'>,
): Need | undefined {
  const table = findTable(step.before, name);
  const known = findColumn(table, column);
  if (table === undefined || known === undefined || known.type === type) return undefined;
  const help = 'Drop it before, and create it again behind the change.';
  const view = viewOf(step, table, column);
  if (view !== undefined) return { what: `${table.name}.${column} as it is`, by: `the ${view.kind} ${view.name}`, code: '0A000', help };
  const generated = generatedFrom(table, column);
  if (generated === undefined) return undefined;
  return {
    what: `${table.name}.${column} as it is`,
    by: `the generated column ${generated}`,
    code: context.engine.major >= 15 ? '0A000' : '42601',
    help,
  };
}

function keyColumn(step: Step, { table: name, column }: OperationOf<'drop not null'>): Need | undefined {
  const table = findTable(step.before, name);
  if (table === undefined) return undefined;
  const key = table.constraints.find(({ kind, columns }) => kind === 'primary key' && columns.includes(column));
  const goes = step.statement.operations.some((operation) => operation.kind === 'drop constraint' && operation.constraint === key?.name);
  if (key !== undefined && !goes) {
    return {
      what: `NOT NULL of ${column}`,
      by: 'the primary key',
      code: '42P16',
      help: 'Drop the primary key first, or leave the column as it is.',
    };
  }
  return undefined;
}
