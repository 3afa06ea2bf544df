import type { Operation } from '../../model/operation';
import { quoteQualified } from '../../parse/postgres/identifiers';
import { tokenize } from '../../parse/postgres/lexer';
import { isTransactional } from '../../plan/transactional';
import { headRange, type RuleContext, type Step } from '../context';
import { replaceSpan, wholeLines } from '../edits';
import { isNeededBehind } from '../fixes/needed-behind';
import { addMigrations } from '../fixes/next-migration';
import { guardOldRollback } from '../fixes/old-rollback';
import { runOutside } from '../fixes/outside';
import { becauseTransaction, version } from '../phrases';
import type { Rule, Violation } from '../rule';
import { newIndexName } from './concurrent-index';

export const concurrentInTransaction: Rule = {
  id: 'concurrent-in-transaction',
  title: "Statement that can't run inside a transaction",
  severity: 'error',
  engines: ['postgres'],
  explanation: `CREATE INDEX CONCURRENTLY, DROP INDEX CONCURRENTLY, REINDEX CONCURRENTLY, DETACH PARTITION CONCURRENTLY, VACUUM, CREATE and DROP DATABASE,
CREATE and DROP TABLESPACE and ALTER SYSTEM commit in the middle of their own work, or do what no ROLLBACK can undo, so the server refuses them inside a transaction (SQLSTATE 25001). Whether there is one depends on the
framework: most open one around each migration, and golang-migrate and Prisma send a file as one request, which is one transaction as soon as it holds two statements.

Take the statement out of the transaction with the framework's mark, or give it a migration of its own.`,
  bad: [
    {
      title: 'Put together in a block',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE a (id bigint);\nCREATE TABLE b (id bigint);\n' },
        {
          path: 'V2__i.sql',
          text: "DO $$ DECLARE t text; BEGIN\n  FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP\n    EXECUTE format('CREATE INDEX CONCURRENTLY ON %I (id)', t);\n  END LOOP;\nEND $$;\n",
        },
      ],
      findings: [{ at: "EXECUTE format('CREATE INDEX CONCURRENTLY ON %I (id)', t)", says: 'refuses CREATE INDEX CONCURRENTLY inside' }],
    },
    {
      title: 'goose opens a transaction',
      framework: 'goose',
      files: [
        {
          path: '00001_users.sql',
          text: '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\n\n-- +goose Down\nDROP TABLE users;\n',
        },
        {
          path: '00002_email.sql',
          text: '-- +goose Up\nCREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n\n-- +goose Down\nDROP INDEX users_email_idx;\n',
        },
      ],
      findings: [{ at: 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email)', says: 'transaction' }],
      fixed: [
        {
          path: '00002_email.sql',
          text: '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n\n-- +goose Down\nDROP INDEX users_email_idx;\n',
        },
      ],
    },
    {
      title: 'Two statements in one request of golang-migrate',
      framework: 'golang-migrate',
      files: [
        { path: '0001_users.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        {
          path: '0002_email.up.sql',
          text: 'ALTER TABLE users ADD COLUMN name text;\nCREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n',
        },
      ],
      findings: [{ at: 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email)', says: '25001' }],
    },
    {
      title: 'Between BEGIN and COMMIT',
      framework: 'sql',
      majors: [12, 18],
      files: [{ path: '0001_v.sql', text: 'BEGIN;\nVACUUM users;\nCOMMIT;\n' }],
      findings: [{ at: 'VACUUM users', says: 'BEGIN and COMMIT' }],
      fixed: [{ path: '0001_v.sql', text: 'VACUUM users;\n' }],
    },
    {
      title: 'Flyway refuses to mix',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        { path: 'V2__i.sql', text: 'ALTER TABLE users ADD COLUMN a int;\nCREATE INDEX CONCURRENTLY i ON users (a);\n' },
      ],
      findings: [{ at: 'CREATE INDEX CONCURRENTLY i ON users (a)', says: 'Flyway runs none' }],
      fixed: [
        { path: 'U2_1__i.sql', text: 'DROP INDEX CONCURRENTLY i;\n' },
        { path: 'V2__i.sql', text: 'ALTER TABLE users ADD COLUMN a int;\n' },
        { path: 'V2_1__i.sql', text: 'CREATE INDEX CONCURRENTLY i ON users (a);\n' },
      ],
    },
    {
      title: 'Prisma, with other statements in the file',
      framework: 'prisma',
      files: [
        { path: '20240101000000_a/migration.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        {
          path: '20240201000000_b/migration.sql',
          text: 'ALTER TABLE users ADD COLUMN a int;\nCREATE INDEX CONCURRENTLY i ON users (email);\n',
        },
      ],
      findings: [{ at: 'CREATE INDEX CONCURRENTLY i ON users (email)', says: '25001' }],
    },
    {
      title: 'TypeORM: a property of the class',
      framework: 'typeorm',
      files: [
        {
          path: '1700000000002-Email.ts',
          text: `import { MigrationInterface, QueryRunner } from 'typeorm';

export class Email1700000000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`CREATE INDEX CONCURRENTLY "users_email_idx" ON "users" ("email")\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`DROP INDEX "users_email_idx"\`);
  }
}
`,
        },
      ],
      findings: [{ at: 'CREATE INDEX CONCURRENTLY "users_email_idx" ON "users" ("email")', says: 'refuses CREATE INDEX CONCURRENTLY' }],
      fixed: [
        {
          path: '1700000000002-Email.ts',
          text: `import { MigrationInterface, QueryRunner } from 'typeorm';

export class Email1700000000002 implements MigrationInterface {
  transaction = false as const;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`CREATE INDEX CONCURRENTLY "users_email_idx" ON "users" ("email")\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`DROP INDEX "users_email_idx"\`);
  }
}
`,
        },
      ],
    },
    {
      title: 'Supabase has no migration outside of a transaction',
      framework: 'supabase',
      files: [
        { path: '20240101000000_a.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        { path: '20240102000000_i.sql', text: 'CREATE INDEX CONCURRENTLY i ON users (email);\n' },
      ],
      findings: [{ at: 'CREATE INDEX CONCURRENTLY i ON users (email)', says: 'pipeline' }],
    },
    {
      title: 'A revert of TypeORM asks no migration for its transaction',
      framework: 'typeorm',
      files: [
        {
          path: '1700000000002-Email.ts',
          text: `import { MigrationInterface, QueryRunner } from 'typeorm';

export class Email1700000000002 implements MigrationInterface {
  transaction = false as const;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`CREATE INDEX CONCURRENTLY "users_email_idx" ON "users" ("email")\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`DROP INDEX CONCURRENTLY "users_email_idx"\`);
  }
}
`,
        },
      ],
      findings: [{ at: 'DROP INDEX CONCURRENTLY "users_email_idx"', says: '--transaction none' }],
    },
  ],
  good: [
    {
      title: 'TypeORM without transactions, on the way back too',
      framework: 'typeorm',
      files: [
        {
          path: '1700000000002-Email.ts',
          text: `import { MigrationInterface, QueryRunner } from 'typeorm';

export class Email1700000000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`CREATE INDEX CONCURRENTLY "users_email_idx" ON "users" ("email")\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`DROP INDEX CONCURRENTLY "users_email_idx"\`);
  }
}
`,
        },
        { path: 'data-source.ts', text: "new DataSource({ type: 'postgres', migrationsTransactionMode: 'none' });\n" },
      ],
      path: '1700000000002-Email.ts',
    },
    {
      title: 'TypeORM: a builder, without a transaction',
      framework: 'typeorm',
      files: [
        {
          path: '1700000000002-Email.ts',
          text: `import { MigrationInterface, QueryRunner, TableIndex } from 'typeorm';

export class Email1700000000002 implements MigrationInterface {
  transaction = false as const;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createIndex('users', new TableIndex({ columnNames: ['email'], isConcurrent: true }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('users', new TableIndex({ columnNames: ['email'] }));
  }
}
`,
        },
      ],
    },
    {
      title: 'Marked for dbmate',
      framework: 'dbmate',
      files: [
        {
          path: '1_i.sql',
          text: '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON users (email);\n\n-- migrate:down\nDROP INDEX i;\n',
        },
      ],
    },
    {
      title: 'Alone in a file of golang-migrate',
      framework: 'golang-migrate',
      files: [{ path: '0001_i.up.sql', text: '-- one statement\nCREATE INDEX CONCURRENTLY i ON users (email);\n' }],
    },
    {
      title: 'Plain SQL commits each statement',
      framework: 'sql',
      files: [{ path: '0001_i.sql', text: 'VACUUM users;\nREINDEX TABLE CONCURRENTLY users;\n' }],
    },
  ],
  check: (context) => {
    const alone = context.steps.filter((step) => !step.planned.transactional);
    const { refused } = context.program.execution;
    // Flyway refuses to mix: then none of the file is run.
    if (refused !== undefined && /transactional/.test(refused)) return alone.map((step) => checkRefused(context, step, refused));
    const nested = context.nested.filter(({ statement }) => !isTransactional(statement));
    return [...alone.filter((step) => step.inTransaction), ...nested].map((step) => check(context, step));
  },
};

function checkRefused(context: RuleContext, step: Step, refused: string): Violation {
  const removed = replaceSpan(context, wholeLines(context, step.statement.span), '');
  const [slug, down] = [slugOf(step), rollback(step)];
  const added = isNeededBehind(context, step)
    ? undefined
    : addMigrations(context, [{ slug, up: [`${step.statement.text};`], down, transactional: false }]);
  const title = 'Move it into a migration of its own';
  return {
    range: headRange(context, step.statement),
    message: `${statementName(step)} can't run inside a transaction, and the statements beside it would be run in one: ${context.framework.displayName} runs none of the file ("${refused}").`,
    help: added === undefined ? `${title}, and what needs it into one behind that.` : `${title}.`,
    fixes: added === undefined ? [] : [{ title, safe: false, edits: [removed, ...guardOldRollback(context, slug), ...added] }],
  };
}

function check(context: RuleContext, step: Step): Violation {
  const name = statementName(step);
  const fix = runOutside(context, 'Run it outside a transaction', {
    step,
    patches: [],
    slug: slugOf(step),
    down: rollback(step),
  });
  return {
    range: headRange(context, step.statement),
    message: `${version(context)} refuses ${name} inside a transaction (25001), and this one runs in one: ${becauseTransaction(context, step)}. The ${context.program.direction === 'up' ? 'migration' : 'way back'} fails here.`,
    help: fix === undefined || step.within !== undefined || isOpenedByCode(context, step) ? helpWithoutFix(context, step) : `${fix.title}.`,
    fixes: fix === undefined ? [] : [fix],
  };
}

/** A transaction that a program opens by a call of its tool, and not by a text: there is no BEGIN that a fix could move things around. */
function isOpenedByCode(context: RuleContext, step: Step): boolean {
  return context.program.rendering !== undefined && step.transaction.kind === 'explicit';
}

function helpWithoutFix(context: RuleContext, step: Step): string {
  if (context.program.direction === 'up' && isAlwaysWrapped(context))
    return `${context.framework.displayName} runs every migration in a transaction: run the statement by hand before the deployment, and let the migration pass over what is there already (IF NOT EXISTS, IF EXISTS).`;
  if (context.program.direction === 'up') return 'Move it into a migration of its own that runs outside a transaction.';
  return /\bconcurrently\b/i.test(step.statement.sent)
    ? 'Write it without CONCURRENTLY, or run the way back outside a transaction.'
    : 'Run the way back outside a transaction.';
}

/** No mark takes a migration of this framework out of its transaction (Drizzle, Supabase). */
function isAlwaysWrapped({ framework, program }: RuleContext): boolean {
  return program.execution.wrapped && framework.noTransactionMark === undefined && framework.runsOutside === undefined;
}

/** The leading keywords: CREATE UNIQUE INDEX CONCURRENTLY. */
function statementName(step: Step): string {
  const words: string[] = [];
  for (const token of tokenize(step.statement.sent)) {
    if (!keywords.has(token.word)) break;
    words.push(token.word.toUpperCase());
  }
  const concurrently = /\bconcurrently\b/i.test(step.statement.sent) && !words.includes('CONCURRENTLY') ? ' ... CONCURRENTLY' : '';
  return (words.join(' ') || 'this statement') + concurrently;
}

const keywords = new Set(
  'create unique index concurrently drop reindex table database schema system vacuum alter tablespace subscription'.split(' '),
);

function slugOf(step: Step): string {
  const [operation] = step.statement.operations;
  if (operation?.kind === 'create index') return operation.index.name ?? newIndexName(step, operation.index.table) ?? 'create_index';
  return statementName(step)
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '_');
}

function rollback(step: Step): readonly string[] {
  const [operation]: readonly (Operation | undefined)[] = step.statement.operations;
  if (operation?.kind !== 'create index') return [];
  const { index } = operation;
  const name = index.name ?? newIndexName(step, index.table);
  return name === undefined ? [] : [`DROP INDEX CONCURRENTLY ${quoteQualified(index.table.schema, name)};`];
}
