import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/model/fault';
import type { CellResult } from '../../../src/model/simulation';
import type { PanelSubject, ToPanel } from '../../../src/protocol/panel';
import type { SimulationEvent } from '../../../src/protocol/simulation';
import { progressOf, viewCell, worstCell } from '../../../webview/logic/cells';
import { countCells } from '../../../webview/logic/counts';
import { initialState, type PanelAction, type PanelState, reduce, toRemember } from '../../../webview/logic/panel-state';
import { plan, recovery, runOf, simulationOf, statement } from './runs';

const choices = { sandbox: 'embedded', engineVersion: '18', rows: 100, seed: 1 } as const;
const subject: PanelSubject = {
  path: '/m/1.sql',
  title: '1.sql',
  framework: 'plain SQL',
  engine: 'PostgreSQL 18',
  summary: '',
  sandboxes: [
    { name: 'embedded', label: 'Embedded' },
    { name: 'docker', label: 'Docker', unavailable: 'no daemon' },
  ],
  engineName: 'PostgreSQL',
  engineVersions: ['17', '18'],
  choices,
};
const run = runOf(
  [statement(1, 1)],
  [{ index: 1, kind: 'autocommit', statements: [1] }],
  [
    { fault: 'crash', point: { kind: 'before', statement: 1 }, verdict: 'rolled-back' },
    { fault: 'crash', point: { kind: 'after', statement: 1 }, verdict: 'broken' },
    { fault: 'crash', point: { kind: 'unrecorded' }, sameAs: 'crash@after:1' },
    { fault: 'error', point: { kind: 'start' }, impossible: 'nothing to refuse' },
  ],
);
const { migration, statements, transactions, cells } = run;
const planned: SimulationEvent = { kind: 'planned', migration, statements, transactions, cells };
const cell = (id: string): SimulationEvent => {
  const found = run.results[id];
  if (found === undefined) throw new Error(`no cell ${id}`);
  return { kind: 'cell', cell: found };
};
const events: readonly SimulationEvent[] = [
  { kind: 'phase', phase: 'preparing', detail: 'two tables' },
  planned,
  cell('crash@before:1'),
  cell('crash@after:1'),
];

function stateAfter(messages: readonly (ToPanel | PanelAction)[], from: PanelState = initialState()): PanelState {
  return messages.reduce(reduce, from);
}
const asMessages = (list: readonly SimulationEvent[]): ToPanel[] => list.map((event) => ({ kind: 'event', event }));

