import type { SuiteCase } from '../case';

export default {
  title: 'Rows with keys of their own meet themselves in a retry',
  modes: ['duplicates after a retry'],
  before: `
CREATE TABLE settings (name text PRIMARY KEY, value text);
`,
  migration: `
INSERT INTO settings (name, value) VALUES ('theme', 'dark'), ('lang', 'en');
CREATE INDEX settings_value_idx ON settings (value);
`,
  dirty: { 1: 'rolled-back', 2: 'broken forward~' },
  stays: { 1: 'broken' },
} satisfies SuiteCase;
