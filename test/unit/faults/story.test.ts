import { describe, expect, it } from 'vitest';
import { faultKind } from '../../../src/faults/kinds/registry';
import { type StoryFacts, tellStory } from '../../../src/faults/story';
import type { FaultName } from '../../../src/model/fault';
import type { Statement } from '../../../src/model/migration';

const place = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
const statements: readonly Statement[] = [
  'ALTER TABLE orders ADD COLUMN currency text',
  'UPDATE orders\n  SET currency = 1',
  'SELECT 1',
].map((text, position) => ({ index: position + 1, text, sent: text, range: place, span: { start: 0, end: 1 }, operations: [] }));

function story(fault: FaultName, facts: Partial<StoryFacts>): string {
  const kind = faultKind(fault);
  if (kind === undefined) throw new Error(fault);
  return tellStory({
    kind,
    point: { kind: 'after', statement: 2 },
    statements,
    completed: 2,
    physical: 'partial',
    frameworkName: 'goose',
    recorded: 'absent',
    retry: { outcome: 'error', error: { code: '42701', message: 'column "currency" already exists.' } },
    held: [],
    ...facts,
  });
}

describe('a story', () => {
  it('says what struck, what stayed, what a retry does, and what is recorded', () => {
    expect(story('crash', {})).toBe(
      'The server crashed after it had finished statement 2 (UPDATE orders SET currency = 1), and the client did not hear of it. ' +
        'Statements 1 to 2 stay; statement 3 is missing. Running it again stops with 42701 column "currency" already exists. ' +
        'goose has recorded nothing and will run the migration again.',
    );
  });

  it('says which statements stayed that had not waited for the one that was interrupted', () => {
    const more = [...statements, ...statements].map((each, position) => ({ ...each, index: position + 1 }));
    const told = (facts: Partial<StoryFacts>) => story('crash', { statements: more, point: { kind: 'during', statement: 2 }, ...facts });
    expect(told({ completed: 1, beyond: [3, 5], commitsOnItsWay: true })).toContain(
      'Statements 1, 3 and 5 stay, and what statement 2 had committed by then; statements 4 and 6 are missing. Statements 3 and 5 did not wait for what was sent before.',
    );
    expect(told({ completed: 0, beyond: [3] })).toContain(
      'Statement 3 stays; statements 1, 2, 4, 5 and 6 are missing. Statement 3 did not wait for what was sent before.',
    );
  });

  it('names what is held, and what a retry does afterwards', () => {
    const told = story('lost-ack', {
      physical: 'before',
      completed: 0,
      held: ['ACCESS EXCLUSIVE on public.orders'],
      retry: { outcome: 'after' },
    });
    expect(told).toContain('holds ACCESS EXCLUSIVE on public.orders until somebody ends it');
    expect(told).toContain('Once the session is ended, running it again completes the migration.');
  });

  it('does not speak of a session where only a prepared transaction is left', () => {
    const told = story('error', {
      physical: 'before',
      completed: 0,
      held: ['ROW EXCLUSIVE on public.a'],
      isPrepared: true,
      retry: { outcome: 'after' },
    });
    expect(told).toContain(
      'A prepared transaction is left, which no session and no restart ends: it holds ROW EXCLUSIVE on public.a until',
    );
    expect(told).toContain('Once it is rolled back, running it again completes the migration.');
    expect(told).not.toContain('The server has not noticed');
  });

  it('says of a refusal what was refused', () => {
    expect(story('error', { point: { kind: 'commit', statement: 3 } })).toMatch(/^The server refused the COMMIT\./);
    expect(story('error', { point: { kind: 'unrecorded' } })).toMatch(/^The server refused the write to the migration history\./);
  });

  it('does not believe a history that is wrong', () => {
    expect(story('disconnect', { recorded: 'applied' })).toContain('goose has recorded it as applied, which is not true.');
  });

  it('says where the server was seen to be, and which rows it stumbled over', () => {
    const seen = story('kill-session', { point: { kind: 'during', statement: 2 }, inside: 'waits for a row of public.orders' });
    expect(seen).toContain('UPDATE orders SET currency = 1). Seen at that moment: the server waits for a row of public.orders.');
    const rows = story('dirty-data', { point: { kind: 'during', statement: 2 }, dirt: 'two rows with the same lower(email)' });
    expect(rows).toMatch(
      /^Rows that were there before the migration broke the statement .* The rows: two rows with the same lower\(email\)\./,
    );
  });

  it('says that a part of a statement stays which commits on its way', () => {
    const facts = { completed: 1, commitsOnItsWay: true } as const;
    expect(story('crash', { ...facts, point: { kind: 'during', statement: 2 } })).toContain(
      'Statement 1 stays, and what statement 2 had committed by then; statement 3 is missing.',
    );
    expect(story('disconnect', { ...facts, completed: 2, point: { kind: 'during', statement: 2 } })).toContain(
      'Statements 1 to 2 stay; statement 3 is missing.',
    );
    expect(story('crash', { ...facts, completed: 0, point: { kind: 'during', statement: 1 } })).toContain(
      'Of the migration stays what statement 1 had committed by then.',
    );
  });

  it('says what a retry did that it was not meant to do', () => {
    const effect = '20 rows of public.orders are written twice';
    expect(story('crash', { retry: { outcome: 'differs', effect } })).toContain(`Running it again reports success, and ${effect}.`);
  });

  it('says that of several migrations in one run the first are recorded', () => {
    expect(story('crash', { recordedInPart: true })).toContain('goose has recorded a part of it and will run the rest again.');
  });
});
