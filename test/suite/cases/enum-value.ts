import type { SuiteCase } from '../case';

export default {
  title: 'An enum value can not be dropped, nor added twice',
  modes: ['enum value added'],
  before: `
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, state status NOT NULL DEFAULT 'new');
`,
  migration: `
ALTER TYPE status ADD VALUE 'sent';
ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'sent';
`,
  alone: [1],
  stays: { 1: 'broken' },
} satisfies SuiteCase;
