import type { Constraint, Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { tokenize } from '../../parse/postgres/lexer';
import { identifierOf } from '../../schema/definitions';
import { findColumn } from '../../schema/lookup';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName, tableBefore } from '../context';
import { notNullSteps } from '../fixes/not-null';
import { continueLater } from '../fixes/phases';
import { lockEnd, version } from '../phrases';
import type { Rule, Violation } from '../rule';

export const setNotNullScan: Rule = {
  id: 'set-not-null-scan',
  title: 'SET NOT NULL reads the whole table under an exclusive lock',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `SET NOT NULL checks every row while it holds ACCESS EXCLUSIVE: all reads and writes of the table wait for a full scan.

From PostgreSQL 12 on the scan is skipped when a validated CHECK constraint proves that the column holds no NULL. So: add \`CHECK (column IS NOT NULL) NOT VALID\`,
which takes no time; in a later transaction VALIDATE it, which scans with a lock that lets reads and writes through; then SET NOT NULL, and drop the CHECK. From 18 on the
constraint itself can be added NOT VALID and validated later.

Silent when such a CHECK is there, when the column is NOT NULL already, and for tables that the same migration creates.`,
  bad: [
    {
      title: 'Before 18: the three steps with a CHECK',
      framework: 'sql',
      majors: [12, 17],
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        { path: '0002_email.sql', text: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL', says: 'ACCESS EXCLUSIVE' }],
      fixed: [
        {
          path: '0002_email.sql',
          text: [
            'ALTER TABLE users ADD CONSTRAINT users_email_not_null CHECK (email IS NOT NULL) NOT VALID;',
            'ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null;',
            'ALTER TABLE users ALTER COLUMN email SET NOT NULL;',
            'ALTER TABLE users DROP CONSTRAINT users_email_not_null;\n',
          ].join('\n'),
        },
      ],
    },
    {
      title: 'From 18 on: the constraint itself, validated in a later migration',
      framework: 'dbmate',
      files: [
        {
          path: '1_users.sql',
          text: '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\n\n-- migrate:down\nDROP TABLE users;\n',
        },
        {
          path: '2_email.sql',
          text: '-- migrate:up\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\n\n-- migrate:down\nALTER TABLE users ALTER COLUMN email DROP NOT NULL;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL', says: 'every row' }],
    },
    {
      title: 'A CHECK that was never validated proves nothing',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        { path: '0002_c.sql', text: 'ALTER TABLE users ADD CONSTRAINT c CHECK (email IS NOT NULL) NOT VALID;\n' },
        { path: '0003_n.sql', text: 'ALTER TABLE users ALTER email SET NOT NULL;\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ALTER email SET NOT NULL', says: 'every row' }],
    },
    {
      title: 'dropNullable of knex, in TypeScript',
      framework: 'knex',
      files: [
        {
          path: '20240101_users.js',
          text: `exports.up = (knex) =>
  knex.schema.createTable('users', (table) => {
    table.bigIncrements('id');
    table.text('email');
    table.bigInteger('team_id');
  });

exports.down = (knex) => knex.schema.dropTable('users');
`,
        },
        {
          path: '20240102_email.ts',
          text: `import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('users', (table) => {
    table.dropNullable('email');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('users', (table) => {
    table.setNullable('email');
  });
}
`,
        },
      ],
      findings: [{ at: "table.dropNullable('email')", says: 'checks every row of users' }],
    },
  ],
  good: [
    {
      title: 'Proven by a validated CHECK',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        { path: 'V2__check.sql', text: 'ALTER TABLE users ADD CONSTRAINT c CHECK (email IS NOT NULL) NOT VALID;\n' },
        {
          path: 'V3__not_null.sql',
          text: 'ALTER TABLE users VALIDATE CONSTRAINT c;\nALTER TABLE users ALTER COLUMN email SET NOT NULL;\nALTER TABLE users DROP CONSTRAINT c;\n',
        },
      ],
    },
    {
      title: 'NOT NULL already',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);\n' },
        { path: '0002_email.sql', text: 'ALTER TABLE users ALTER COLUMN email SET NOT NULL, ALTER COLUMN id SET NOT NULL;\n' },
      ],
    },
    {
      title: 'A table of the same migration',
      framework: 'sql',
      files: [{ path: '0001_users.sql', text: 'CREATE TABLE users (id bigint);\nALTER TABLE users ALTER id SET NOT NULL;\n' }],
    },
  ],
  operations: {
    'set not null': (context, step, operation) => check(context, step, operation, operation.table, operation.column),
    'add constraint': checkConstraint,
  },
};

function checkConstraint(context: RuleContext, step: Step, operation: OperationOf<'add constraint'>): readonly Violation[] {
  const { table, constraint } = operation;
  return constraint.kind === 'not null' && !constraint.notValid ? check(context, step, operation, table, constraint.column) : [];
}

function check(context: RuleContext, step: Step, operation: Operation, name: ObjectName, columnName: string): Violation[] {
  const { span } = operation;
  if (!isInUse(context, step, name)) return [];
  const table = tableBefore(step, name);
  if (findColumn(table, columnName)?.notNull === true || provesNotNull(table, columnName)) return [];
  const steps = notNullSteps(context, name, columnName);
  const fix =
    span === undefined
      ? undefined
      : continueLater(context, 'Add the constraint without a scan and validate it later', {
          step,
          patches: [{ span, newText: steps.subcommand }],
          later: [steps.later],
        });
  const shown = shownName(name);
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `SET NOT NULL checks every row of ${shown} under ACCESS EXCLUSIVE: nobody reads or writes it during the scan and ${lockEnd(context, step)}. No validated CHECK proves that ${columnName} holds no NULL.`,
      help:
        context.engine.major >= 18
          ? `On ${version(context)}: ADD CONSTRAINT ... NOT NULL ${columnName} NOT VALID, and VALIDATE CONSTRAINT in a later transaction.`
          : `Add CHECK (${columnName} IS NOT NULL) NOT VALID; in a later transaction VALIDATE it, then SET NOT NULL (which then skips the scan), then drop the CHECK.`,
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

/** The server skips its scan when the valid CHECK constraints imply the condition (`NotNullImpliedByRelConstraints`): AND lists, no OR. */
export function provesNotNull(table: Table | undefined, column: string): boolean {
  return (
    table?.constraints.some((constraint) => constraint.kind === 'check' && constraint.validated && statesNotNull(constraint, column)) ===
    true
  );
}

function statesNotNull(constraint: Constraint, column: string): boolean {
  const text = constraint.definition;
  const tokens = tokenize(text);
  const words = tokens.map((token) => token.word);
  if (words.includes('or') || words.includes('case')) return false;
  return tokens.some(
    (token, position) =>
      identifierOf(text, token) === column &&
      words[position + 1] === 'is' &&
      words[position + 2] === 'not' &&
      words[position + 3] === 'null' &&
      words.slice(0, position).every((word) => word === '(' || word === 'check' || word !== 'not'),
  );
}
