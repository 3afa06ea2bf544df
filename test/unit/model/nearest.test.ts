import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../../src/model/nearest';

const names = ['goose', 'dbmate', 'index-not-concurrent', 'index-gap', 'sql', 'sqlx'];

test.each([
  ['gose', 'goose'],
  ['goosee', 'goose'],
  ['gosoe', 'goose'],
  ['doose', 'goose'],
  ['indx-not-concurent', 'index-not-concurrent'],
  ['Index-Gap', 'index-gap'],
  ['sqlc', 'sql'],
])('%s is near %s', (written, meant) => {
  expect(nearest(written, names)).toBe(meant);
});

test('another word is not near', () => {
  for (const written of ['', 'x', 'moss', 'flyway', 'index', 'dbmigrate']) expect(nearest(written, names)).toBeUndefined();
  expect(didYouMean('flyway', names)).toBe('');
  expect(didYouMean('gose', names)).toBe(' Did you mean "goose"?');
});
