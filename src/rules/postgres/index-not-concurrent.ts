import { relationKey } from '../../model/catalog';
import type { Fix } from '../../model/finding';
import type { ObjectName, Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { indexDefinition } from '../../schema/definitions';
import { findIndex, findNamed, findTable } from '../../schema/lookup';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName, undoesCreation } from '../context';
import { runOutside } from '../fixes/outside';
import { insertion } from '../fixes/patches';
import { lockEnd } from '../phrases';
import type { Rule, Violation } from '../rule';
import { builtName, createIndexPatches } from './concurrent-index';

export const indexNotConcurrent: Rule = {
  id: 'index-not-concurrent',
  title: 'Index work that locks the table',
  severity: 'error',
  engines: ['postgres'],
  explanation: `Building an index takes a SHARE lock: every INSERT, UPDATE and DELETE on the table waits until the whole table has been read and the
index is built. DROP INDEX, REFRESH MATERIALIZED VIEW and DETACH PARTITION take ACCESS EXCLUSIVE, which stops reads too; REINDEX stops writes, and reads
that would use the index.

With CONCURRENTLY the server does the same work with a lock that reads and writes get past. It can't run inside a transaction, so the statement
also has to be taken out of the one that the framework opens: dbmate \`transaction:false\`, goose \`-- +goose NO TRANSACTION\`, Flyway \`executeInTransaction=false\`, and a
file with nothing else in it for golang-migrate and Prisma. A concurrent build that fails leaves an invalid index behind, which has to be dropped before the next attempt.

Silent for tables that the same migration creates, since nobody uses them yet, and for temporary tables.`,
  bad: [
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
      title: 'A unique constraint builds its index under ACCESS EXCLUSIVE',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        { path: '0002_email.sql', text: 'ALTER TABLE users ADD UNIQUE (email);\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD UNIQUE (email)', says: 'ACCESS EXCLUSIVE' }],
      fixed: [
        {
          path: '0002_email.sql',
          text: 'CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;\n',
        },
      ],
    },
    {
      title: 'An EXCLUDE constraint has no concurrent way',
      framework: 'sql',
      files: [
        { path: '0001_stays.sql', text: 'CREATE TABLE stays (id bigint PRIMARY KEY, during tstzrange);\n' },
        { path: '0002_once.sql', text: 'ALTER TABLE stays ADD CONSTRAINT once EXCLUDE USING gist (during WITH &&);\n' },
      ],
      findings: [{ at: 'ALTER TABLE stays ADD CONSTRAINT once EXCLUDE USING gist (during WITH &&)', says: 'NOT VALID' }],
    },
    {
      title: 'DROP INDEX stops reads',
      framework: 'sql',
      files: [
        {
          path: '0001_users.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX users_email_idx ON users (email);\n',
        },
        { path: '0002_email.sql', text: 'DROP INDEX users_email_idx;\n' },
      ],
      findings: [{ at: 'DROP INDEX users_email_idx', says: 'ACCESS EXCLUSIVE' }],
      fixed: [{ path: '0002_email.sql', text: 'DROP INDEX CONCURRENTLY users_email_idx;\n' }],
    },
    {
      title: 'Dropping an index beside other work; dbmate wants a down block in each file',
      framework: 'dbmate',
      files: [
        {
          path: '1_users.sql',
          text: '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX users_email_idx ON users (email);\n\n-- migrate:down\nDROP TABLE users;\n',
        },
        {
          path: '2_email.sql',
          text: '-- migrate:up\nALTER TABLE users ADD COLUMN phone text;\nDROP INDEX users_email_idx;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN phone;\n',
        },
      ],
      findings: [{ at: 'DROP INDEX users_email_idx', says: 'ACCESS EXCLUSIVE' }],
      fixed: [
        {
          path: '2_email.sql',
          text: '-- migrate:up\nALTER TABLE users ADD COLUMN phone text;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN phone;\n',
        },
        {
          path: '3_drop_users_email_idx.sql',
          text: '-- migrate:up transaction:false\nDROP INDEX CONCURRENTLY users_email_idx;\n\n-- migrate:down\n',
        },
      ],
    },
    {
      title: 'Refreshing a materialized view stops its readers',
      framework: 'sql',
      files: [
        { path: '0001_v.sql', text: 'CREATE MATERIALIZED VIEW totals AS SELECT 1 AS id;\nCREATE UNIQUE INDEX totals_id ON totals (id);\n' },
        { path: '0002_v.sql', text: 'REFRESH MATERIALIZED VIEW totals;\n' },
      ],
      findings: [{ at: 'REFRESH MATERIALIZED VIEW totals', says: 'reads' }],
      fixed: [{ path: '0002_v.sql', text: 'REFRESH MATERIALIZED VIEW CONCURRENTLY totals;\n' }],
    },
    {
      title: 'Detaching a partition, from 14 on',
      framework: 'sql',
      majors: [14, 18],
      files: [
        {
          path: '0001_p.sql',
          text: 'CREATE TABLE p (a int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);\n',
        },
        { path: '0002_p.sql', text: 'ALTER TABLE p DETACH PARTITION p1;\n' },
      ],
      findings: [{ at: 'ALTER TABLE p DETACH PARTITION p1', says: 'ACCESS EXCLUSIVE' }],
      fixed: [{ path: '0002_p.sql', text: 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;\n' }],
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
      title: 'A revert of TypeORM runs in a transaction, where CONCURRENTLY is refused',
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
    await queryRunner.query(\`DROP INDEX "users_email_idx"\`);
  }
}
`,
        },
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
    {
      title: 'A constraint on an index that is there',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint, email text);\nCREATE UNIQUE INDEX users_key ON users (id);\n' },
        { path: '0002_key.sql', text: 'ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_key;\n' },
      ],
    },
    {
      title: 'Detaching has no concurrent form beside a default partition',
      framework: 'flyway',
      files: [
        {
          path: 'V1__p.sql',
          text: 'CREATE TABLE p (a int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);\nCREATE TABLE rest PARTITION OF p DEFAULT;\n',
        },
        { path: 'V2__p.sql', text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE p DETACH PARTITION p1;\n" },
      ],
    },
    {
      title: 'Detaching has no concurrent form before 14',
      framework: 'sql',
      majors: [12, 13],
      files: [
        {
          path: '0001_p.sql',
          text: 'CREATE TABLE p (a int) PARTITION BY RANGE (a);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);\n',
        },
        { path: '0002_p.sql', text: 'ALTER TABLE p DETACH PARTITION p1;\n' },
      ],
    },
  ],
  operations: {
    'create index': checkCreate,
    'drop object': checkDrop,
    reindex: checkReindex,
    'refresh materialized view': checkRefresh,
    'detach partition': checkDetach,
    'add constraint': checkConstraint,
    'add column': checkColumn,
  },
};

