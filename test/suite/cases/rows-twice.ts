import type { SuiteCase } from '../case';

export default {
  title: 'Rows with keys from a sequence are inserted again by a retry',
  modes: ['duplicates after a retry'],
  before: `
CREATE TABLE settings (id bigserial PRIMARY KEY, name text NOT NULL, value text);
`,
  migration: `
INSERT INTO settings (name, value) VALUES ('theme', 'dark'), ('lang', 'en');
CREATE INDEX settings_name_idx ON settings (name);
`,
  dirty: { 2: 'broken forward~' },
  stays: { 1: 'applied-twice' },
} satisfies SuiteCase;
