import { describe, expect, it } from 'vitest';
import { LintCache } from '../../../src/lint/cache';
import { defaultConfiguration } from '../../../src/lint/configuration';
import type { FrameworkName } from '../../../src/model/migration';
import { LineIndex } from '../../../src/parse/lines';
import { allRules } from '../../../src/rules/registry';
import { analyseFolder } from '../../../src/server/analyse-folder';
import type { Analysis } from '../../../src/server/analysis';
import { quickFixes } from '../../../src/server/code-actions';
import { lineAt, suppressionCompletions, typedSuppression } from '../../../src/server/suppression-completions';
import { suppressionHover } from '../../../src/server/suppression-hover';

const open = { versionOf: () => 1 };
const whole = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };

async function analysed(text: string, name = '00002_b.sql', framework?: FrameworkName): Promise<Analysis> {
  const files = [
    { path: '00001_a.sql', text: '-- +goose Up\nCREATE TABLE orders (id bigint, note text);\n-- +goose Down\nDROP TABLE orders;\n' },
    { path: name, text },
  ];
  const own = name.endsWith('.sql') && text.includes('goose') ? files : files.slice(1);
  const configuration = { ...defaultConfiguration, ...(framework !== undefined && { framework }) };
  const folder = await analyseFolder({ folder: '/x', files: own, configuration, paths: [name], cache: new LintCache() });
  const analysis = folder.file(name);
  if (analysis === undefined) throw new Error('no migration');
  return analysis;
}

/** The text with the edit of an action made, and what is selected then. */
function applied(analysis: Analysis, title: string) {
  const action = quickFixes(analysis, whole, open).find((candidate) => candidate.title === title);
  const [change] = action?.edit?.documentChanges ?? [];
  if (change === undefined || !('edits' in change)) throw new Error(`no action ${title}`);
  const text = analysis.files.find(({ path }) => path === analysis.name)?.text ?? '';
  const [edit] = change.edits;
  if (edit === undefined || !('newText' in edit)) throw new Error('no edit');
  const { start, end } = new LineIndex(text).span(edit.range);
  const after = text.slice(0, start) + edit.newText + text.slice(end);
  const selected = action?.command?.arguments?.[1];
  const lines = new LineIndex(after);
  const span = lines.span(selected);
  return { after, selected: after.slice(span.start, span.end) };
}

const marks = '-- +goose NO TRANSACTION\n-- +goose Up\n';
const down = '\n-- +goose Down\nSELECT 1;\n';

