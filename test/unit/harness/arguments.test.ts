import { describe, expect, it } from 'vitest';
import { parseOrder } from '../../../src/harness/arguments';

describe('what the runner of migrations in code is asked', () => {
  it('is a direction, a framework, an address, files in order, and the history where it is named', () => {
    expect(
      parseOrder(['up', '--framework', 'umzug', '--file', 'a b.js', '--file', 'c.js', '--url', 'mongodb://h:1/d', '--changelog', 'x']),
    ).toEqual({
      direction: 'up',
      framework: 'umzug',
      url: 'mongodb://h:1/d',
      files: ['a b.js', 'c.js'],
      changelog: 'x',
    });
    expect(parseOrder(['down', '--file', 'a.js', '--url', 'u'])).toMatchObject({
      direction: 'down',
      framework: 'migrate-mongo',
      changelog: undefined,
    });
  });

  it.each([
    [[], /^Say what to do: up or down\.$/],
    [['sideways', '--file', 'a', '--url', 'u'], /^Say what to do/],
    [['up', 'again', '--file', 'a', '--url', 'u'], /^Say what to do/],
    [['up', '--framework', 'knex', '--file', 'a', '--url', 'u'], /no framework "knex" here: give migrate-mongo, /],
    [['up', '--file', 'a'], /^Say where/],
    [['up', '--url', 'u'], /^Say what: --file/],
    [['up', '--rm', 'u'], /--rm/],
  ])('%j is told what is missing', (words, message) => {
    expect(() => parseOrder(words)).toThrow(message);
  });
});
