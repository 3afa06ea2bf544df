import { describe, expect, it } from 'vitest';
import type { FaultName, PointKind, Verdict } from '../../../src/model/fault';
import type { CellResult } from '../../../src/model/simulation';
import { headlineOf } from '../../../webview/logic/headline';
import { plan, recovery, runOf, simulationOf, statement } from './runs';

const statements = [statement(1, 1), statement(2, 2), statement(3, 3)];
const transactions = [1, 2, 3].map((index) => ({ index, kind: 'autocommit', statements: [index] }));
const proven = recovery(plan(true), plan(true));

type Short = readonly [PointKind, number, Verdict, Partial<CellResult>?, FaultName?];

function headline(cells: readonly Short[]): string {
  const specs = cells.map(([kind, index, verdict, result = {}, fault = 'crash' as const]) => ({
    fault,
    point: kind === 'before' || kind === 'after' || kind === 'commit' ? { kind, statement: index } : { kind },
    verdict,
    result,
  }));
  const { risk, wayOut } = headlineOf(runOf(statements, transactions, specs));
  return `${risk} | ${wayOut}`;
}

describe('the headline', () => {
  it('says that nothing is left when every failure ended before or after', () => {
    expect(
      headline([
        ['before', 1, 'rolled-back'],
        ['after', 1, 'rolled-back'],
      ]),
    ).toBe(
      'If this fails, nothing is left half done: fix the cause and run it again. | All 2 failures ended exactly before the migration.',
    );
    expect(
      headline([
        ['before', 1, 'rolled-back'],
        ['commit', 3, 'complete'],
      ]),
    ).toContain('exactly before or exactly after the migration.');
  });

  it('does not advise to run again what would be done once more', () => {
    const text = headline([
      ['before', 1, 'rolled-back', { retry: { outcome: 'after' } }],
      ['after', 1, 'complete', { retry: { outcome: 'differs' } }],
    ]);
    expect(text).toContain('look whether it is done before you run it again');
    expect(text).not.toContain('fix the cause');
  });

  it('names the first point from which a retry does not help, and the proven ways out', () => {
    expect(
      headline([
        ['before', 1, 'rolled-back'],
        ['after', 1, 'broken', proven],
        ['after', 2, 'broken', proven],
        ['after', 3, 'unrecorded', proven],
      ]),
    ).toBe(
      'If this fails after the first statement, a retry will not repair it. | All 3 partial states have a verified way back and a verified way forward.',
    );
  });

  it('says "may" when some later failures end better', () => {
    expect(
      headline([
        ['after', 1, 'broken', proven],
        ['after', 2, 'rolled-back'],
      ]),
    ).toContain('If this fails after the first statement, a retry may not repair it.');
  });

  it('puts lost data before all else, and tells of retries that only pretend', () => {
    const text = headline([
      ['before', 1, 'blocked', proven],
      ['after', 2, 'false-success', proven],
      ['after', 3, 'data-lost', recovery(plan(false, { loses: 'the old values' }), plan(false))],
    ]);
    expect(text).toContain(
      'If this fails after the last statement, data is lost. A retry even reports success with the job half done (1 cell).',
    );
    expect(text).toContain(
      'Of 3 partial states, 2 have a verified way back and 2 a verified way forward. One way back loses something. One has neither.',
    );
  });

  it('tells the milder ends in their own words', () => {
    expect(headline([['start', 0, 'blocked', proven]])).toContain('If this fails at any point, a retry is refused until');
    expect(headline([['after', 2, 'stuck', proven]])).toContain(
      'If this fails after statement 2, its session stays behind and blocks others.',
    );
    expect(headline([['unrecorded', 0, 'unrecorded', proven]])).toContain(
      'If this fails just before it is recorded, all of it is done but not recorded',
    );
    expect(headline([['after', 1, 'resumable', proven]])).toContain('running it again finishes the job');
  });

  it('counts one state once, however many cells end in it', () => {
    const same = { ...proven, fingerprint: 'f' };
    expect(
      headline([
        ['after', 1, 'broken', same],
        ['before', 2, 'broken', same],
      ]),
    ).toContain('The one partial state has a verified way back and a verified way forward.');
    expect(headline([['after', 1, 'broken', recovery(plan(false), plan(true))]])).toContain(
      'The one partial state has a verified way forward, and none back.',
    );
    expect(headline([['after', 1, 'broken', recovery(plan(false), plan(false))]])).toContain(
      'The one partial state has no verified way out.',
    );
  });

  it('begins with the failure of the migration itself', () => {
    const run = runOf(statements, transactions, [
      { fault: 'crash', point: { kind: 'after', statement: 1 }, verdict: 'broken', result: proven },
    ]);
    const failsByItself = { statement: 3, code: '23505', message: 'duplicate key' };
    const { risk } = headlineOf({ ...run, simulation: simulationOf(run, { failsByItself }) });
    expect(risk).toBe('This migration fails by itself at statement 3, without any fault: 23505 duplicate key.');
  });

  it('claims nothing when nothing was tried', () => {
    expect(headline([])).toContain('nothing is known');
  });
});