describe('ignoring a rule in the whole file', () => {
  it('puts the comment at the top, where it holds, and selects the reason', async () => {
    const analysis = await analysed(`${marks}CREATE INDEX a ON orders (id);\nCREATE INDEX b ON orders (note);${down}`);
    const actions = quickFixes(analysis, whole, open).filter(({ title }) => title === 'Ignore index-not-concurrent in the whole file');
    expect(actions).toHaveLength(1);
    expect(actions[0]?.diagnostics).toHaveLength(2);
    const { after, selected } = applied(analysis, 'Ignore index-not-concurrent in the whole file');
    expect(after.startsWith('-- faultline-ignore-file index-not-concurrent: why this is safe here\n-- +goose')).toBe(true);
    expect(selected).toBe('why this is safe here');
    const rules = (await analysed(after)).report.findings.map(({ rule }) => rule);
    expect(rules).not.toContain('index-not-concurrent');
    expect(rules).not.toContain('unused-suppression');
  });

  it.each([
    ['liquibase', '--liquibase formatted sql\n', '--changeset a:1\nDROP TABLE orders;\n', '2_b.sql', '--'],
    ['sqlx', '-- no-transaction\n', 'DROP TABLE orders;\n', '20240101000000_b.sql', '--'],
    ['a script', '#!/usr/bin/env node\n', "exports.up = (knex) => knex.schema.dropTable('orders');\n", '20240101000000_b.js', '//'],
  ] as const)('leaves the line that must stay the first where it is (%s)', async (kind, first, rest, name, mark) => {
    const framework = kind === 'a script' ? 'knex' : kind;
    const analysis = await analysed(first + rest, name, framework);
    const { after } = applied(analysis, 'Ignore destructive-change in the whole file');
    expect(after).toBe(`${first}${mark} faultline-ignore-file destructive-change: why this is safe here\n${rest}`);
    expect((await analysed(after, name, framework)).report.findings.map(({ rule }) => rule)).not.toContain('destructive-change');
  });

  const change = (dropped: string) =>
    `<databaseChangeLog>\n<changeSet id="1" author="a">\n${dropped}\n</changeSet>\n</databaseChangeLog>\n`;

  it.each([
    ['changelog.xml', '<?xml version="1.0"?>\n', change('  <dropTable tableName="orders"/>'), '<!-- ', ' -->'],
    [
      'changelog.yaml',
      '',
      'databaseChangeLog:\n  - changeSet:\n      id: 1\n      author: a\n      changes:\n        - dropTable: { tableName: orders }\n',
      '# ',
      '',
    ],
  ])('is a comment of the form that a changelog has (%s)', async (name, first, rest, mark, end) => {
    const analysis = await analysed(first + rest, name, 'liquibase');
    const { after, selected } = applied(analysis, 'Ignore destructive-change in the whole file');
    expect(after).toBe(`${first}${mark}faultline-ignore-file destructive-change: why this is safe here${end}\n${rest}`);
    expect(selected).toBe('why this is safe here');
    const here = applied(analysis, 'Ignore this finding here (destructive-change)').after;
    expect(here.split('\n').findIndex((line) => line.includes(`${mark}faultline-ignore destructive-change: why`))).toBe(
      here.split('\n').findIndex((line) => line.includes('dropTable')) - 1,
    );
    for (const silenced of [after, here]) {
      const rules = (await analysed(silenced, name, 'liquibase')).report.findings.map(({ rule }) => rule);
      expect(rules).not.toContain('destructive-change');
      expect(rules).not.toContain('unused-suppression');
    }
  });

  it('is not offered in JSON, which has no comments', async () => {
    const text =
      '{ "databaseChangeLog": [{ "changeSet": { "id": "1", "author": "a", "changes": [{ "dropTable": { "tableName": "b" } }] } }] }';
    const analysis = await analysed(text, 'changelog.json', 'liquibase');
    expect(analysis.report.findings.map(({ rule }) => rule)).toContain('destructive-change');
    expect(quickFixes(analysis, whole, open).filter(({ title }) => title.startsWith('Ignore'))).toEqual([]);
  });

  it('is not offered for a comment that silences nothing: one more would not silence it', async () => {
    const analysis = await analysed(`${marks}-- faultline-ignore no-such-rule: x\nSELECT 1;${down}`);
    expect(analysis.report.findings.map(({ rule }) => rule)).toContain('unused-suppression');
    const titles = quickFixes(analysis, whole, open).map(({ title }) => title);
    expect(titles.filter((title) => title.startsWith('Ignore') && title.includes('unused-suppression'))).toEqual([]);
  });
});

/** What is offered at the mark `|`. */
async function offered(text: string, name?: string) {
  const offset = text.indexOf('|');
  const plain = text.replace('|', '');
  const position = new LineIndex(plain).position(offset);
  const typed = typedSuppression(lineAt(plain, position), position);
  return typed === undefined ? undefined : suppressionCompletions(await analysed(plain, name), typed);
}

