import { describe, expect, it } from 'vitest';
import { parseFromPanel, parsePanelState } from '../../../src/client/panel/messages';

const choices = { sandbox: 'embedded', engineVersion: '18', rows: 200, seed: 7 };

describe('messages from the panel', () => {
  it.each([
    { kind: 'ready' },
    { kind: 'cancel' },
    { kind: 'export' },
    { kind: 'run', choices },
    { kind: 'run', choices: { ...choices, load: 0 } },
    { kind: 'copy', text: 'DROP INDEX a;' },
    { kind: 'open', text: 'x', language: 'sql', title: 'Step 1' },
    { kind: 'insert-rollback', statements: ['DROP TABLE a;'] },
    { kind: 'reveal', statement: 3 },
    { kind: 'manage-trust' },
    { kind: 'pick-command' },
    { kind: 'run', choices: { ...choices, command: { text: 'npm run migrate', directory: '/shop' }, before: 'staging.sql' } },
  ])('takes $kind as it is', (message) => {
    expect(parseFromPanel(message)).toEqual(message);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'run'],
    ['an unknown kind', { kind: 'eval', text: '1' }],
    ['a run without choices', { kind: 'run' }],
    ['an unknown sandbox', { kind: 'run', choices: { ...choices, sandbox: 'production' } }],
    ['a negative number of rows', { kind: 'run', choices: { ...choices, rows: -1 } }],
    ['a load that is no number', { kind: 'run', choices: { ...choices, load: 'light' } }],
    ['a fractional seed', { kind: 'run', choices: { ...choices, seed: 0.5 } }],
    ['statements that are not texts', { kind: 'insert-rollback', statements: ['a', 1] }],
    ['a command without a directory', { kind: 'run', choices: { ...choices, command: { text: 'npm run migrate' } } }],
    ['an unknown language', { kind: 'open', text: 'x', language: 'html', title: 'y' }],
  ])('refuses %s', (_, message) => {
    expect(parseFromPanel(message)).toBeUndefined();
  });

  it('leaves out what the protocol does not name', () => {
    expect(parseFromPanel({ kind: 'copy', text: 'a', path: '/etc/passwd' })).toEqual({ kind: 'copy', text: 'a' });
  });
});

describe('the state that a panel keeps', () => {
  it('holds the path and the choices', () => {
    expect(parsePanelState({ path: '/a.sql', choices })).toEqual({ path: '/a.sql', choices });
  });
  it('holds the command', () => {
    const state = { path: '/shop', choices: { ...choices, command: { text: 'npm run migrate', directory: '/shop/api' } } };
    expect(parsePanelState({ ...state, selected: 'crash@start' })).toEqual(state);
  });
  it('survives choices of another version', () => {
    expect(parsePanelState({ path: '/a.sql', choices: { sandbox: 'cloud' } })).toEqual({ path: '/a.sql' });
  });
  it('is nothing without a path', () => {
    expect(parsePanelState({ choices })).toBeUndefined();
    expect(parsePanelState(undefined)).toBeUndefined();
  });
});