describe('the state of the panel', () => {
  it('goes with a configuration that changes, but for what the reader chose', () => {
    const mysql: PanelSubject = {
      ...subject,
      engine: 'MySQL 8.4',
      engineName: 'MySQL',
      engineVersions: ['8.0', '8.4', '9'],
      choices: { ...choices, engineVersion: '8.4', rows: 50 },
    };
    const chosen: PanelAction = { kind: 'choose', choices: { ...choices, engineVersion: '17', seed: 7 } };
    expect(
      stateAfter([
        { kind: 'subject', subject },
        { kind: 'subject', subject: mysql },
      ]).choices,
    ).toEqual(mysql.choices);
    const older = { ...subject, engineVersions: ['16', '17', '18'], choices: { ...choices, engineVersion: '16', rows: 50 } };
    expect(stateAfter([{ kind: 'subject', subject }, chosen, { kind: 'subject', subject: older }]).choices).toEqual({
      ...older.choices,
      engineVersion: '17',
      seed: 7,
    });
  });

  it('goes from waiting to ready to running to finished', () => {
    expect(initialState().stage).toBe('waiting');
    expect(stateAfter([{ kind: 'subject', subject }]).stage).toBe('ready');
    const running = stateAfter([{ kind: 'subject', subject }, { kind: 'run' }, ...asMessages(events.slice(0, 3))]);
    expect([running.stage, running.phase?.detail]).toEqual(['running', 'two tables']);
    expect(running.run && progressOf(running.run)).toEqual({ done: 1, total: 3 });
    const finished = stateAfter(
      asMessages([
        { kind: 'finished', simulation: simulationOf(run) },
        { kind: 'phase', phase: 'done', detail: '' },
      ]),
      running,
    );
    expect(finished.stage).toBe('finished');
    expect(finished.run && countCells(finished.run)).toEqual({
      verdicts: [
        { verdict: 'rolled-back', count: 1 },
        { verdict: 'broken', count: 2 },
      ],
      impossible: 1,
      failed: 0,
      answered: 3,
    });
    expect(finished.run && worstCell(finished.run)?.id).toBe('crash@after:1');
  });

  it('starts anew with a second run, and keeps the chosen cell', () => {
    const state = stateAfter([
      { kind: 'subject', subject },
      ...asMessages(events),
      { kind: 'select', id: 'crash@after:1' },
      { kind: 'run' },
    ]);
    expect([state.run, state.selected, state.stage]).toEqual([undefined, 'crash@after:1', 'running']);
  });

  it('keeps what was done when cancelled, and the message when failed', () => {
    const cancelled = stateAfter([{ kind: 'subject', subject }, ...asMessages(events), { kind: 'cancel' }]);
    expect(cancelled.cancelling).toBe(true);
    const ended = reduce(cancelled, { kind: 'event', event: { kind: 'cancelled' } });
    expect([ended.stage, ended.cancelling, Object.keys(ended.run?.results ?? {}).length]).toEqual(['cancelled', false, 2]);
    const failed = stateAfter(asMessages([{ kind: 'failed', message: 'no disk' }]), cancelled);
    expect([failed.stage, failed.failure?.message]).toEqual(['failed', 'no disk']);
  });

  it('knows that the migration was changed since, until it is run again', () => {
    const finished: (ToPanel | PanelAction)[] = [
      { kind: 'subject', subject },
      ...asMessages([...events, { kind: 'finished', simulation: simulationOf(run) }]),
      { kind: 'outdated', changed: 'migration' },
    ];
    expect(stateAfter(finished).outdated).toBe('migration');
    expect(stateAfter([...finished, { kind: 'subject', subject }]).outdated).toBe('migration');
    expect(stateAfter([...finished, { kind: 'outdated' }]).outdated).toBeUndefined();
    expect(stateAfter([...finished, { kind: 'run' }]).outdated).toBeUndefined();
  });

  it('replaces choices that this machine does not have', () => {
    const wanted = { ...choices, sandbox: 'docker', engineVersion: '12' } as const;
    expect(stateAfter([{ kind: 'subject', subject: { ...subject, choices: wanted } }]).choices).toEqual(choices);
    const kept = stateAfter([
      { kind: 'subject', subject },
      { kind: 'choose', choices: { ...choices, rows: 7 } },
      { kind: 'subject', subject },
    ]);
    expect(kept.choices?.rows).toBe(7);
  });

  it('remembers choices and cell over a reload, for the same migration only', () => {
    const left = stateAfter([
      { kind: 'subject', subject },
      ...asMessages(events),
      { kind: 'choose', choices: { ...choices, rows: 7 } },
      { kind: 'select', id: 'crash@after:1' },
    ]);
    const stored: unknown = JSON.parse(JSON.stringify(toRemember(left)));
    const replay: ToPanel = { kind: 'replay', subject, events };
    const back = reduce(initialState(stored), replay);
    expect([back.stage, back.choices?.rows, back.selected]).toEqual(['running', 7, 'crash@after:1']);
    const other = reduce(initialState(stored), { ...replay, subject: { ...subject, path: '/m/2.sql' } });
    expect([other.choices?.rows, other.selected]).toEqual([100, undefined]);
    // A page that is told everything twice ends the same.
    expect(reduce(back, replay)).toEqual(back);
  });

  it('goes with a configuration that was changed while the window was closed, but for what was chosen', () => {
    const left = stateAfter([
      { kind: 'subject', subject },
      { kind: 'choose', choices: { ...choices, rows: 7 } },
    ]);
    const stored: unknown = JSON.parse(JSON.stringify(toRemember(left)));
    const engineVersion = subject.engineVersions.find((version) => version !== choices.engineVersion) ?? '';
    const now = { ...subject, choices: { ...choices, engineVersion, rows: 9 } };
    expect(reduce(initialState(stored), { kind: 'subject', subject: now }).choices).toEqual({ ...choices, engineVersion, rows: 7 });
  });

  it('ignores what an older version stored', () => {
    for (const stored of [null, 1, 'x', {}, { path: 1, choices }, { path: '/m/1.sql', choices: { rows: 'many' } }]) {
      expect(initialState(stored)).toEqual({ stage: 'waiting', cancelling: false });
    }
  });

  it('does not wait for a run that was refused', () => {
    const state = stateAfter([
      { kind: 'subject', subject },
      { kind: 'run' },
      { kind: 'subject', subject: { ...subject, restricted: 'Trust it.' } },
    ]);
    expect(state.stage).toBe('ready');
  });
});

describe('the worst cell', () => {
  const at = (index: number, verdict: Verdict, result: Partial<CellResult> = {}) => ({
    fault: 'crash' as const,
    point: { kind: 'after' as const, statement: index },
    verdict,
    result,
  });
  const worst = (...specs: ReturnType<typeof at>[]) => worstCell(runOf([], [], specs))?.id;
  const change = { kind: 'index', name: 'i', change: 'added', detail: '' } as const;

  it('has the worst verdict, then the weakest proof, then the most differences', () => {
    expect(worst(at(1, 'resumable'), at(2, 'broken'), at(3, 'rolled-back'))).toBe('crash@after:2');
    expect(worst(at(1, 'broken', recovery(plan(true), plan(true))), at(2, 'broken', recovery(plan(true), plan(false))))).toBe(
      'crash@after:2',
    );
    expect(worst(at(1, 'broken'), at(2, 'broken', { differsFromBefore: [change] }))).toBe('crash@after:2');
    expect(worst(at(1, 'broken'), at(2, 'broken'))).toBe('crash@after:1');
    expect(worst(at(1, 'rolled-back'), at(2, 'complete'))).toBeUndefined();
  });
});

describe('a cell', () => {
  it('that was collapsed shows the result of the one that ran', () => {
    const collapsed = cells.find(({ id }) => id === 'crash@unrecorded');
    expect(collapsed && viewCell(run, collapsed)).toMatchObject({ kind: 'done', verdict: 'broken' });
  });

  it('that could not be carried out is never shown as a result', () => {
    const failed = {
      id: 'crash@after:1',
      point: { kind: 'after', statement: 1 },
      fault: 'crash',
      status: 'failed',
      why: 'no answer',
      verdict: 'broken',
    } as const;
    const [, second] = cells;
    expect(second && viewCell({ ...run, results: { [failed.id]: failed } }, second)).toMatchObject({ kind: 'failed', why: 'no answer' });
  });
});