const outside = 'It can only run outside a transaction.';

function violation(context: RuleContext, step: Step, operation: Operation, message: string, help: string, fix: Fix | undefined): Violation {
  return { range: operationRange(context, step.statement, operation), message, help, fixes: fix === undefined ? [] : [fix] };
}

function checkCreate(context: RuleContext, step: Step, operation: OperationOf<'create index'>): Violation[] {
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

/** IF NOT EXISTS where the very index is there: nothing is built. One that has only the name is another matter. */
function isBuiltAlready(step: Step, { index, ifNotExists }: OperationOf<'create index'>): boolean {
  const table = findTable(step.before, index.table);
  if (!ifNotExists || index.name === undefined || table === undefined) return false;
  const there = table.indexes.find(({ name }) => name === index.name);
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  return there !== undefined && plain(there.definition) === plain(indexDefinition(index, index.name, step.statement.text));
}

function checkDrop(context: RuleContext, step: Step, operation: OperationOf<'drop object'>): Violation[] {
  if (operation.objectKind !== 'index' || operation.concurrently) return [];
  // The framework opens a transaction around this way back whatever the file says, and CONCURRENTLY is refused in it.
  if (context.program.direction === 'down' && context.migration.up.execution.downWrapped === true) return [];
  const owners = operation.objects.map((name) => findIndex(step.before, name)?.owner);
  const used = owners.filter((owner) => owner === undefined || (!undoesCreation(context, owner) && isInUse(context, step, owner)));
  if (used.length === 0) return [];
  const table = used[0] === undefined ? 'its table' : used[0].name;
  const message = `DROP INDEX locks ${table} (ACCESS EXCLUSIVE) ${lockEnd(context, step)}: it waits for every running query on the table, and all reads and writes queue behind it.`;
  const partitioned = owners.some((owner) => owner !== undefined && 'constraints' in owner && owner.kind === 'partitioned table');
  // The server refuses CONCURRENTLY there (manual, DROP INDEX), and there is nothing better.
  if (partitioned) return [];
  const offset = operation.insertAt?.concurrently;
  // CONCURRENTLY takes one index and no CASCADE (manual, DROP INDEX).
  const possible = offset !== undefined && operation.objects.length === 1 && !operation.cascade;
  const [name] = operation.objects;
  const fix =
    possible && name !== undefined
      ? runOutside(context, 'Drop the index concurrently', {
          step,
          patches: [insertion(offset, 'CONCURRENTLY ')],
          slug: `drop_${name.name}`,
          down: [],
        })
      : undefined;
  return [violation(context, step, operation, message, `Use DROP INDEX CONCURRENTLY, one index per statement. ${outside}`, fix)];
}

function checkReindex(context: RuleContext, step: Step, operation: OperationOf<'reindex'>): Violation[] {
  if (operation.concurrently || operation.targetKind === 'system') return [];
  const { target, targetKind } = operation;
  const owner = targetKind === 'index' ? findIndex(step.before, target)?.owner : undefined;
  const relation = targetKind === 'table' ? target : owner;
  if (relation !== undefined && !isInUse(context, step, relation)) return [];
  const message = `REINDEX lets nobody write to ${relation === undefined ? 'the table' : relation.name}, nor read through the index, ${lockEnd(context, step)}.`;
  const offset = operation.insertAt?.concurrently;
  const fix =
    offset === undefined
      ? undefined
      : runOutside(context, 'Reindex concurrently', {
          step,
          patches: [insertion(offset, 'CONCURRENTLY ')],
          slug: `reindex_${target.name}`,
          down: [],
        });
  return [violation(context, step, operation, message, `Use REINDEX ... CONCURRENTLY. ${outside}`, fix)];
}

function checkRefresh(context: RuleContext, step: Step, operation: OperationOf<'refresh materialized view'>): Violation[] {
  if (operation.concurrently || !isInUse(context, step, operation.view)) return [];
  const view = findNamed(step.before.definitions, operation.view);
  if (view?.populated === false) return [];
  const message = `REFRESH MATERIALIZED VIEW locks ${shownName(operation.view)} (ACCESS EXCLUSIVE) ${lockEnd(context, step)}: all reads of it wait while its query runs.`;
  const unique = view?.indexes?.some((index) => index.unique && !/\bwhere\b/i.test(index.definition)) === true;
  const offset = operation.insertAt?.concurrently;
  // Unlike the others, this one may run inside a transaction (manual, REFRESH MATERIALIZED VIEW).
  const edits =
    unique && offset !== undefined ? [{ range: context.lines.range({ start: offset, end: offset }), newText: 'CONCURRENTLY ' }] : [];
  const fix = edits.length === 0 ? undefined : { title: 'Refresh the view concurrently', safe: true, edits };
  return [
    violation(
      context,
      step,
      operation,
      message,
      'Use REFRESH MATERIALIZED VIEW CONCURRENTLY; the view needs a unique index over whole columns.',
      fix,
    ),
  ];
}

function checkDetach(context: RuleContext, step: Step, operation: OperationOf<'detach partition'>): Violation[] {
  if (operation.concurrently || operation.finalize || context.engine.major < 14 || !isInUse(context, step, operation.table)) return [];
  if (!isInUse(context, step, operation.partition) || hasDefaultPartition(step, operation.table)) return [];
  const message = `DETACH PARTITION locks ${shownName(operation.table)} (ACCESS EXCLUSIVE) with all its partitions' queries ${lockEnd(context, step)}.`;
  const end = operation.span?.end;
  const alone = step.statement.operations.length === 1;
  const fix =
    end === undefined || !alone
      ? undefined
      : runOutside(context, 'Detach the partition concurrently', {
          step,
          patches: [insertion(end, ' CONCURRENTLY')],
          slug: `detach_${operation.partition.name}`,
          down: [],
        });
  return [
    violation(
      context,
      step,
      operation,
      message,
      `Use DETACH PARTITION ... CONCURRENTLY; the table must have no default partition, and the partition keeps its bound as a CHECK. ${outside}`,
      fix,
    ),
  ];
}

/** Beside a default partition there is no concurrent form (manual, ALTER TABLE, DETACH PARTITION). */
function hasDefaultPartition({ before }: Step, name: ObjectName): boolean {
  const table = findTable(before, name);
  if (table === undefined) return false;
  return before.tables.some(({ partitionOf }) => partitionOf?.parent === relationKey(table) && partitionOf.bound === 'DEFAULT');
}

function checkConstraint(context: RuleContext, step: Step, operation: OperationOf<'add constraint'>): Violation[] {
  const { constraint, table } = operation;
  if (constraint.kind === 'exclude') {
    if (!isInUse(context, step, table)) return [];
    return [violation(context, step, operation, buildsUnderLock(context, step, table), excludeHelp, undefined)];
  }
  if (constraint.kind !== 'primary key' && constraint.kind !== 'unique') return [];
  if (constraint.usingIndex !== undefined || !isInUse(context, step, table)) return [];
  return [
    violation(
      context,
      step,
      operation,
      buildsUnderLock(context, step, table),
      useIndexHelp(constraint.kind),
      constraintFix(context, step, operation),
    ),
  ];
}

/** Manual, ALTER TABLE: USING INDEX is for PRIMARY KEY and UNIQUE, NOT VALID for foreign keys, CHECK and NOT NULL. */
const excludeHelp =
  'An EXCLUDE constraint can neither take over an index that was built concurrently nor be added NOT VALID. Put it on a new table and move the rows over in batches, or take the lock at a quiet hour with a short lock_timeout.';

function buildsUnderLock(context: RuleContext, step: Step, table: ObjectName): string {
  return `This constraint builds its index while ${shownName(table)} is locked (ACCESS EXCLUSIVE) ${lockEnd(context, step)}: nobody reads or writes meanwhile.`;
}

function useIndexHelp(kind: 'primary key' | 'unique'): string {
  return `Build a unique index with CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... ${kind.toUpperCase()} USING INDEX, which takes no time. ${outside.replace('It', 'The build')}`;
}

/** The index first, then the constraint on it; both have the name that the server would have chosen. */
function constraintFix(context: RuleContext, step: Step, operation: OperationOf<'add constraint'>): Fix | undefined {
  const { constraint, table, span } = operation;
  if (constraint.kind !== 'primary key' && constraint.kind !== 'unique') return undefined;
  const partitioned = findTable(step.before, table)?.kind === 'partitioned table';
  const options = /\b(include|deferrable|nulls|with|using)\b/i.test(constraint.definition ?? '');
  const name = constraint.name ?? builtName(step, table, constraint.kind);
  if (span === undefined || partitioned || options || constraint.deferrable || name === undefined) return undefined;
  // The primary key's columns become NOT NULL by a scan under the lock, unless they are so already.
  const columns = constraint.columns.map(quoteIdentifier).join(', ');
  const target = quoteQualified(table.schema, table.name);
  const quoted = quoteIdentifier(name);
  return runOutside(context, 'Build the index concurrently, then the constraint on it', {
    step,
    patches: [{ span, newText: `ADD CONSTRAINT ${quoted} ${constraint.kind.toUpperCase()} USING INDEX ${quoted}` }],
    preceding: [`CREATE UNIQUE INDEX CONCURRENTLY ${quoted} ON ${target} (${columns});`],
    slug: name,
    down: [`ALTER TABLE ${target} DROP CONSTRAINT ${quoted};`],
  });
}

function checkColumn(context: RuleContext, step: Step, operation: OperationOf<'add column'>): Violation[] {
  const { column, table } = operation;
  if ((!column.unique && !column.primaryKey) || !isInUse(context, step, table)) return [];
  const help = `Add the column alone. Then build the index with CREATE UNIQUE INDEX CONCURRENTLY and add the constraint with USING INDEX. ${outside.replace('It', 'The build')}`;
  return [violation(context, step, operation, buildsUnderLock(context, step, table), help, undefined)];
}
