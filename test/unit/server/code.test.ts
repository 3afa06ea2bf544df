import { describe, expect, it } from 'vitest';
import { LintCache } from '../../../src/lint/cache';
import { defaultConfiguration } from '../../../src/lint/configuration';
import type { Range } from '../../../src/model/text';
import { LineIndex } from '../../../src/parse/lines';
import { analyseFolder } from '../../../src/server/analyse-folder';
import type { Analysis } from '../../../src/server/analysis';
import { quickFixes } from '../../../src/server/code-actions';
import { codeLenses } from '../../../src/server/code-lens';
import { completions } from '../../../src/server/completions';
import { documentSymbols } from '../../../src/server/document-symbols';
import { hoverAt } from '../../../src/server/hover';
import { inlayHints } from '../../../src/server/inlay-hints';

const text = `exports.up = async (knex) => {
  await knex.schema.alterTable('orders', (table) => {
    table.text('note');
    table.dropColumn('total');
  });
  await knex.raw('CREATE INDEX i ON orders (id)');
};

exports.down = (knex) => knex.raw('SELECT 1');
`;
const name = '20240102000000_change.js';
const whole: Range = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };

async function analysed(source = text): Promise<Analysis> {
  const files = [{ path: name, text: source }];
  const folder = await analyseFolder({ folder: '/x', files, configuration: defaultConfiguration, paths: [name], cache: new LintCache() });
  const analysis = folder.file(name);
  if (analysis === undefined) throw new Error('no migration');
  return analysis;
}

function positionOf(part: string) {
  return new LineIndex(text).position(text.indexOf(part) + 1);
}

function shownAt(analysis: Analysis, part: string): string {
  const contents = hoverAt(analysis, positionOf(part))?.contents;
  return typeof contents === 'object' && 'value' in contents ? contents.value : '';
}

describe('a migration in code', () => {
  it('says on hover what is sent, for the part that is pointed at', async () => {
    const analysis = await analysed();
    expect(shownAt(analysis, "table.dropColumn('total')")).toMatch(/alter table "orders" drop column "total"/i);
    expect(shownAt(analysis, "table.dropColumn('total')")).not.toMatch(/note/);
    expect(shownAt(analysis, 'CREATE INDEX')).toMatch(/SHARE on/);
    expect(hoverAt(analysis, { line: 7, character: 0 })).toBeUndefined();
  });

  it('has its lenses above the whole call, not in the middle of a builder', async () => {
    const lenses = codeLenses(await analysed());
    expect(new Set(lenses.map(({ range }) => range.start.line))).toEqual(new Set([1, 8]));
  });

  it('has a hint behind the end of a call', async () => {
    const hints = inlayHints(await analysed(), whole);
    expect(hints.map(({ position }) => position.line)).toEqual([4, 5]);
    expect(hints[1]?.position.character).toBe(text.split('\n')[5]?.length);
    expect(String(hints[0]?.label)).toMatch(/ACCESS EXCLUSIVE on orders/);
  });

  it('says of several statements of one call what VS Code has room for', async () => {
    const labelOf = async (steps: string) => {
      const up = `exports.up = (knex) => knex.schema.alterTable('orders', (table) => {\n  ${steps}\n});\nexports.down = () => {};\n`;
      return inlayHints(await analysed(up), whole)[0]?.label;
    };
    const index = "table.index(['note'], 'i');";
    const foreign = "table.foreign('shop_id').references('shops.id');";
    expect(await labelOf(`table.text('note'); ${index}`)).toBe('ACCESS EXCLUSIVE; SHARE, builds an index');
    expect(await labelOf(`table.text('note'); ${index} ${foreign}`)).toBe('ACCESS EXCLUSIVE on orders; 2 more');
  });

  it('has symbols, a lens that names the tool, and no completions in front of a call', async () => {
    const analysis = await analysed();
    const names = documentSymbols(analysis).flatMap(({ children }) => (children ?? []).map((child) => child.name));
    expect(names.filter((symbol) => symbol.startsWith('CREATE INDEX'))).toHaveLength(1);
    expect(codeLenses(analysis).map(({ command }) => command?.title)).toContain('Simulate failures with knex');
    expect(completions(analysis, { line: 5, character: 0 })).toEqual([]);
  });

  it('is told to ignore a finding above the part of the call that it is about', async () => {
    const analysis = await analysed();
    const drop = positionOf("table.dropColumn('total')");
    const action = quickFixes(analysis, { start: drop, end: drop }, { versionOf: () => 1 }).find(
      ({ title }) => title === 'Ignore this finding here (destructive-change)',
    );
    const [change] = action?.edit?.documentChanges ?? [];
    const edits = change !== undefined && 'edits' in change ? change.edits : [];
    expect(edits).toEqual([
      {
        range: { start: { line: 3, character: 0 }, end: { line: 3, character: 0 } },
        newText: '    // faultline-ignore destructive-change: why this is safe here\n',
      },
    ]);
  });
});
