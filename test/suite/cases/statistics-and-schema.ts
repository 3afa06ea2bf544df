import type { SuiteCase } from '../case';

export default {
  title: 'A schema that may be there, a table moved into it, statistics on it',
  migration: `
CREATE SCHEMA IF NOT EXISTS shop;
ALTER TABLE IF EXISTS public.orders SET SCHEMA shop;
CREATE STATISTICS IF NOT EXISTS shop.orders_stats (dependencies) ON customer_id, total FROM shop.orders;
`,
  stays: { 1: 'resumable', 2: 'resumable' },
} satisfies SuiteCase;
