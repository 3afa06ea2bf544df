import type { Migration } from '../../model/migration';
import type { Rule } from '../rule';

export const versionOrder: Rule = {
  id: 'version-order',
  title: 'Migration that runs before one with a smaller number',
  severity: 'warning',
  explanation: `Some tools sort names as text (dbmate, Prisma, Supabase, psql in a loop), and then 10 comes before 9. Drizzle goes by the times in meta/_journal.json: a migration whose time
is before that of an earlier one is never run on a database that has the later one.

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
      title: 'Drizzle: a time before that of the migration before it',
      framework: 'drizzle',
      files: [
        { path: '0000_a.sql', text: 'CREATE TABLE a (id bigint);\n' },
        { path: '0001_b.sql', text: 'CREATE TABLE b (id bigint);\n' },
        {
          path: 'meta/_journal.json',
          text: '{"entries": [{"idx": 0, "when": 1700000002000, "tag": "0000_a"}, {"idx": 1, "when": 1700000001000, "tag": "0001_b"}]}\n',
        },
      ],
      path: '0000_a.sql',
      findings: [{ at: 'CREATE TABLE a (id bigint);', says: '_journal.json' }],
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
  ],
  checkFolder: ({ framework, migrations }) =>
    migrations.flatMap((migration, position) => {
      const before = migrations[position - 1];
      const [number, earlier] = [numberOf(migration), before === undefined ? undefined : numberOf(before)];
      if (before === undefined || number === undefined || earlier === undefined || number >= earlier) return [];
      const why =
        framework.name === 'drizzle'
          ? 'by the times in meta/_journal.json, and a database that has the later one never gets the other'
          : `since ${framework.displayName} sorts names as text`;
      return [
        {
          path: migration.up.path,
          message: `${migration.title} runs after ${before.title}, ${why}.`,
          help:
            framework.name === 'drizzle'
              ? 'Give the migrations times in the order of their numbers.'
              : 'Write all numbers with the same width.',
        },
      ];
    }),
};

/** The digits at the beginning of the file's name, or of its folder's where the file is always called the same (Prisma). */
function numberOf({ title, up }: Migration): bigint | undefined {
  const name = up.path.split('/').findLast((part) => /^\d/.test(part)) ?? title;
  const digits = /^\d+(?=[_.-])/.exec(name)?.[0];
  return digits === undefined ? undefined : BigInt(digits);
}