describe('completion in a comment that silences rules', () => {
  const after = `\nCREATE INDEX a ON orders (id);\nDROP TABLE orders;${down}`;

  it('offers the rules of the engine, those that find something below first', async () => {
    const items = (await offered(`${marks}-- faultline-ignore |${after}`)) ?? [];
    const labels = items.toSorted((left, right) => ((left.sortText ?? '') < (right.sortText ?? '') ? -1 : 1)).map(({ label }) => label);
    expect(labels.slice(0, 4)).toContain('index-not-concurrent');
    expect(labels.indexOf('destructive-change')).toBeLessThan(labels.indexOf('add-column-rewrite'));
    expect(labels.indexOf('index-not-concurrent')).toBeLessThan(labels.indexOf('destructive-change'));
    expect(labels).not.toContain('algorithm-refused');
    expect(labels).not.toContain('unused-suppression');
    const title = allRules.find(({ id }) => id === 'index-not-concurrent')?.title ?? '';
    expect(items.find(({ label }) => label === 'index-not-concurrent')).toMatchObject({
      documentation: { value: expect.stringContaining(title) },
      labelDetails: { description: 'found here' },
      textEdit: { newText: `index-not-concurrent: $\{1:why this is safe here}` },
    });
  });

  it('replaces the word that it stands in, adds no second reason, and names no rule twice', async () => {
    const items = (await offered(`${marks}-- faultline-ignore destructive-change, index-|not: asked for${after}`)) ?? [];
    const concurrent = items.find(({ label }) => label === 'index-not-concurrent');
    expect(concurrent?.textEdit).toEqual({
      range: { start: { line: 2, character: 40 }, end: { line: 2, character: 49 } },
      newText: 'index-not-concurrent',
    });
    expect(items.map(({ label }) => label)).not.toContain('destructive-change');
  });

  it('leaves what follows alone where nothing was typed', async () => {
    const [item] = (await offered(`${marks}-- faultline-ignore |create index a ON orders (id);\nSELECT 1;${down}`)) ?? [];
    expect(item?.textEdit).toMatchObject({ range: { start: { line: 2, character: 20 }, end: { line: 2, character: 20 } } });
  });

  it('is there for whole files, in code, and for the word itself', async () => {
    expect((await offered(`-- faultline-ignore-file |\n${marks}SELECT 1;${down}`))?.length).toBeGreaterThan(20);
    const code = "exports.up = async (knex) => {\n  // faultline-ignore |\n  await knex.schema.dropTable('orders');\n};\n";
    const items = (await offered(code, '20240101000000_b.js')) ?? [];
    expect(items.find(({ label }) => label === 'destructive-change')?.labelDetails).toEqual({ description: 'found here' });
    expect((await offered(`${marks}-- fault|\nSELECT 1;${down}`))?.map(({ label }) => label)).toEqual([
      'faultline-ignore',
      'faultline-ignore-file',
    ]);
  });

  it('is none in a reason, in another comment and in a statement', async () => {
    for (const line of ['-- faultline-ignore destructive-change: as |', '-- for |', '-- faultline |', 'DROP TABLE faultline-ignore |']) {
      expect(await offered(`${marks}${line}${after}`), line).toBeUndefined();
    }
  });
});

describe('hovering over a rule in a comment', () => {
  it('says what it finds, and links its page', async () => {
    const analysis = await analysed(
      `${marks}-- faultline-ignore destructive-change, squash: asked for destructive-change\nDROP TABLE orders;${down}`,
    );
    const hover = suppressionHover(analysis, { line: 2, character: 25 });
    expect(hover?.range).toEqual({ start: { line: 2, character: 20 }, end: { line: 2, character: 38 } });
    const title = allRules.find(({ id }) => id === 'destructive-change')?.title ?? '';
    expect(hover?.contents).toMatchObject({ value: expect.stringContaining(`**${title}**\n\n\`destructive-change\` · default severity:`) });
    expect(hover?.contents).toMatchObject({ value: expect.stringMatching(/\/docs\/rules\/destructive-change\.md\)$/) });
    expect(suppressionHover(analysis, { line: 2, character: 42 }), 'no such rule').toBeUndefined();
    expect(suppressionHover(analysis, { line: 2, character: 5 })).toBeUndefined();
    expect(suppressionHover(analysis, { line: 3, character: 5 })).toBeUndefined();
  });
});
