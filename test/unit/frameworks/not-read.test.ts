import { describe, expect, it } from 'vitest';
import { frameworkByName, notMigration } from '../../../src/frameworks/registry';
import { sql } from '../../../src/frameworks/sql';

describe('a file that was asked for and is no migration', () => {
  it('is code of a tool that is not read: its command can be simulated', () => {
    expect(notMigration('000-users.js', sql, [])).toContain('simulate --command');
    expect(notMigration('README.sql', sql, [])).toContain('is its name right?');
  });

  it('is code whose name the tool does not take', () => {
    const knex = frameworkByName('knex');
    expect(knex && notMigration('helpers.js', knex, [])).toBe('helpers.js is not a migration that knex would run: is its name right?');
  });
});
