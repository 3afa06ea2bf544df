import { describe, expect, it } from 'vitest';
import { lastWords } from '../../../src/sandbox/last-words';

describe('what a log says of an end', () => {
  const telling = /ERROR/;
  it.each([
    [['a', 'ERROR b', 'c'], 'ERROR b'],
    [['a', 'b', 'c', 'd'], 'b | c | d'],
    // The first of many is the cause, the last say what came of it.
    [['ERROR 1', 'x', 'ERROR 2', 'ERROR 3', 'ERROR 4'], 'ERROR 1 | ERROR 3 | ERROR 4'],
    [[], ''],
  ])('%j', (lines, expected) => {
    expect(lastWords(lines, telling)).toBe(expected);
  });
});

it('name the end of a server before all that its clients were told', () => {
  const lines = [
    'ERROR: refused',
    'LOG: process 7 was terminated by signal 9: Killed',
    'FATAL: in recovery mode',
    'FATAL: in recovery mode',
  ];
  expect(lastWords(lines, /FATAL|ERROR|terminated by signal/)).toBe(
    'LOG: process 7 was terminated by signal 9: Killed | FATAL: in recovery mode',
  );
});
