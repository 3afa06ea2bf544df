import { describe, expect, it } from 'vitest';
import { type EngineName, engineLabel, engineOf, isAtLeast } from '../../../src/model/engine';

describe('engineOf', () => {
  it.each<[EngineName, string | undefined, string | undefined]>([
    ['postgres', undefined, 'PostgreSQL 18'],
    ['postgres', '16.4', 'PostgreSQL 16'],
    ['postgres', 'v12', 'PostgreSQL 12'],
    ['postgres', '11', undefined],
    ['mysql', undefined, 'MySQL 9'],
    ['mysql', '8', 'MySQL 8.4'],
    ['mysql', '8.0.36', 'MySQL 8.0'],
    ['mysql', '8.4', 'MySQL 8.4'],
    ['mysql', '9.7.0', 'MySQL 9'],
    ['mysql', '5.7', undefined],
    ['mariadb', '10', 'MariaDB 10.11'],
    ['mariadb', '10.6.21-MariaDB', 'MariaDB 10.6'],
    ['mariadb', '11.8', 'MariaDB 11'],
    ['mariadb', '10.5', undefined],
    ['mysql', 'newest', undefined],
    ['mysql', '', undefined],
  ])('%s %s is %s', (name, version, label) => {
    const engine = engineOf(name, version);
    expect(engine && engineLabel(engine)).toBe(label);
  });
});

describe('isAtLeast', () => {
  it('compares the minor number as a number, and takes a series without one for its newest release', () => {
    expect(isAtLeast({ name: 'mariadb', major: 10, minor: 11 }, 10, 6)).toBe(true);
    expect(isAtLeast({ name: 'mariadb', major: 10, minor: 6 }, 10, 11)).toBe(false);
    expect(isAtLeast({ name: 'mariadb', major: 11 }, 10, 11)).toBe(true);
    expect(isAtLeast({ name: 'mysql', major: 9 }, 9, 3)).toBe(true);
    expect(isAtLeast({ name: 'mysql', major: 8, minor: 4 }, 9)).toBe(false);
  });
});
