import type { Migration } from '../../model/migration';
import type { FileViolation, Rule } from '../rule';

export const versionOrder: Rule = {
  id: 'version-order',
  title: 'Migration that runs before one with a smaller number',
  severity: 'warning',
  explanation: `Some tools sort names as text (dbmate, Prisma, Supabase, psql in a loop), and then 10 comes before 9. Drizzle goes through meta/_journal.json from top to bottom, and passes over
what is not later than the newest time in its history: a migration whose time is not after that of one above it runs on a new database, and never on one that has the other.

Write all numbers with the same width, or use timestamps; for Drizzle, generate the migration again.

Silent for tools that compare versions as numbers.`,
  bad: [
    {
      title: 'Numbers of different width, sorted as text',
      framework: 'dbmate',
      files: [
        { path: '9_a.sql', text: '-- migrate:up\nCREATE TABLE a (id bigint);\n\n-- migrate:down\nDROP TABLE a;\n' },
        { path: '10_b.sql', text: '-- migrate:up\nCREATE TABLE b (id bigint);\n\n-- migrate:down\nDROP TABLE b;\n' },
      ],
      path: '9_a.sql',
      findings: [{ at: '-- migrate:up', says: 'runs after 10_b.sql' }],
    },
    {
      title: 'Drizzle: a time before that of a migration above it',
      framework: 'drizzle',
      files: [
        { path: '0000_a.sql', text: 'CREATE TABLE a (id bigint);\n' },
        { path: '0001_b.sql', text: 'CREATE TABLE b (id bigint);\n' },
        { path: '0002_older.sql', text: 'CREATE TABLE c (id bigint);\n' },
        {
          path: 'meta/_journal.json',
          text: '{"entries": [{"idx": 0, "when": 1700000000000, "tag": "0000_a"}, {"idx": 1, "when": 1700000001000, "tag": "0001_b"}, {"idx": 2, "when": 1690000000000, "tag": "0002_older"}]}\n',
        },
      ],
      path: '0002_older.sql',
      findings: [{ at: 'CREATE TABLE c (id bigint);', says: 'a database that has 0001_b.sql skips this file' }],
    },
  ],
  good: [
    {
      title: 'The same width; numbers compared as numbers; timestamps behind numbers',
      framework: 'goose',
      files: [
        { path: '9_a.sql', text: '-- +goose Up\nCREATE TABLE a (id bigint);\n\n-- +goose Down\nDROP TABLE a;\n' },
        { path: '10_b.sql', text: '-- +goose Up\nCREATE TABLE b (id bigint);\n\n-- +goose Down\nDROP TABLE b;\n' },
        { path: '20240101000000_c.sql', text: '-- +goose Up\nCREATE TABLE c (id bigint);\n\n-- +goose Down\nDROP TABLE c;\n' },
      ],
    },
    {
      title: 'Liquibase: a changelog says the order; numbers of one folder are not those of another',
      framework: 'liquibase',
      files: [
        {
          path: 'changelog.yaml',
          text: 'databaseChangeLog:\n  - include: { file: 02-b.sql }\n  - include: { file: 01-a.sql }\n  - includeAll: { path: later }\n',
        },
        { path: '02-b.sql', text: '--liquibase formatted sql\n--changeset ann:b\nCREATE TABLE b (id bigint);\n--rollback DROP TABLE b;\n' },
        { path: '01-a.sql', text: '--liquibase formatted sql\n--changeset ann:a\nCREATE TABLE a (id bigint);\n--rollback DROP TABLE a;\n' },
        {
          path: 'later/00-c.sql',
          text: '--liquibase formatted sql\n--changeset ann:c\nCREATE TABLE c (id bigint);\n--rollback DROP TABLE c;\n',
        },
      ],
    },
    {
      title: 'Drizzle: the order and the times of the journal agree, whatever the numbers are',
      framework: 'drizzle',
      files: [
        { path: '0000_b.sql', text: 'CREATE TABLE b (id bigint);\n' },
        { path: '0001_a.sql', text: 'CREATE TABLE a (id bigint);\n' },
        {
          path: 'meta/_journal.json',
          text: '{"entries": [{"idx": 0, "when": 1700000000000, "tag": "0001_a"}, {"idx": 1, "when": 1700000001000, "tag": "0000_b"}]}\n',
        },
      ],
    },
  ],
  checkFolder: ({ framework, migrations }) =>
    framework.name === 'drizzle' ? passedOver(migrations) : outOfOrder(framework.displayName, migrations),
};

function outOfOrder(framework: string, migrations: readonly Migration[]): FileViolation[] {
  return migrations.flatMap((migration, position) => {
    const before = migrations[position - 1];
    const [own, earlier] = [numberOf(migration), before === undefined ? undefined : numberOf(before)];
    if (before === undefined || own === undefined || earlier === undefined || own.number >= earlier.number) return [];
    // Other folders have numbers of their own, and what a list of files puts first is meant to come first.
    if (own.folder !== earlier.folder || migration.up.path < before.up.path) return [];
    return [
      {
        path: migration.up.path,
        message: `${migration.title} runs after ${before.title}, since ${framework} sorts names as text.`,
        help: 'Write all numbers with the same width.',
      },
    ];
  });
}

/** drizzle-orm, `pg-core/dialect.js`: only what is later than the newest time of the history runs, and that is read once, at the start. */
function passedOver(migrations: readonly Migration[]): FileViolation[] {
  let newest: { readonly title: string; readonly when: bigint } | undefined;
  const found: FileViolation[] = [];
  for (const { id, title, up } of migrations) {
    const when = journalTime(id, title);
    if (when === undefined) continue;
    if (newest === undefined || when > newest.when) newest = { title, when };
    else {
      found.push({
        path: up.path,
        message: `The time of ${title} in meta/_journal.json is not after that of ${newest.title}: a database that has ${newest.title} skips this file without a word, and a new one runs it.`,
        help: 'Generate the migration again, or give it a time after all others while no database has it.',
      });
    }
  }
  return found;
}

/** The reader puts the time before the file's name; without a journal there is none. */
function journalTime(id: string, title: string): bigint | undefined {
  const tag = title.replace(/\.sql$/, '');
  const digits = id.endsWith(`_${tag}`) ? id.slice(0, -tag.length - 1) : '';
  return /^[1-9]\d*$/.test(digits) ? BigInt(digits) : undefined;
}

/** The digits at the beginning of the file's name, or of its folder's where the file is always called the same (Prisma). */
function numberOf({ title, up }: Migration): { readonly number: bigint; readonly folder: string } | undefined {
  const parts = up.path.split('/');
  const place = parts.findLastIndex((part) => /^\d/.test(part));
  const digits = /^\d+(?=[_.-])/.exec(parts[place] ?? title)?.[0];
  return digits === undefined ? undefined : { number: BigInt(digits), folder: parts.slice(0, Math.max(place, 0)).join('/') };
}
