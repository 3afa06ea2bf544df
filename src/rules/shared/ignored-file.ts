import { isDefaultNaming, parseFlywayName } from '../../frameworks/flyway-names';
import { readFlywaySettings } from '../../frameworks/flyway-settings';
import type { FrameworkName } from '../../model/migration';
import type { FolderContext, Rule } from '../rule';

export const ignoredFile: Rule = {
  id: 'ignored-file',
  title: 'File that looks like a migration and is never run',
  severity: 'warning',
  explanation: `The file lies among the migrations and begins like one, and its name, or the tool's journal, keeps the framework from seeing it: one underscore instead of two (Flyway), no .up or .down
(golang-migrate), no name behind the number (goose, sqlx), no entry in meta/_journal.json (Drizzle). The tool reports success without it.

Rename it in the form that the framework wants, or move it out of the folder.

Silent for files whose name does not begin like a migration's.`,
  bad: [
    {
      title: 'Flyway wants two underscores',
      framework: 'flyway',
      files: [
        { path: 'V1__a.sql', text: 'CREATE TABLE a (id bigint);\n' },
        { path: 'V2_b.sql', text: 'CREATE TABLE b (id bigint);\n' },
      ],
      findings: [{ at: 'CREATE TABLE b (id bigint);', says: 'V2__description.sql' }],
    },
    {
      title: 'golang-migrate wants up and down',
      framework: 'golang-migrate',
      files: [
        { path: '0001_a.up.sql', text: 'CREATE TABLE a (id bigint);\n' },
        { path: '0001_a.down.sql', text: 'DROP TABLE a;\n' },
        { path: '0002_b.sql', text: 'CREATE TABLE b (id bigint);\n' },
      ],
      findings: [{ at: 'CREATE TABLE b (id bigint);', says: '.up.sql' }],
    },
    {
      title: 'Drizzle goes by its journal',
      framework: 'drizzle',
      files: [
        { path: '0000_a.sql', text: 'CREATE TABLE a (id bigint);\n' },
        { path: '0001_b.sql', text: 'CREATE TABLE b (id bigint);\n' },
        { path: 'meta/_journal.json', text: '{"entries": [{"idx": 0, "when": 1700000001000, "tag": "0000_a"}]}\n' },
      ],
      path: '0001_b.sql',
      findings: [{ at: 'CREATE TABLE b (id bigint);', says: '_journal.json' }],
    },
  ],
  good: [
    {
      title: 'Undo scripts, repeatables, baselines, other files',
      framework: 'flyway',
      files: [
        { path: 'V1__a.sql', text: 'CREATE TABLE a (id bigint);\n' },
        { path: 'U1__a.sql', text: 'DROP TABLE a;\n' },
        { path: 'B1__a.sql', text: 'CREATE TABLE a (id bigint);\n' },
        { path: 'R__v.sql', text: 'CREATE OR REPLACE VIEW v AS SELECT 1 AS x;\n' },
        { path: 'beforeMigrate.sql', text: 'SELECT 1;\n' },
        { path: 'seeds.sql', text: 'SELECT 1;\n' },
      ],
    },
  ],
  checkFolder: (folder) => {
    const form = forms[folder.framework.name];
    if (form === undefined) return [];
    const known = new Set([
      ...folder.migrations.flatMap(({ up, down }) => [up.path, ...(down === undefined ? [] : [down.path])]),
      ...folder.problems.flatMap(({ path }) => path ?? []),
    ]);
    const folders = new Set(folder.migrations.map(({ up }) => folderOf(up.path)));
    return folder.files
      .filter(({ path }) => !known.has(path) && /\.sql$/i.test(path) && folders.has(folderOf(path)) && form.looksLike(nameOf(path), folder))
      .map(({ path }) => ({
        path,
        message: `${folder.framework.displayName} does not run ${nameOf(path)}: ${form.why(nameOf(path), folder)}.`,
        help: 'Mend that, or move the file out of the folder.',
      }));
  },
};

interface Form {
  readonly looksLike: (name: string, folder: FolderContext) => boolean;
  /** Why it is passed over, as the end of a sentence. */
  readonly why: (name: string, folder: FolderContext) => string;
}

const numbered = (name: string) => /^\d/.test(name);

/** The names that each tool takes, from the sources that its reader names. */
const forms: Readonly<Partial<Record<FrameworkName, Form>>> = {
  flyway: {
    looksLike: (name, { files }) =>
      /^([VvUu]\d|[Rr]_)/.test(name) && isDefaultNaming(readFlywaySettings(files).naming) && parseFlywayName(name) === undefined,
    why: (name) => {
      const version = /^[A-Za-z]([\d._]*\d)?/.exec(name)?.[0] ?? 'V1';
      return `a name reads ${version.charAt(0).toUpperCase()}${version.slice(1)}__description.sql, with a capital and two underscores`;
    },
  },
  'golang-migrate': { looksLike: numbered, why: () => 'a name reads 1_title.up.sql or 1_title.down.sql' },
  goose: { looksLike: numbered, why: () => 'a name reads 00001_title.sql' },
  sqlx: { looksLike: numbered, why: () => 'a name reads 1_title.sql, or 1_title.up.sql and 1_title.down.sql' },
  supabase: { looksLike: numbered, why: () => 'a name reads 20240101000000_title.sql' },
  drizzle: { looksLike: numbered, why: () => 'it has no entry in meta/_journal.json' },
};

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
