import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { cellId, faultNames } from '../../../src/model/fault';
import type { CellResult, Simulation } from '../../../src/model/simulation';
import { headline, partialStates, worstCell } from '../../../src/report/assessment';
import { foldRows, impossibleReasons, matrixOf } from '../../../src/report/matrix';
import { plainPalette } from '../../../src/report/palette';
import { simulationHtml } from '../../../src/report/simulation-html';
import { simulationReport } from '../../../src/report/simulation-json';
import { simulationMarkdown } from '../../../src/report/simulation-markdown';
import { simulationPretty } from '../../../src/report/simulation-pretty';
import { brokenCell, load, report, simulation } from './sample';

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
    const loaded = { ...simulation, load: { ...load, blocked: load.blocked.map((wait) => ({ ...wait, relation: 'x'.repeat(90) })) } };
    for (const each of [report, simulationReport([wide], 1), simulationReport([simulation, harmless], 1), simulationReport([loaded], 1)]) {
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

  test('what was not tried is not called harmless', () => {
    const why = 'Statement 1 can be run once on a server.';
    const impossible = {
      ...harmless,
      cells: simulation.cells.map(({ id, point, fault }) => ({ id, point, fault, status: 'impossible', why })),
    };
    const text = simulationPretty(simulationReport([harmless, impossible as Simulation, { ...harmless, cells: [] }], 1), plainPalette);
    expect(text.replace(/\s+/g, ' ')).toContain(`nothing is known about what one leaves. ${why}`);
    expect(text.match(/rolls back/g)).toHaveLength(1);
    expect(text).toMatch(/^· 20260102\S* not tried /m);
    expect(text.trim().split('\n').at(-1)).toContain('; 2 not or not fully tried');
  });

  test.each([
    ['23514', 'check constraint "c" is violated by some row', /generated ones.*--before/],
    ['0A000', 'extension "postgis" is not available', /does not have it: simulate with --image/],
    ['42601', 'syntax error at or near "x"', undefined],
    ['', 'The tool says no.', undefined],
  ])('a failure of its own may be due to the sandbox: %s', (code, message, hint) => {
    const { risk } = headline({ ...simulation, failsByItself: { statement: 2, code, message } });
    const said = `This migration fails by itself at statement 2: ${[code, message].filter(Boolean).join(' ').replace(/\.$/, '')}.`;
    expect(risk.startsWith(said)).toBe(true);
    if (hint === undefined) expect(risk).toBe(said);
    else expect(risk.slice(said.length)).toMatch(hint);
  });

  test('a migration that fails by itself is not counted among those that leave something', () => {
    const failing: Simulation = { ...harmless, failsByItself: { statement: 1, code: '42601', message: 'no' } };
    expect(simulationPretty(simulationReport([harmless, failing], 1), plainPalette).trim()).toMatch(/; 1 fails by itself$/);
  });

  test('says for which tables there are no rows, in every report', () => {
    const unfilled = [{ table: 'public.parts', why: 'it has no partitions' }];
    const given = simulationReport([{ ...simulation, migration: { ...simulation.migration, unfilled } }], 1);
    const told = 'No rows could be made for public.parts (it has no partitions).';
    for (const text of [simulationPretty(given, plainPalette), simulationMarkdown(given), simulationHtml(given)]) {
      expect(text.replace(/\s+/g, ' ')).toContain(told);
    }
    expect(simulationPretty(report, plainPalette)).not.toContain('No rows could be made');
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

test('the headline tells of a finished migration that nothing records and that a retry does once more', () => {
  const [first] = harmless.cells;
  if (first === undefined) throw new Error('The sample has no such cell.');
  const done = (outcome: 'after' | 'differs'): Simulation => {
    const last = { ...first, id: 'lost-ack@after:1', fault: 'lost-ack' as const, point: { kind: 'after' as const, statement: 1 } };
    return { ...harmless, cells: [...harmless.cells, { ...last, verdict: 'complete', retry: { outcome } }] };
  };
  expect(headline(done('after')).risk).toBe('If this fails, nothing is left half done.');
  expect(headline(done('differs')).risk).toBe(
    'If this fails, nothing is left half done. But nothing records that it was run: if it fails after statement 1, running it again changes the database once more.',
  );
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

  test('printed, each partial state is there once, and colours are kept', () => {
    const printed = [...html.matchAll(/<article class="state [^"]*\bprinted\b/g)];
    expect(printed).toHaveLength(partialStates(simulation).length);
    const print = /@media print\{(.*)\}\n/.exec(html)?.[1] ?? '';
    expect(print).toContain('.state.printed');
    expect(print).toContain('print-color-adjust:exact');
    expect(print).not.toMatch(/\.state\{display:block/);
  });
});

test('markdown: nothing of the user turns into markup', () => {
  const evil = { ...simulation, migration: { ...simulation.migration, path: '# <b>[x](y)|`z`' } };
  const text = simulationMarkdown(simulationReport([evil], 1));
  expect(text).toContain('## \\# \\<b\\>\\[x\\](y)\\|\\`z\\`');
  expect(text).toContain('```sql\nDROP INDEX CONCURRENTLY IF EXISTS public.orders_currency_idx;\n```');
});

describe('what an application felt', () => {
  const loaded = simulationReport([{ ...simulation, load }], 1);

  test('is drawn in the terminal under the statements that brought it about', () => {
    const lines = simulationPretty(loaded, plainPalette).split('\n');
    const track = (label: string) => (lines.find((line) => line.startsWith(`  ${label}`)) ?? '').slice(22);
    expect(track('migration').indexOf('4')).toBe(Math.round(0.75 * 58));
    expect([track('read orders').indexOf('▒'), track('read orders').lastIndexOf('▒')]).toEqual([2, 11]);
    expect(track('insert into orders').indexOf('✕')).toBe(Math.round((110 / 120) * 58));
    expect(lines.join(' ').replace(/\s+/g, ' ')).toContain(
      'Insert into orders fails since statement 4 (3 times), and goes on failing when the migration is done: 23502',
    );
  });

  test('is in the HTML report, with what the database said as text', () => {
    const html = simulationHtml(loaded);
    expect(html).toContain('What an application feels');
    expect(html).toMatch(/class="mark wait" style="left:min\(4\.17%,100% - 4px\);width:16\.67%"/);
    expect(html).toContain('not-null constraint &lt;b&gt;');
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:\/\/|javascript:|\son\w+=/i);
  });

  test('is in the runbook: what waits, what fails, and that the application comes first', () => {
    const text = simulationMarkdown(loaded);
    expect(text).toContain('- Read orders: waits 20 ms for statement 1.');
    expect(text).toContain('Deploy an application first that can live with both: insert on orders goes on failing with 23502.');
  });
});

describe('the runbook', () => {
  const check = { title: 'orders has 5 rows', text: 'SELECT count(*)\nFROM orders', expected: '5', passed: false, found: '4' };
  const { recovery } = brokenCell;
  const cell = {
    ...brokenCell,
    dirt: { description: 'two rows alike', table: 'public.orders', rows: 2, text: 'INSERT INTO orders ...' },
    ...(recovery && {
      recovery: {
        ...recovery,
        back: { ...recovery.back, checks: [check] },
        decision: { facts: [{ name: 'Took here', back: '64 ms', forward: '131 ms' }] },
        modes: [{ name: 'invalid index', object: 'x', detail: 'It is not maintained', query: 'SELECT 1' }],
      },
    }),
  };
  const single = simulationReport([{ ...simulation, cells: [cell] }], 1);

  test('tells what is typed on its own server', () => {
    const of = (engine: string) =>
      simulationMarkdown(simulationReport([{ ...simulation, cells: [cell], migration: { ...simulation.migration, engine } }], 1));
    expect(of('postgres')).toContain('pg_create_restore_point');
    expect(of('postgres')).toContain('pg_prepared_xacts');
    for (const engine of ['mysql', 'mariadb']) {
      expect(of(engine)).toContain('XA RECOVER;');
      expect(of(engine)).toContain('information_schema.INNODB_TRX');
      expect(of(engine)).not.toMatch(/\bpg_/);
    }
    const mongodb = of('mongodb');
    for (const words of [
      'mongodump --oplog',
      'killSessions',
      'dropIndex(NAME)',
      'UnknownTransactionCommitResult',
      'w: "majority"',
      'collections that are concerned',
    ])
      expect(mongodb).toContain(words);
    expect(mongodb).toContain('```js\ndb.getSiblingDB("admin").aggregate([{ $currentOp');
    expect(mongodb).not.toMatch(/\bpg_|information_schema|XA RECOVER|prepared transactions/);
  });

  test.each([
    [{ code: '', message: 'read ECONNRESET' }, 'no answer of the server'],
    [{ code: '2', message: 'unknown top level operator: $faultline: command refused on purpose. If you' }, "the statement's own error"],
    [{ code: '2', message: 'BadValue' }, '2'],
  ])('says what clients saw: %o', (error, words) => {
    const text = simulationMarkdown(simulationReport([{ ...simulation, cells: [{ ...cell, error }] }], 1));
    const row = text.split('\n').find((line) => line.startsWith('| State 1'));
    expect(row?.split('|')[2]?.trim()).toBe(words);
  });

  test('has its parts in the order in which they are needed, filled from the cell', () => {
    const text = simulationMarkdown(single);
    const parts = [
      '### Prepare',
      '### Start',
      '### On failure',
      '### State 1',
      '#### Assess and decide',
      '#### Roll back',
      '#### Roll forward',
      '#### Post-recovery',
    ];
    const places = parts.map((part) => text.indexOf(part));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((left, right) => left - right));
    expect(text).toContain('| Took here | 64 ms | 131 ms |');
    expect(text).toContain('- Dirty rows: two rows alike, 2 rows in `public.orders`');
    expect(text).toContain('| orders has 5 rows | `SELECT count(*) FROM orders` | 5 | ✕ |');
    expect(text).toContain('invalid index: x. It is not maintained.');
  });

  test('the same is in the other reports', () => {
    const pretty = simulationPretty(single, plainPalette).replace(/\s+/g, ' ');
    expect(pretty).toContain('Dirty rows two rows alike: 2 rows in public.orders');
    expect(pretty).toContain('Afterwards 0 of 1 checks passed; not: orders has 5 rows.');
    const html = simulationHtml(single);
    for (const part of ['two rows alike', 'must be 5, is 4', 'Took here', 'It is not maintained']) expect(html).toContain(part);
  });

  test('says what to do also where nothing is left behind', () => {
    expect(simulationMarkdown(simulationReport([harmless], 1))).toContain(
      'Whatever strikes, the database ends exactly as before or exactly as after',
    );
  });
});

describe('a matrix with every fault', () => {
  const inside: readonly CellResult[] = simulation.statements.flatMap(({ index }) => [
    { ...brokenCell, id: `deadlock@during:${index}`, fault: 'deadlock', point: { kind: 'during', statement: index } },
    {
      id: `deadlock@before:${index}`,
      fault: 'deadlock',
      point: { kind: 'before', statement: index },
      status: 'impossible',
      why: 'No statement runs.',
    },
  ]);
  const mixed: Simulation = { ...simulation, cells: [...inside, ...simulation.cells] };

  test('gives each fault the points at which it can strike, and says why it has no others', () => {
    expect(matrixOf(mixed).columns.map(({ fault, slots, inside: isInside }) => [fault, slots, isInside])).toEqual([
      ['error', ['before'], false],
      ['disconnect', ['before', 'after'], false],
      ['crash', ['before', 'after'], false],
      ['lost-ack', ['before', 'after'], false],
      ['deadlock', ['during'], true],
    ]);
    expect(impossibleReasons(mixed.cells).find(({ fault }) => fault === 'deadlock')).toEqual({
      fault: 'deadlock',
      why: 'No statement runs.',
      count: 4,
    });
    expect(simulationHtml(simulationReport([mixed], 1))).toContain('No statement runs.');
  });

  test('folds statements of one transaction that end alike', () => {
    const statements = simulation.statements.map((statement) => ({ ...statement, transaction: 1 }));
    const transactions = [{ index: 1, kind: 'framework', statements: [1, 2, 3, 4] }];
    const cells = simulation.cells
      .filter(({ point }) => point.statement !== undefined)
      .map((cell) => ({ ...cell, verdict: 'rolled-back' as const, status: 'done' as const }));
    const together = { ...simulation, statements, transactions, cells };
    expect(foldRows(matrixOf(together), transactions).map(({ row, alike }) => [row.statement?.index, alike])).toEqual([[1, 3]]);
    expect(foldRows(matrixOf(together), simulation.transactions)).toHaveLength(4);
    expect(simulationPretty(simulationReport([{ ...together, failsByItself: { code: '', message: '' } }], 1), plainPalette)).toContain(
      '2 to 4 end like it',
    );
  });
});
