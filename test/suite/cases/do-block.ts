import type { SuiteCase } from '../case';

export default {
  title: 'A DO block without COMMIT: all of it or nothing',
  migration: `
DO $$ BEGIN
  ALTER TABLE orders ADD COLUMN currency text;
  UPDATE orders SET currency = 'EUR';
  ALTER TABLE orders ALTER COLUMN currency SET NOT NULL;
END $$;
CREATE TABLE IF NOT EXISTS audits (id bigint PRIMARY KEY);
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
