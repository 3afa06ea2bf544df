import { serialize } from 'pg-protocol';
import { describe, expect, it } from 'vitest';
import { FrameReader } from '../../src/wire/postgres/frames';
import { type ClientAction, RequestReader, wholeFromClient } from '../../src/wire/postgres/requests';

const { query, parse, bind, describe: describeMessage, execute, close, sync, flush, end } = serialize;

/** What comes of messages that a client sends. */
function actionsOf(...messages: readonly Buffer[]): ClientAction[] {
  const frames = new FrameReader({ startup: false, whole: wholeFromClient, greatestWhole: 1000 });
  const requests = new RequestReader();
  return frames.push(Buffer.concat(messages)).flatMap((segment) => requests.accept(segment) ?? []);
}

const total = (buffers: readonly Buffer[]): number => buffers.reduce((sum, { length }) => sum + length, 0);

describe('requests of a client', () => {
  it('is one for a simple query', () => {
    expect(actionsOf(query('SELECT 1'))).toMatchObject([{ kind: 'request', protocol: 'simple', texts: ['SELECT 1'], complete: true }]);
  });

  it('says when a text is longer than what is kept', () => {
    const frames = new FrameReader({ startup: false, whole: wholeFromClient, greatestWhole: 1000 });
    const requests = new RequestReader();
    const bytes = Buffer.concat([query('x'.repeat(5000)), query('next')]);
    const actions = [bytes.subarray(0, 3000), bytes.subarray(3000)].flatMap((chunk) =>
      frames.push(chunk).flatMap((segment) => requests.accept(segment) ?? []),
    );
    expect(actions).toMatchObject([
      { kind: 'request', complete: false, more: true },
      { kind: 'forward' },
      { kind: 'request', texts: ['next'], complete: true },
    ]);
  });

  it('is one for Parse to Sync, and nothing of it is passed on before', () => {
    const messages = [parse({ text: 'SELECT 1' }), bind({}), describeMessage({ type: 'P' }), execute({}), sync()];
    const actions = actionsOf(...messages);
    expect(actions).toMatchObject([{ kind: 'request', protocol: 'extended', texts: ['SELECT 1'], complete: true }]);
    const [only] = actions;
    expect(only?.kind === 'request' && total(only.bytes)).toBe(total(messages));
  });

  it('is none for preparing, and the text is known when it is executed later', () => {
    const actions = actionsOf(
      parse({ name: 'one', text: 'SELECT 1' }),
      describeMessage({ type: 'S', name: 'one' }),
      sync(),
      bind({ statement: 'one', portal: 'p' }),
      execute({ portal: 'p' }),
      sync(),
      close({ type: 'S', name: 'one' }),
      sync(),
    );
    expect(actions.map(({ kind }) => kind)).toEqual(['sync', 'request', 'sync']);
    expect(actions[1]).toMatchObject({ texts: ['SELECT 1'] });
  });

  it('has every statement of a pipeline that ends in one Sync', () => {
    const actions = actionsOf(parse({ text: 'A' }), bind({}), execute({}), parse({ text: 'B' }), bind({}), execute({}), sync());
    expect(actions).toMatchObject([{ kind: 'request', texts: ['A', 'B'] }]);
  });

  it('passes on what was prepared when the client flushes and waits', () => {
    const actions = actionsOf(parse({ text: 'A' }), flush(), bind({}), execute({}), flush(), sync());
    expect(actions.map(({ kind }) => kind)).toEqual(['forward', 'request', 'sync']);
    expect(actions[1]).toMatchObject({ texts: ['A'] });
  });

  it('does not wait for the end of very long parameters', () => {
    const value = 'x'.repeat(3 << 20);
    const actions = actionsOf(parse({ text: 'A' }), bind({ values: [value] }), execute({}), sync());
    expect(actions[0]).toMatchObject({ kind: 'request' });
    const passed = actions.reduce((sum, action) => sum + (action.kind === 'decline' ? 0 : total(action.bytes)), 0);
    expect(passed).toBeGreaterThan(value.length);
    expect(actions.filter(({ kind }) => kind === 'request')).toHaveLength(1);
  });

  it('passes on everything else', () => {
    expect(actionsOf(end()).map(({ kind }) => kind)).toEqual(['forward']);
  });
});
