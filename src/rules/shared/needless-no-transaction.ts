import type { Operation } from '../../model/operation';
import { headRange, type RuleContext, type Step } from '../context';
import { replaceInSource, sourceText } from '../edits';
import { canBeMetAgain, hasEffect, isRepeatable, needsNoTransaction } from '../postgres/repeatable';
import type { Rule, Violation } from '../rule';

export const needlessNoTransaction: Rule = {
  id: 'needless-no-transaction',
  title: 'Mark for "no transaction" that nothing needs',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `The file says that it runs outside a transaction, and holds nothing that has to. What it changes is then committed before the framework records the migration: when the connection is lost between the
two, the database has the change, the history does not, and the next attempt meets what is there.

Take the mark away: then the change and the record are one.

Silent when a statement can't be in a transaction, commits by itself or wants others to commit before it, and when several statements commit one by one, of which partial-on-failure speaks.`,
  bad: [
    {
      title: 'goose',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE a (id bigint);\n\n-- +goose Down\nDROP TABLE a;\n',
        },
      ],
      findings: [{ at: 'CREATE TABLE a (id bigint)', says: 'NO TRANSACTION' }],
      fixed: [{ path: '00001_t.sql', text: '-- +goose Up\nCREATE TABLE a (id bigint);\n\n-- +goose Down\nDROP TABLE a;\n' }],
    },
    {
      title: 'dbmate',
      framework: 'dbmate',
      files: [
        {
          path: '1_t.sql',
          text: '-- migrate:up transaction:false\nCREATE TABLE a (id bigint);\n\n-- migrate:down\nDROP TABLE a;\n',
        },
      ],
      findings: [{ at: 'CREATE TABLE a (id bigint)', says: 'transaction:false' }],
    },
  ],
  good: [
    {
      title: 'One mark for both directions, of which one needs it',
      framework: 'knex',
      majors: [12, 18],
      files: [
        {
          path: '1_t.js',
          text: "exports.up = (knex) => knex.schema.createTable('t', (table) => table.text('a'));\nexports.down = (knex) => knex.schema.dropTable('t');\n",
        },
        {
          path: '2_i.js',
          text: "exports.config = { transaction: false };\nexports.up = (knex) => knex.raw('CREATE INDEX CONCURRENTLY i ON t (a)');\nexports.down = (knex) => knex.raw('DROP INDEX i');\n",
        },
      ],
    },
    {
      title: 'Once for a changeset of Liquibase and its rollback',
      framework: 'liquibase',
      files: [
        {
          path: 'changelog.sql',
          text: '--liquibase formatted sql\n\n--changeset me:1\nCREATE TABLE t (a int);\n--rollback DROP TABLE t;\n\n--changeset me:2 runInTransaction:false\nCREATE INDEX CONCURRENTLY i ON t (a);\n--rollback DROP INDEX i;\n',
        },
      ],
    },
    {
      title: 'A concurrent build, a backfill that commits, an enum value, a validation behind its constraint',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: "-- +goose Up\nCREATE TABLE a (id bigint, b text);\nCREATE TYPE mood AS ENUM ('a');\n\n-- +goose Down\nDROP TYPE mood;\nDROP TABLE a;\n",
        },
        {
          path: '00002_i.sql',
          text: '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON a (b);\n\n-- +goose Down\nDROP INDEX i;\n',
        },
        {
          path: '00003_c.sql',
          text: "-- +goose NO TRANSACTION\n-- +goose Up\nALTER TYPE mood ADD VALUE IF NOT EXISTS 'b';\n\n-- +goose Down\nSELECT 1;\n",
        },
        {
          path: '00004_c.sql',
          text: '-- +goose NO TRANSACTION\n-- +goose Up\nALTER TABLE a ADD CONSTRAINT c CHECK (id > 0) NOT VALID;\nALTER TABLE a VALIDATE CONSTRAINT c;\n\n-- +goose Down\nALTER TABLE a DROP CONSTRAINT IF EXISTS c;\n',
        },
      ],
    },
    {
      title: 'Frameworks without a mark',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE a (id bigint);\n' }],
    },
  ],
  check: (context) => {
    const mark = markOf(context);
    if (mark === undefined) return [];
    const [first, ...others] = context.steps.filter(hasEffect);
    if (first === undefined || others.length > 0) return [];
    if (context.steps.some(needsNoTransaction) || context.steps.some((step) => step.statement.operations.some(wantsCommits))) return [];
    if (otherNeedsIt(context) || (canBeMetAgain(context, first) && !isRepeatable(context, first))) return [];
    return [violation(context, first, mark)];
  },
};

/** How the file says that it runs outside a transaction, where it says so and the framework would open one otherwise. */
function markOf({ framework, program }: RuleContext): string | undefined {
  if (framework.name === 'sql' || program.execution.wrapped || program.execution.refused !== undefined) return undefined;
  // The reason begins with the mark where there is one: `NO TRANSACTION: goose sends each statement by itself`.
  return /^([^:]*(?:transaction)[^:]*(?::(?:false|off))?):\s/i.exec(program.execution.because)?.[1];
}

/** It may be meant to commit before something else begins: a new enum value, a write of many rows that holds no other lock. */
function wantsCommits({ kind }: Operation): boolean {
  return ['add enum value', 'validate constraint', 'update', 'delete', 'insert', 'merge', 'copy', 'refresh materialized view'].includes(
    kind,
  );
}

/** Where one mark is for up and down alike, it is told once, at the up, when the down does without it too. */
function otherNeedsIt(context: RuleContext): boolean {
  if (!isForBoth(context)) return false;
  const { migration, program } = context;
  const words = /\b(concurrently|vacuum|commit|call|add\s+value|alter\s+system|database|tablespace)\b/i;
  return program.direction === 'down' || migration.down?.statements.some(({ text }) => words.test(text)) === true;
}

/** goose, Liquibase, knex, TypeORM, MikroORM: the framework would write the mark to the same place for either direction. */
function isForBoth(context: RuleContext): boolean {
  const { framework, migration } = context;
  if (migration.down?.path !== migration.up.path) return false;
  const text = sourceText(context);
  const placed = (direction: 'up' | 'down') => JSON.stringify(framework.noTransactionMark?.(text, direction));
  return placed('up') === placed('down');
}

function violation(context: RuleContext, step: Step, mark: string): Violation {
  const patch = context.framework.withoutNoTransactionMark?.(sourceText(context));
  return {
    range: headRange(context, step.statement),
    message: `${mark}: nothing here needs it, and the change is committed before ${context.framework.displayName} records the migration; a lost connection in between leaves one without the other.`,
    help: 'Take the mark away, so that the change and its record are one transaction.',
    fixes:
      patch === undefined
        ? []
        : [{ title: 'Take the mark away', safe: false, edits: [replaceInSource(context, patch.span, patch.newText)] }],
  };
}
