import { quoteQualified } from '../../../parse/postgres/identifiers';
import { findTable } from '../../../schema/lookup';
import { isInUse, type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import { runOutside } from '../../fixes/outside';
import { lockEnd } from '../../phrases';
import type { Examples, Violation } from '../../rule';
import { createIndexPatches } from '../concurrent-index';
import { relationNamed } from '../relation-names';
import { outside, violation } from './violation';

/** CREATE INDEX. */
export function checkCreate(context: RuleContext, step: Step, operation: OperationOf<'create index'>): Violation[] {
  const { index } = operation;
  if (index.concurrently || !isInUse(context, step, index.table) || isBuiltAlready(step, operation)) return [];
  const table = shownName(index.table);
  const message = `Building this index locks ${table} (SHARE) ${lockEnd(context, step)}: every INSERT, UPDATE and DELETE on it waits meanwhile.`;
  if (findTable(step.before, index.table)?.kind === 'partitioned table') {
    const help = `A partitioned table has no concurrent build: create the index ON ONLY ${table}, build one CONCURRENTLY on each partition, and attach them with ALTER INDEX ... ATTACH PARTITION.`;
    return index.keys.length > 0 && !/\bonly\b/i.test(step.statement.text)
      ? [violation(context, step, operation, message, help, undefined)]
      : [];
  }
  const { patches, preceding, name } = createIndexPatches(context, step, operation);
  const fix =
    patches === undefined
      ? undefined
      : runOutside(context, 'Build the index concurrently', {
          step,
          patches,
          preceding,
          slug: name,
          down: [`DROP INDEX CONCURRENTLY ${quoteQualified(index.table.schema, name)};`],
        });
  return [violation(context, step, operation, message, `Use CREATE INDEX CONCURRENTLY. ${outside}`, fix)];
}

/** IF NOT EXISTS where something has the name: nothing is built. Whether it is the same index is asked by hidden-difference. */
function isBuiltAlready(step: Step, { index, ifNotExists }: OperationOf<'create index'>): boolean {
  const table = findTable(step.before, index.table);
  if (!ifNotExists || index.name === undefined || table === undefined) return false;
  return relationNamed(step.before, { schema: table.schema, name: index.name }) !== undefined;
}

export const createExamples: Examples = {
  bad: [
    {
      title: 'Put together by a block, and by a function of an earlier migration',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE a (id bigint, tenant bigint);
CREATE TABLE b (id bigint, tenant bigint);
CREATE FUNCTION index_ids(t text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE statement text;
BEGIN statement := 'CREATE INDEX ' || quote_ident(t || '_id') || ' ON ' || quote_ident(t) || ' (id)'; EXECUTE statement; END
$$;
`,
        },
        {
          path: 'V2__i.sql',
          text: `DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP
    EXECUTE format('CREATE INDEX %I ON %I (tenant)', t || '_tenant', t);
  END LOOP;
END $$;
SELECT index_ids('a');
`,
        },
      ],
      findings: [
        { at: "EXECUTE format('CREATE INDEX %I ON %I (tenant)', t || '_tenant', t)", says: 'locks {t}' },
        { at: "SELECT index_ids('a')", says: 'locks {t}' },
      ],
    },
    {
      title: 'A new index on a table in use',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        { path: '0002_email.sql', text: 'CREATE INDEX users_email_idx ON users (email);\n' },
      ],
      findings: [{ at: 'CREATE INDEX users_email_idx ON users (email)', says: 'INSERT, UPDATE and DELETE' }],
      fixed: [{ path: '0002_email.sql', text: 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n' }],
    },
    {
      title: 'Alone in a migration of dbmate: marked',
      framework: 'dbmate',
      files: [
        {
          path: '1_users.sql',
          text: '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\n\n-- migrate:down\nDROP TABLE users;\n',
        },
        {
          path: '2_email.sql',
          text: '-- migrate:up\nCREATE INDEX ON users (email);\n\n-- migrate:down\nDROP INDEX CONCURRENTLY users_email_idx;\n',
        },
      ],
      findings: [{ at: 'CREATE INDEX ON users (email)', says: 'until dbmate commits' }],
      fixed: [
        {
          path: '2_email.sql',
          text: '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY ON users (email);\n\n-- migrate:down\nDROP INDEX CONCURRENTLY users_email_idx;\n',
        },
      ],
    },
    {
      title: 'Beside another statement in golang-migrate: a migration of its own',
      framework: 'golang-migrate',
      files: [
        { path: '0001_users.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        { path: '0001_users.down.sql', text: 'DROP TABLE users;\n' },
        { path: '0002_email.up.sql', text: 'ALTER TABLE users ADD COLUMN name text;\nCREATE INDEX users_email_idx ON users (email);\n' },
        { path: '0002_email.down.sql', text: 'ALTER TABLE users DROP COLUMN name;\n' },
      ],
      path: '0002_email.up.sql',
      findings: [{ at: 'CREATE INDEX users_email_idx ON users (email)', says: 'SHARE' }],
      fixed: [
        { path: '0002_email.up.sql', text: 'ALTER TABLE users ADD COLUMN name text;\n' },
        { path: '0003_users_email_idx.up.sql', text: 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n' },
        { path: '0003_users_email_idx.down.sql', text: 'DROP INDEX CONCURRENTLY users_email_idx;\n' },
      ],
    },
    {
      title: 'In a template of TypeORM, outside a transaction',
      framework: 'typeorm',
      files: [
        {
          path: '1700000000001-Users.ts',
          text: `import { MigrationInterface, QueryRunner, Table } from 'typeorm';

export class Users1700000000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(new Table({ name: 'users', columns: [{ name: 'email', type: 'text' }] }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('users');
  }
}
`,
        },
        {
          path: '1700000000002-Email.ts',
          text: `import { MigrationInterface, QueryRunner } from 'typeorm';

export class Email1700000000002 implements MigrationInterface {
  transaction = false as const;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`CREATE INDEX "users_email_idx" ON "users" ("email")\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`DROP INDEX CONCURRENTLY "users_email_idx"\`);
  }
}
`,
        },
      ],
      findings: [{ at: 'CREATE INDEX "users_email_idx" ON "users" ("email")', says: 'INSERT, UPDATE and DELETE' }],
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
    await queryRunner.query(\`DROP INDEX CONCURRENTLY "users_email_idx"\`);
  }
}
`,
        },
      ],
    },
    {
      title: 'An index in a builder of knex: raw, concurrently, and out of the transaction',
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
          path: '20240102_email.js',
          text: `exports.up = function (knex) {
  return knex.schema.alterTable('users', (table) => {
    table.index('email');
  });
};

exports.down = function (knex) {
  return knex.raw('DROP INDEX CONCURRENTLY users_email_index');
};
`,
        },
      ],
      findings: [{ at: "table.index('email')", says: 'until knex commits its transaction' }],
      fixed: [
        {
          path: '20240102_email.js',
          text: `exports.config = { transaction: false };

exports.up = async function (knex) {
  await knex.raw('create index CONCURRENTLY "users_email_index" on "users" ("email")');
};

exports.down = function (knex) {
  return knex.raw('DROP INDEX CONCURRENTLY users_email_index');
};
`,
        },
      ],
    },
  ],
  good: [
    {
      title: 'The index of a table that CREATE SCHEMA makes',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE SCHEMA app CREATE TABLE tiers (id int PRIMARY KEY, name text);\nCREATE INDEX tiers_name ON app.tiers (name);\n',
        },
      ],
    },
    {
      title: 'Indexes of tables that the same code makes',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE events (id bigint, day date) PARTITION BY RANGE (day);\n' },
        {
          path: 'V2__p.sql',
          text: `DO $$ DECLARE year int; BEGIN
  FOR year IN 2024..2026 LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)', 'events_' || year, year || '-01-01', year + 1 || '-01-01');
    EXECUTE 'CREATE INDEX ON events_' || year || ' (id)';
  END LOOP;
END $$;
`,
        },
      ],
    },
    {
      title: 'IF NOT EXISTS of an index that is there, in other words',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX by_email ON users (email);\n' },
        { path: 'V2__u.sql', text: 'CREATE INDEX IF NOT EXISTS by_email ON public.users USING btree (email ASC);\n' },
      ],
    },
    {
      title: 'Concurrently, alone, outside a transaction',
      framework: 'golang-migrate',
      files: [
        { path: '0001_users.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        { path: '0002_email.up.sql', text: 'CREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n' },
      ],
    },
    {
      title: 'The table is made by the same migration',
      framework: 'sql',
      files: [
        {
          path: '0001_users.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX ON users (email);\nDROP INDEX users_email_idx;\n',
        },
      ],
    },
    {
      title: 'IF NOT EXISTS, and the index is there',
      framework: 'sql',
      files: [
        {
          path: '0001_users.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX users_email_idx ON users (email);\n',
        },
        { path: '0002_email.sql', text: 'CREATE INDEX IF NOT EXISTS users_email_idx ON users (email);\n' },
      ],
    },
  ],
};
