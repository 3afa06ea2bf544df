import { describe, expect, it } from 'vitest';
import { fromUri, wantedActions } from '../../../src/server/from-lsp';

describe('which actions the editor asks for', () => {
  it.each([
    [undefined, { quickFixes: true, fixAll: false, keepData: true }],
    [['quickfix'], { quickFixes: true, fixAll: false, keepData: false }],
    [['source.fixAll'], { quickFixes: false, fixAll: true, keepData: false }],
    [['source.fixAll.faultline'], { quickFixes: false, fixAll: true, keepData: false }],
    [['source'], { quickFixes: false, fixAll: true, keepData: false }],
    [['source.organizeImports'], { quickFixes: false, fixAll: false, keepData: false }],
    [['source.fixAll.eslint'], { quickFixes: false, fixAll: false, keepData: false }],
    [['refactor'], { quickFixes: false, fixAll: false, keepData: true }],
  ])('%j', (only, wanted) => {
    expect(wantedActions({ diagnostics: [], ...(only === undefined ? {} : { only }) })).toEqual(wanted);
  });
});

describe('paths of documents', () => {
  it('exist for files only', () => {
    expect(fromUri('file:///shop/a%20b.sql')).toBe('/shop/a b.sql');
    expect(fromUri('untitled:Untitled-1')).toBeUndefined();
    expect(fromUri('git:/shop/a.sql?ref')).toBeUndefined();
  });
});
