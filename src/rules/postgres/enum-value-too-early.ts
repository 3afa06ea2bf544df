import type { ObjectName } from '../../model/operation';
import { headRange, type OperationOf, type RuleContext, type Step, shownName } from '../context';
import { statementTokens } from '../edits';
import { moveBehind } from '../fixes/phases';
import { escapedName } from '../names';
import { becauseTransaction } from '../phrases';
import type { Rule, Violation } from '../rule';

export const enumValueTooEarly: Rule = {
  id: 'enum-value-too-early',
  title: 'New enum value used in the transaction that adds it',
  severity: 'error',
  engines: ['postgres'],
  explanation: `A value that ALTER TYPE ... ADD VALUE adds can be used only when its transaction has committed. Until then the server refuses every statement that names it: 55P04, "unsafe use of new value". Frameworks that put a migration into one transaction make this out of
two statements that work when they are tried by hand.

Add the value in a migration of its own, and use it in the next one.

Silent from PostgreSQL 17 on when the type itself is made in the same transaction: then its values can be used at once.`,
  bad: [
    {
      title: 'The use moves into the next migration',
      framework: 'dbmate',
      majors: [12, 18],
      files: [
        {
          path: '1_t.sql',
          text: "-- migrate:up\nCREATE TYPE status AS ENUM ('open', 'done');\nCREATE TABLE tasks (id bigint PRIMARY KEY, status status);\n\n-- migrate:down\nDROP TABLE tasks;\nDROP TYPE status;\n",
        },
        {
          path: '2_v.sql',
          text: "-- migrate:up\nALTER TYPE status ADD VALUE 'late';\nALTER TABLE tasks ALTER COLUMN status SET DEFAULT 'late';\n\n-- migrate:down\nALTER TABLE tasks ALTER COLUMN status DROP DEFAULT;\n",
        },
      ],
      findings: [{ at: "ALTER TABLE tasks ALTER COLUMN status SET DEFAULT 'late'", says: '55P04' }],
    },
    {
      title: 'Between BEGIN and COMMIT, with a cast',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: "CREATE SCHEMA app;\nCREATE TYPE app.status AS ENUM ('open');\n" },
        {
          path: '0002_v.sql',
          text: "BEGIN;\nALTER TYPE app.status ADD VALUE IF NOT EXISTS 'late';\nSELECT 'late'::app.status;\nCOMMIT;\n",
        },
      ],
      findings: [{ at: "SELECT 'late'::app.status", says: 'status' }],
    },
    {
      title: 'Before 17 also where the type is of the same transaction',
      framework: 'flyway',
      majors: [12, 16],
      files: [{ path: 'V1__k.sql', text: "CREATE TYPE kind AS ENUM ('a');\nALTER TYPE kind ADD VALUE 'b';\nSELECT 'b'::kind;\n" }],
      findings: [{ at: "SELECT 'b'::kind", says: '55P04' }],
    },
  ],
  good: [
    {
      title: 'A neighbour of the next value, and the body of a function that is not called yet',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: "CREATE TYPE status AS ENUM ('open');\nCREATE TABLE tasks (status status);\n" },
        {
          path: 'V2__v.sql',
          text: "ALTER TYPE status ADD VALUE 'late';\nALTER TYPE status ADD VALUE 'lost' AFTER 'late';\nCREATE FUNCTION is_late(s status) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN s = 'late'; END $$;\n",
        },
      ],
    },
    {
      title: 'Committed before it is used',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: "CREATE TYPE status AS ENUM ('open');\nCREATE TABLE tasks (status status);\n" },
        { path: '0002_v.sql', text: "ALTER TYPE status ADD VALUE 'late';\nINSERT INTO tasks VALUES ('late');\n" },
      ],
    },
    {
      title: 'A type of the same transaction, and the same word for something else',
      framework: 'flyway',
      majors: [17, 18],
      files: [
        { path: 'V1__t.sql', text: "CREATE TABLE notes (body text);\nCREATE TYPE status AS ENUM ('open');\n" },
        {
          path: 'V2__v.sql',
          text: "ALTER TYPE status ADD VALUE 'late';\nINSERT INTO notes VALUES ('late');\nCREATE TYPE kind AS ENUM ('a');\nALTER TYPE kind ADD VALUE 'b';\nSELECT 'b'::kind;\n",
        },
      ],
    },
  ],
  operations: { 'add enum value': check },
};

function check(context: RuleContext, added: Step, operation: OperationOf<'add enum value'>): Violation[] {
  // Since 17 a value can be used at once where its type is of the same transaction (release notes of 17, E.9).
  if (!added.inTransaction || (context.engine.major >= 17 && isMadeInTransaction(context, added, operation.type))) return [];
  const use = context.steps.find(
    (step) =>
      step.statement.index > added.statement.index &&
      step.transaction === added.transaction &&
      !namesItOnly(step) &&
      names(context, step, operation.value) &&
      concerns(context, step, operation.type),
  );
  if (use === undefined) return [];
  const isLast = context.steps.at(-1) === use || use.transaction.statements.at(-2) === use.statement.index;
  const fix = isLast
    ? moveBehind(context, 'Move the use', use, {
        slug: `use_${operation.type.name}_${operation.value.replaceAll(/\W+/g, '_')}`,
        up: [`${use.statement.text};`],
        down: [],
        transactional: true,
      })
    : undefined;
  return [
    {
      range: headRange(context, use.statement),
      message: `'${operation.value}' of ${shownName(operation.type)} is added in this same transaction (${becauseTransaction(context, use)}) and can't be used before that commits: the server refuses this statement (55P04).`,
      help: 'Add the value in one migration and use it in the next.',
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

function isMadeInTransaction(context: RuleContext, added: Step, type: ObjectName): boolean {
  return context.steps.some(
    (step) =>
      step.transaction === added.transaction &&
      step.statement.index < added.statement.index &&
      step.statement.operations.some(
        (operation) => operation.kind === 'create object' && operation.objectKind === 'type' && operation.object.name === type.name,
      ),
  );
}

/** It has the value as a word and makes none of it: a neighbour in ADD VALUE ... AFTER, or the body of PL/pgSQL, which is read when it is called. */
function namesItOnly({ statement }: Step): boolean {
  return statement.operations.some(
    (operation) =>
      operation.kind === 'add enum value' || (operation.kind === 'create object' && /\blanguage\s+'?plpgsql\b/i.test(statement.text)),
  );
}

function names(context: RuleContext, step: Step, value: string): boolean {
  const literal = `'${value.replaceAll("'", "''")}'`;
  return statementTokens(context, step.statement.span).some(
    ({ kind, start, end }) =>
      (kind === 'string' && context.text.slice(start, end) === literal) ||
      (kind === 'dollar string' && context.text.slice(start, end).includes(literal)),
  );
}

/** Whether the statement has to do with the type: it names it, or a table that has a column of it. A text column may hold the same word. */
function concerns(context: RuleContext, step: Step, type: ObjectName): boolean {
  const text = context.text.slice(step.statement.span.start, step.statement.span.end).toLowerCase();
  const word = (name: string) => new RegExp(`(?<![\\w$])${escapedName(name.toLowerCase())}(?![\\w$])`).test(text);
  const isOfType = (columnType: string) => columnType.replace(/\[\]$/, '').replaceAll('"', '').split('.').at(-1) === type.name;
  return word(type.name) || step.before.tables.some((table) => word(table.name) && table.columns.some((column) => isOfType(column.type)));
}
