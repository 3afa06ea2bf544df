import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from '../../../src/parse/load';
import type { RuleExample } from '../../../src/rules/rule';
import { lintExample } from './linting';

beforeAll(loadParser);

const users =
  'CREATE TABLE users (id bigint PRIMARY KEY, email varchar(50));\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);\n';

/** What the documentation of PostgreSQL and of the frameworks recommends must give no finding of any rule. */
const patterns: readonly RuleExample[] = [
  {
    title: 'a concurrent index alone, dbmate',
    framework: 'dbmate',
    files: [
      { path: '1_t.sql', text: `-- migrate:up\n${users}\n-- migrate:down\nDROP TABLE orders;\nDROP TABLE users;\n` },
      {
        path: '2_i.sql',
        text: '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON users (email);\n\n-- migrate:down transaction:false\nDROP INDEX CONCURRENTLY IF EXISTS i;\n',
      },
    ],
  },
  {
    title: 'a concurrent index alone, goose',
    framework: 'goose',
    files: [
      {
        path: '00001_t.sql',
        text: `-- +goose Up\n${users}\n-- +goose Down\nDROP TABLE orders;\nDROP TABLE users;\n`,
      },
      {
        path: '00002_i.sql',
        text: '-- +goose NO TRANSACTION\n-- +goose Up\nDROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY i ON users (email);\n\n-- +goose Down\nDROP INDEX CONCURRENTLY IF EXISTS i;\n',
      },
    ],
  },
  {
    title: 'a concurrent index alone, golang-migrate and its rollback',
    framework: 'golang-migrate',
    files: [
      { path: '0001_t.up.sql', text: users },
      { path: '0001_t.down.sql', text: 'DROP TABLE orders;\nDROP TABLE users;\n' },
      { path: '0002_i.up.sql', text: 'CREATE UNIQUE INDEX CONCURRENTLY i ON users (email);\n' },
      { path: '0002_i.down.sql', text: 'DROP INDEX CONCURRENTLY i;\n' },
      {
        path: '0003_k.up.sql',
        text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX i;\n",
      },
      { path: '0003_k.down.sql', text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE users DROP CONSTRAINT users_email_key;\n" },
    ],
  },
  {
    title: 'NOT VALID, then VALIDATE in a later migration, then NOT NULL on its proof; Flyway',
    framework: 'flyway',
    majors: [12, 17, 18],
    files: [
      { path: 'V1__t.sql', text: users },
      { path: 'U1__t.sql', text: 'DROP TABLE orders;\nDROP TABLE users;\n' },
      {
        path: 'V2__c.sql',
        text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users NOT VALID;\nALTER TABLE orders ADD CONSTRAINT nn CHECK (user_id IS NOT NULL) NOT VALID;\n",
      },
      { path: 'U2__c.sql', text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE orders DROP CONSTRAINT nn, DROP CONSTRAINT fk;\n" },
      {
        path: 'V3__v.sql',
        text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE orders VALIDATE CONSTRAINT fk;\nALTER TABLE orders VALIDATE CONSTRAINT nn;\nALTER TABLE orders ALTER COLUMN user_id SET NOT NULL;\nALTER TABLE orders DROP CONSTRAINT nn;\n",
      },
      { path: 'U3__v.sql', text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE orders ALTER COLUMN user_id DROP NOT NULL;\n" },
    ],
  },
  {
    title: 'columns with constant defaults and wider types, Prisma',
    framework: 'prisma',
    files: [
      { path: '20240101000000_t/migration.sql', text: users },
      {
        path: '20240102000000_c/migration.sql',
        text: "SET LOCAL lock_timeout = '2s';\nALTER TABLE users ADD COLUMN active boolean NOT NULL DEFAULT true, ADD COLUMN seen timestamptz DEFAULT now();\nALTER TABLE users ALTER COLUMN email TYPE varchar(200);\n",
      },
      {
        path: '20240103000000_b/migration.sql',
        text: 'DO $$ BEGIN LOOP UPDATE users SET active = false WHERE id IN (SELECT id FROM users WHERE active LIMIT 1000); EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$;\n',
      },
    ],
  },
  {
    title: 'new tables with names in capitals, and their indexes, Prisma',
    framework: 'prisma',
    files: [
      {
        path: '20240102000000_c/migration.sql',
        text: 'CREATE TABLE "User" (\n    "id" BIGSERIAL NOT NULL,\n    "email" TEXT NOT NULL,\n\n    CONSTRAINT "User_pkey" PRIMARY KEY ("id")\n);\nCREATE TABLE "Post" ("id" BIGSERIAL PRIMARY KEY, "authorId" BIGINT NOT NULL);\nCREATE UNIQUE INDEX "User_email_key" ON "User"("email");\nALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;\nCREATE INDEX "Post_authorId_idx" ON "Post"("authorId");\n',
      },
    ],
  },
  {
    title: 'a concurrent index alone, goose with annotations in lower case',
    framework: 'goose',
    files: [
      { path: '00001_t.sql', text: `-- +goose up\n${users}\n-- +goose down\nDROP TABLE orders;\nDROP TABLE users;\n` },
      {
        path: '00002_i.sql',
        text: '-- +goose no transaction\n-- +goose up\nCREATE INDEX CONCURRENTLY i ON users (email);\n\n-- +goose down\nDROP INDEX CONCURRENTLY i;\n',
      },
    ],
  },
  {
    title: 'a partition detached concurrently, alone, golang-migrate',
    framework: 'golang-migrate',
    majors: [14, 18],
    files: [
      { path: '0002_d.up.sql', text: 'ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;\n' },
      { path: '0002_d.down.sql', text: 'SELECT 1;\n' },
    ],
  },
  {
    title: 'a materialized view refreshed concurrently, dbmate',
    framework: 'dbmate',
    files: [{ path: '2_r.sql', text: '-- migrate:up\nREFRESH MATERIALIZED VIEW CONCURRENTLY totals;\n\n-- migrate:down\nSELECT 1;\n' }],
  },
  {
    title: 'new tables in a schema of the search path, Flyway',
    framework: 'flyway',
    files: [
      { path: 'V1__t.sql', text: users },
      { path: 'U1__t.sql', text: 'DROP TABLE orders;\nDROP TABLE users;\n' },
      {
        path: 'V2__s.sql',
        text: 'CREATE SCHEMA app;\nSET search_path TO app;\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX i ON users (email);\nALTER TABLE users ADD CONSTRAINT c CHECK (id > 0);\nCREATE TABLE other (id bigint PRIMARY KEY);\nCREATE INDEX j ON other (id);\n',
      },
      { path: 'U2__s.sql', text: 'DROP SCHEMA app CASCADE;\n' },
    ],
  },
  {
    title: 'a repeatable plain SQL migration',
    framework: 'sql',
    files: [
      { path: '0001_t.sql', text: `BEGIN;\n${users}COMMIT;\n` },
      { path: '0001_t.down.sql', text: 'BEGIN;\nDROP TABLE orders;\nDROP TABLE users;\nCOMMIT;\n' },
      {
        path: '0002_a.sql',
        text: "SET lock_timeout = '2s';\nALTER TABLE users ADD COLUMN IF NOT EXISTS phone text;\nRESET lock_timeout;\nDROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY i ON users (phone);\n",
      },
      {
        path: '0002_a.down.sql',
        text: "DROP INDEX CONCURRENTLY IF EXISTS i;\nSET lock_timeout = '2s';\nALTER TABLE users DROP COLUMN IF EXISTS phone;\n",
      },
    ],
  },
];

describe('recommended patterns', () => {
  for (const pattern of patterns) {
    for (const major of pattern.majors ?? [18]) {
      it(`${pattern.title} (${major})`, () => {
        const folder = lintExample(pattern, `postgres ${major}`);
        expect(folder.problems).toEqual([]);
        const reports = folder.reports.filter((report) => !/(^|\/)[UV]?0*1_|_t\//.test(report.path));
        const said = reports.flatMap((report) => report.findings.map((finding) => `${report.path}: ${finding.rule}: ${finding.message}`));
        expect(said).toEqual([]);
      });
    }
  }
});
