import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFolder } from '../../../src/frameworks/registry';
import { defaultEngine } from '../../../src/model/engine';
import { cutToPlaceholders, graphilePlaceholders } from '../../../src/model/graphile-settings';
import type { RunStep } from '../../../src/model/run-protocol';
import { loadParser } from '../../../src/parse/load';
import { folderOf } from '../../../src/workspace/read-folder';
import { builtIn } from '../../built-in';

beforeAll(loadParser);

/** What `graphile-migrate commit` writes. */
function committed(body: string, previous?: string): { readonly text: string; readonly hash: string } {
  const hash = `sha1:${createHash('sha1')
    .update(`${`${previous ?? ''}\n${body}`.trim()}\n`)
    .digest('hex')}`;
  return { text: `--! Previous: ${previous ?? '-'}\n--! Hash: ${hash}\n\n${body}\n`, hash };
}

const first = committed('create table people (id bigint primary key);\ncreate index on people (id);');
const second = committed('--! no-transaction\ncreate index concurrently people_id on people (id);', first.hash);

function read(texts: Readonly<Record<string, string>>) {
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
  const { framework, migrations, problems } = readFolder(files, { engine: defaultEngine, placeholders: {} });
  return { name: framework.name, framework, migrations, problems, files };
}

const folder = { 'committed/000001.sql': first.text, 'committed/000002-by-id.sql': second.text };

describe('graphile-migrate', () => {
  it('is known by what commit writes, and by its configuration', () => {
    expect(read(folder).name).toBe('graphile-migrate');
    expect(read({ 'current.sql': 'select 1;', '../.gmrc#placeholders': '' }).name).toBe('graphile-migrate');
    expect(read({ 'current.sql': 'select 1;' }).name).toBe('sql');
    expect(read({ 'committed/000001.sql': 'select 1;' }).name).toBe('sql');
  });

  it('runs what is committed in its order, and what is at work as the next', () => {
    const { migrations, problems } = read({ 'current.sql': 'select 3;', 'afterReset.sql': 'select 4;', ...folder });
    expect(problems).toEqual([]);
    expect(migrations.map(({ id, title }) => [id, title])).toEqual([
      ['000001.sql', '000001.sql'],
      ['000002.sql', '000002-by-id.sql'],
      ['000003.sql', 'current.sql'],
    ]);
    expect(migrations.map(({ downUnsupported }) => downUnsupported)).toEqual([true, true, true]);
  });

  it('puts a transaction around a file, with its row, unless its first line says no', () => {
    const { migrations, framework } = read(folder);
    expect(migrations.map(({ up }) => up.execution.wrapped)).toEqual([true, false]);
    const course = migrations.map((migration) =>
      builtIn(framework)
        .run(defaultEngine)
        .steps(migration)
        .map((step: RunStep) => (step.kind === 'statements' ? `statements ${step.statements.join(',')}` : step.kind)),
    );
    expect(course).toEqual([
      ['lock', 'check', 'begin', 'statements 1,2', 'record', 'commit', 'unlock'],
      ['lock', 'check', 'statements 1', 'record', 'unlock'],
    ]);
  });

  it('refuses a committed migration that was changed, or that does not follow on the one before', () => {
    const changed = read({ 'committed/000001.sql': first.text.replace('bigint', 'int') }).migrations[0];
    expect(changed?.up.execution.refused).toContain('hash does not match');
    const allowed = first.text.replace('bigint', 'int').replace('\n\n', '\n--! AllowInvalidHash\n\n');
    expect(read({ 'committed/000001.sql': allowed }).migrations[0]?.up.execution.refused).toBeUndefined();
    expect(read({ 'committed/000002.sql': second.text }).migrations[0]?.up.execution.refused).toContain('no correctly ordered');
    const together = read({ ...folder, 'committed/000003.sql': second.text }).migrations[2];
    expect(together?.up.execution.refused).toContain("doesn't match");
    expect(read({ 'committed/000001.sql': first.text.replace('\n\n', '\n') }).migrations[0]?.up.execution.refused).toContain(
      'two newlines',
    );
    expect(read({ ...folder, 'committed/000003.sql': 'select 1;' }).problems[0]?.message).toContain("no 'Previous'");
  });

  it('takes the parts of the migration at work, which have no mark of their own', () => {
    const { migrations } = read({ ...folder, 'current/2-b.sql': '--! no-transaction\nselect 2;', 'current/1.sql': 'select 1;' });
    expect(migrations.slice(2).map(({ id, up }) => [id, up.path, up.execution.refused !== undefined])).toEqual([
      ['000003.sql', 'current/1.sql', false],
      ['000004.sql', 'current/2-b.sql', true],
    ]);
  });

  it('names what it includes, and does not read it', () => {
    const { migrations } = read({ ...folder, 'current.sql': '--!include people.sql\nselect 1;\n' });
    expect(migrations[2]?.up.unread).toMatchObject([{ text: '--!include people.sql', range: { start: { line: 0 } } }]);
  });

  it('puts its mark behind the headers', () => {
    const mark = (text: string) => {
      const found = read(folder).framework.noTransactionMark?.(text, 'up');
      return found?.kind === 'patch'
        ? text.slice(0, found.patch.span.start) + found.patch.newText + text.slice(found.patch.span.end)
        : undefined;
    };
    expect(mark('--! Message: a\n\nselect 1;\n')).toBe('--! Message: a\n\n--! no-transaction\nselect 1;\n');
    expect(mark('--! no-transaction\nselect 1;\n')).toBeUndefined();
  });

  it('knows its placeholders, and nothing else of the settings', () => {
    const settings = `{
  // ":OLD": "x" is gone
  "connectionString": "postgres://me:secret@host/db",
  "placeholders": { ":APP_USER": "app", ":OTHER": "!ENV" },
}`;
    const cut = cutToPlaceholders('../.gmrc', settings);
    expect(cut).toEqual({ path: '../.gmrc#placeholders', text: 'APP_USER=app\n' });
    expect(graphilePlaceholders([cut])).toMatchObject({ APP_USER: 'app' });
    const { migrations } = read({ [cut.path]: cut.text, 'current.sql': 'grant select on people to :APP_USER;' });
    expect(migrations[0]?.up.statements[0]?.sent).toBe('grant select on people to app');
  });

  it('has its files in two folders that belong together', () => {
    expect(folderOf('/shop/migrations/committed/000001-a.sql')).toBe('/shop/migrations');
    expect(folderOf('/shop/migrations/current/001.sql')).toBe('/shop/migrations');
    expect(folderOf('/shop/migrations/current.sql')).toBe('/shop/migrations');
    expect(folderOf('/shop/committed/notes.sql')).toBe('/shop/committed');
  });
});
