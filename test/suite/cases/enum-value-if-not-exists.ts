import type { SuiteCase } from '../case';

export default {
  title: 'An enum value that may be there already: a retry goes on',
  modes: ['enum value added'],
  before: `
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, state status NOT NULL DEFAULT 'new');
`,
  migration: `
ALTER TYPE status ADD VALUE IF NOT EXISTS 'sent';
ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'sent';
`,
  alone: [1],
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
