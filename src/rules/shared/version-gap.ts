import type { Rule } from '../rule';

export const versionGap: Rule = {
  id: 'version-gap',
  title: 'Number that is missing in a sequence',
  severity: 'info',
  explanation: `The versions are counted one by one, and one is missing. Often that is a file that was not committed: the author's database has it, and all others go without it. When it comes later, tools
that only look at the newest version (golang-migrate) never run it on databases that are past it.

Commit the file, or close the gap while nobody has applied what comes behind it.

Silent for timestamps, for sequences with steps of more than one, and for versions that goose has in Go.`,
  bad: [
    {
      title: 'No third migration',
      framework: 'golang-migrate',
      files: [
        ...[1, 2, 4].flatMap((number) => [
          { path: `000${number}_t.up.sql`, text: `CREATE TABLE t${number} (id bigint);\n` },
          { path: `000${number}_t.down.sql`, text: `DROP TABLE t${number};\n` },
        ]),
      ],
      path: '0004_t.up.sql',
      findings: [{ at: 'CREATE TABLE t4 (id bigint);', says: 'no version 3' }],
    },
    {
      title: 'Repeatables have no number',
      framework: 'flyway',
      files: [
        ...[1, 2, 4].map((number) => ({ path: `V${number}__t.sql`, text: `CREATE TABLE t${number} (id bigint);\n` })),
        { path: 'R__v.sql', text: 'CREATE OR REPLACE VIEW v AS SELECT 1 AS x;\n' },
      ],
      path: 'V4__t.sql',
      findings: [{ at: 'CREATE TABLE t4 (id bigint);', says: 'no version 3' }],
    },
  ],
  good: [
    {
      title: 'Timestamps',
      framework: 'dbmate',
      files: [
        { path: '20240101000000_a.sql', text: '-- migrate:up\nCREATE TABLE a (id bigint);\n\n-- migrate:down\nDROP TABLE a;\n' },
        { path: '20240103000000_b.sql', text: '-- migrate:up\nCREATE TABLE b (id bigint);\n\n-- migrate:down\nDROP TABLE b;\n' },
      ],
    },
    {
      title: 'Steps of ten, and only two files',
      framework: 'flyway',
      files: [10, 20, 30, 50].map((number) => ({ path: `V${number}__t.sql`, text: `CREATE TABLE t${number} (id bigint);\n` })),
    },
    {
      title: 'The second is written in Go',
      framework: 'goose',
      files: [
        ...[1, 3, 4].map((number) => ({
          path: `0000${number}_t.sql`,
          text: `-- +goose Up\nCREATE TABLE t${number} (id bigint);\n\n-- +goose Down\nDROP TABLE t${number};\n`,
        })),
        { path: '00002_fill.go', text: '' },
      ],
    },
  ],
  checkFolder: ({ framework, migrations, files }) => {
    // Flyway's repeatables have no version.
    const versioned = migrations.filter(({ id }) => !id.startsWith('R__'));
    const numbered = versioned.flatMap(({ up, title }) => {
      const digits = /^[VvB]?(\d{1,6})(?=[_.-])/.exec(title)?.[1];
      return digits === undefined ? [] : [{ path: up.path, number: Number(digits) }];
    });
    const elsewhere = framework.name === 'goose' ? files.flatMap(({ path }) => goVersion(path) ?? []) : [];
    const numbers = [...new Set([...numbered.map(({ number }) => number), ...elsewhere])].sort((left, right) => left - right);
    const steps = numbers.slice(1).map((number, position) => number - (numbers[position] ?? 0));
    const single = steps.filter((step) => step === 1).length;
    // Counted one by one: nearly all steps are one. Anything else is a numbering of another kind.
    if (numbered.length < versioned.length || numbers.length < 3 || single * 2 < steps.length) return [];
    return numbered.flatMap(({ path, number }) => {
      const before = numbers[numbers.indexOf(number) - 1];
      if (before === undefined || number - before <= 1) return [];
      const missing = number - before === 2 ? `no version ${before + 1}` : `no version ${before + 1} to ${number - 1}`;
      return [
        {
          path,
          message: `There is ${missing} between ${before} and ${number}: a migration that was not committed, or a number that somebody keeps for one.`,
          help: 'Commit the missing file, or close the gap before anybody applies what comes behind it.',
        },
      ];
    });
  },
};

/** goose, `NumericComponent` of migrate.go: Go files are versions like all others, but for tests. */
function goVersion(path: string): number | undefined {
  const digits = /(?:^|\/)(\d{1,6})_(?!.*_test\.go$).*\.go$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
