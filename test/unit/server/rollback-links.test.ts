import { beforeAll, describe, expect, it } from 'vitest';
import type { TextDocumentEdit } from 'vscode-languageserver';
import { LintCache } from '../../../src/lint/cache';
import { defaultConfiguration } from '../../../src/lint/configuration';
import type { SourceFile } from '../../../src/model/run-protocol';
import { loadParser } from '../../../src/parse/load';
import { analyseFolder } from '../../../src/server/analyse-folder';
import { fixAll } from '../../../src/server/code-actions';
import { codeLenses } from '../../../src/server/code-lens';
import { wantedActions } from '../../../src/server/from-lsp';
import { keepDataAction } from '../../../src/server/keep-data';

beforeAll(loadParser);

async function analyse(files: readonly SourceFile[], name: string) {
  const folder = await analyseFolder({ folder: '/x', files, configuration: defaultConfiguration, paths: [name], cache: new LintCache() });
  const analysis = folder.file(name);
  if (analysis === undefined) throw new Error('no migration');
  return analysis;
}

const open = { versionOf: () => 3 };
const first = { path: '0001_users.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, nick text);\n' };
const whole = { start: { line: 0, character: 0 }, end: { line: 50, character: 0 } };

describe('links between a migration and its rollback', () => {
  it('go from one file to the other, and back', async () => {
    const files = [first, { path: '0001_users.down.sql', text: '-- gone\nDROP TABLE users;\n' }];
    const links = async (name: string) =>
      codeLenses(await analyse(files, name)).flatMap(({ command }) =>
        command?.command === 'faultline.selectRange' ? [[command.title, command.arguments?.[0], command.arguments?.[1].start]] : [],
      );
    expect(await links('0001_users.up.sql')).toEqual([['Its rollback', 'file:///x/0001_users.down.sql', { line: 1, character: 0 }]]);
    expect(await links('0001_users.down.sql')).toEqual([
      ['Rollback of 0001_users.up.sql', 'file:///x/0001_users.up.sql', { line: 0, character: 0 }],
    ]);
  });

  it('go from one block to the other where both stand in one file', async () => {
    const text = '-- migrate:up\nCREATE TABLE t (id int);\n-- migrate:down\nDROP TABLE t;\n';
    const lenses = codeLenses(await analyse([{ path: '1_t.sql', text }], '1_t.sql'));
    expect(
      lenses.map(({ range, command }) => [range.start.line, command?.title]).filter(([, title]) => /ollback/.test(String(title))),
    ).toEqual([
      [1, 'Its rollback'],
      [3, 'Rollback of 1_t.sql'],
    ]);
  });

  it('are not made where there is no rollback', async () => {
    const lenses = codeLenses(await analyse([first], first.path));
    expect(lenses.some(({ command }) => /ollback/.test(command?.title ?? ''))).toBe(false);
  });
});

describe('keeping the data aside', () => {
  const second = { path: '0002_nick.up.sql', text: 'SELECT 1;\nALTER TABLE users DROP COLUMN nick;\n' };

  it('changes the up and makes the down, and is shown before it is done', async () => {
    const analysis = await analyse([first, second], second.path);
    const action = keepDataAction(analysis, { start: { line: 1, character: 3 }, end: { line: 1, character: 3 } }, open);
    expect(action?.title).toBe('Insert rollback, keeping the data aside');
    const annotations = Object.values(action?.edit?.changeAnnotations ?? {});
    expect(annotations).toMatchObject([{ needsConfirmation: true, description: 'Keeps column users.nick, as faultline_kept_nick' }]);
    const edits = (action?.edit?.documentChanges ?? []).filter((part): part is TextDocumentEdit => 'edits' in part);
    expect(edits.flatMap((part) => part.edits.map((edit) => 'annotationId' in edit && edit.annotationId))).toEqual([
      'faultline',
      'faultline',
    ]);
    expect(edits.map((part) => [part.textDocument.uri, part.edits[0] && 'newText' in part.edits[0] ? part.edits[0].newText : ''])).toEqual([
      ['file:///x/0002_nick.up.sql', 'RENAME COLUMN nick TO faultline_kept_'],
      ['file:///x/0002_nick.down.sql', 'ALTER TABLE users RENAME COLUMN faultline_kept_nick TO nick;\n'],
    ]);
  });

  it('is offered only on a statement that destroys something, and not where a rollback is written', async () => {
    const analysis = await analyse([first, second], second.path);
    expect(keepDataAction(analysis, { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } }, open)).toBeUndefined();
    const written = await analyse([first, second, { path: '0002_nick.down.sql', text: 'SELECT 2;\n' }], second.path);
    expect(keepDataAction(written, whole, open)).toBeUndefined();
  });

  it('is asked for as a refactoring', () => {
    expect(wantedActions({ diagnostics: [], only: ['refactor'] })).toEqual({ quickFixes: false, fixAll: false, keepData: true });
    expect(wantedActions({ diagnostics: [], only: ['source.fixAll'] })).toEqual({ quickFixes: false, fixAll: true, keepData: false });
  });
});

describe('fix all', () => {
  it('applies the safe fixes alone', async () => {
    const text =
      '-- migrate:up\nCREATE TABLE a (id bigint PRIMARY KEY, b_id bigint REFERENCES b (id));\nDROP TABLE old;\n\n-- migrate:down\nDROP TABLE a;\n';
    const analysis = await analyse([{ path: '1_a.sql', text }], '1_a.sql');
    const action = fixAll(analysis, open);
    const safe = analysis.report.findings.flatMap((finding) => finding.fixes.filter((fix) => fix.safe));
    expect(action === undefined).toBe(safe.length === 0);
    expect(action?.kind ?? 'source.fixAll.faultline').toBe('source.fixAll.faultline');
    const written = JSON.stringify(action?.edit?.documentChanges ?? []);
    for (const fix of analysis.report.findings.flatMap((finding) => finding.fixes.filter((candidate) => !candidate.safe))) {
      for (const edit of fix.edits) if (edit.newText.length > 12) expect(written).not.toContain(JSON.stringify(edit.newText).slice(1, -1));
    }
  });
});
