import type { Rule } from '../rule';

export const unusableFile: Rule = {
  id: 'unusable-file',
  title: 'File that the framework can not use',
  severity: 'error',
  explanation: `The framework refuses this file, or leaves it out: two files have the same version, of which at most one is run, and which keep many tools from starting; the block for the way there is missing; an undo
belongs to no migration; a byte order mark stands where the tool looks for its own.

Nothing in a file that is left out is checked, since it is not known how it would run.`,
  bad: [
    {
      title: 'Two files with one version',
      framework: 'goose',
      files: [
        { path: '00001_a.sql', text: '-- +goose Up\nCREATE TABLE a (id bigint);\n\n-- +goose Down\nDROP TABLE a;\n' },
        { path: '00001_b.sql', text: '-- +goose Up\nCREATE TABLE b (id bigint);\n\n-- +goose Down\nDROP TABLE b;\n' },
      ],
      findings: [{ at: '-- +goose Up', says: 'has the version 1' }],
    },
    {
      title: 'One version, spelled in two ways',
      framework: 'flyway',
      files: [
        { path: 'V1.2__a.sql', text: 'CREATE TABLE a (id bigint);\n' },
        { path: 'V01_2_0__b.sql', text: 'CREATE TABLE b (id bigint);\n' },
      ],
      path: 'V01_2_0__b.sql',
      findings: [{ at: 'CREATE TABLE b (id bigint);', says: 'Found more than one migration with version' }],
    },
    {
      title: 'A block is missing',
      framework: 'dbmate',
      files: [
        { path: '1_a.sql', text: '-- migrate:up\nCREATE TABLE a (id bigint);\n\n-- migrate:down\nDROP TABLE a;\n' },
        { path: '2_b.sql', text: 'CREATE TABLE b (id bigint);\n' },
      ],
      findings: [{ at: 'CREATE TABLE b (id bigint);', says: 'up block' }],
    },
    {
      title: 'A way back of nothing',
      framework: 'golang-migrate',
      files: [
        { path: '0001_a.up.sql', text: 'CREATE TABLE a (id bigint);\n' },
        { path: '0001_a.down.sql', text: 'DROP TABLE a;\n' },
        { path: '0002_b.down.sql', text: 'DROP TABLE b;\n' },
      ],
      findings: [{ at: 'DROP TABLE b;', says: 'no .up.sql' }],
    },
  ],
  good: [
    {
      title: 'All of them are read',
      framework: 'goose',
      files: [
        { path: '00001_a.sql', text: '-- +goose Up\nCREATE TABLE a (id bigint);\n\n-- +goose Down\nDROP TABLE a;\n' },
        { path: '00002_b.sql', text: '-- +goose Up\nCREATE TABLE b (id bigint);\n\n-- +goose Down\nDROP TABLE b;\n' },
      ],
    },
  ],
  checkFolder: ({ problems }) =>
    problems.flatMap(({ path, message }) =>
      path === undefined ? [] : [{ path, message, help: 'Mend the file or its name, or take it out of the folder.' }],
    ),
};
