import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { cellId, faultNames } from '../../../src/model/fault';
import type { Simulation } from '../../../src/model/simulation';
import { headline, partialStates, worstCell } from '../../../src/report/assessment';
import { matrixOf } from '../../../src/report/matrix';
import { plainPalette } from '../../../src/report/palette';
import { simulationHtml } from '../../../src/report/simulation-html';
import { simulationReport } from '../../../src/report/simulation-json';
import { simulationMarkdown } from '../../../src/report/simulation-markdown';
import { simulationPretty } from '../../../src/report/simulation-pretty';
import { brokenCell, report, simulation } from './sample';

const harmless: Simulation = {
  ...simulation,
  cells: simulation.cells.filter((cell) => cell.verdict === 'rolled-back'),
  summary: { ...simulation.summary, byVerdict: { 'rolled-back': 7 } },
};

describe('pretty', () => {
  test('fits 80 columns, also with every fault there is and statements in wide characters', () => {
    const wide: Simulation = {
      ...simulation,
      statements: simulation.statements.map((statement) => ({ ...statement, text: `${statement.text} /* ${'漢字'.repeat(40)} */` })),
      cells: faultNames.flatMap((fault) =>
        simulation.cells
          .filter((cell) => cell.fault === 'crash')
          .flatMap((cell) => [
            { ...cell, fault, id: cellId(fault, cell.point) },
            ...(cell.point.kind === 'before' ? [{ ...cell, fault, point: { ...cell.point, kind: 'during' as const } }] : []),
          ]),
      ),
    };
    for (const each of [report, simulationReport([wide], 1), simulationReport([simulation, harmless], 1)]) {
      for (const line of simulationPretty(each, plainPalette).split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  test('puts each verdict under its fault', () => {
    const lines = simulationPretty(report, plainPalette).split('\n');
    const head = lines.find((line) => line.includes('disconnect')) ?? '';
    const row = lines.find((line) => line.includes('4 ALTER TABLE')) ?? '';
    const at = head.indexOf('disconnect');
    expect(row.slice(at, at + 'disconnect'.length).trim()).toBe('✕ ◐');
  });

  test('a migration that no failure harms takes one line among others', () => {
    const lines = simulationPretty(simulationReport([harmless, harmless], 1), plainPalette)
      .trim()
      .split('\n');
    expect(lines.filter((line) => line.startsWith('✓ 20260102'))).toHaveLength(2);
    expect(lines.at(-1)).toContain('no failure leaves anything behind');
  });

  test('a cell that was not carried out is named with why', () => {
    const failed = { ...brokenCell, status: 'failed' as const, why: 'the server did not come back' };
    const text = simulationPretty(simulationReport([{ ...simulation, cells: [failed] }], 1), plainPalette);
    expect(text).toContain('crash@after:3 could not be carried out: the server did not come back');
  });
});

test('the worst cell is the one with the worst verdict, and of those the one without proof', () => {
  const lost = { ...brokenCell, id: 'crash@before:2', verdict: 'data-lost' as const };
  expect(worstCell({ cells: [brokenCell, lost] })?.id).toBe(lost.id);
  const recovery = brokenCell.recovery && { ...brokenCell.recovery, back: { ...brokenCell.recovery.back, verified: false } };
  const unproven = { ...brokenCell, id: 'error@before:4', ...(recovery && { recovery }) };
  expect(worstCell({ cells: [brokenCell, unproven] })?.id).toBe(unproven.id);
});

test('the headline claims a way out only for what was verified', () => {
  expect(headline(simulation).wayOut).toMatch(/^Of \d+ partial states, \d+ have a verified way back and \d+ a verified way forward\.$/);
  const only = { ...simulation, cells: [brokenCell] };
  expect(headline(only).wayOut).toBe('The one partial state has a verified way back and a verified way forward.');
  expect(headline(harmless)).toEqual({ risk: 'If this fails, nothing is left behind: fix the cause and run it again.', wayOut: '' });
});

test('cells that were answered by another count as the same partial state', () => {
  const twin = {
    id: 'crash@before:4',
    point: { kind: 'before' as const, statement: 4 },
    fault: 'crash' as const,
    status: 'done' as const,
    sameAs: brokenCell.id,
    verdict: 'broken' as const,
  };
  const states = partialStates({ cells: [brokenCell, twin] });
  expect(states).toHaveLength(1);
  expect(states[0]?.cells.map((cell) => cell.id)).toEqual([brokenCell.id, twin.id]);
});

test('the history row stands before the commit when it is written inside the transaction', () => {
  const statements = simulation.statements.slice(0, 1);
  const cell = (kind: 'unrecorded' | 'commit', statement?: number) => ({
    ...brokenCell,
    id: kind,
    point: { kind, ...(statement === undefined ? {} : { statement }) },
  });
  expect(matrixOf({ statements, cells: [cell('unrecorded'), cell('commit', 1)] }).rows.map((row) => row.kind)).toEqual([
    'statement',
    'unrecorded',
    'commit',
  ]);
  expect(matrixOf({ statements, cells: [cell('commit', 1), cell('unrecorded')] }).rows.map((row) => row.kind)).toEqual([
    'statement',
    'commit',
    'unrecorded',
  ]);
});

describe('html', () => {
  const html = simulationHtml(report);

  test('needs nothing from outside and runs nothing', () => {
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:\/\/|javascript:|\son\w+=/i);
    expect(html).toContain("default-src 'none'");
  });

  test('every link leads to an article, and markup from the database stays text', () => {
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...html.matchAll(/<a class="cell[^>]* href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(20);
    for (const link of links) expect(ids).toContain(link);
    expect(html).toContain('&#39;EUR&#39; &lt;b&gt;&amp;amp;');
  });
});

test('markdown: nothing of the user turns into markup', () => {
  const evil = { ...simulation, migration: { ...simulation.migration, path: '# <b>[x](y)|`z`' } };
  const text = simulationMarkdown(simulationReport([evil], 1));
  expect(text).toContain('## \\# \\<b\\>\\[x\\](y)\\|\\`z\\`');
  expect(text).toContain('```sql\nDROP INDEX CONCURRENTLY IF EXISTS public.orders_currency_idx;\n```');
});
