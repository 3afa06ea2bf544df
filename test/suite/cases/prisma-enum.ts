import type { SuiteCase } from '../case';

export default {
  title: 'Prisma, one statement that may be repeated',
  modes: ['enum value added'],
  framework: 'prisma',
  before: `
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, state status NOT NULL DEFAULT 'new');
`,
  migration: `
ALTER TYPE status ADD VALUE IF NOT EXISTS 'sent';
`,
  alone: [1],
} satisfies SuiteCase;
