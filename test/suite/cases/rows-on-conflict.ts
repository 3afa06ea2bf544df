import type { SuiteCase } from '../case';

export default {
  title: 'ON CONFLICT DO NOTHING makes the same insert safe to repeat',
  modes: ['duplicates after a retry'],
  before: `
CREATE TABLE settings (name text PRIMARY KEY, value text);
`,
  migration: `
INSERT INTO settings (name, value) VALUES ('theme', 'dark'), ('lang', 'en') ON CONFLICT (name) DO NOTHING;
CREATE INDEX settings_value_idx ON settings (value);
`,
  dirty: { 2: 'broken forward~' },
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
