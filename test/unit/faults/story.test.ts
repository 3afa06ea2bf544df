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

  it('says of a refusal what was refused', () => {
    expect(story('error', { point: { kind: 'commit', statement: 3 } })).toMatch(/^The server refused the COMMIT\./);
    expect(story('error', { point: { kind: 'unrecorded' } })).toMatch(/^The server refused the write to the migration history\./);
  });

  it('does not believe a history that is wrong', () => {
    expect(story('disconnect', { recorded: 'applied' })).toContain('goose has recorded it as applied, which is not true.');
  });
});
