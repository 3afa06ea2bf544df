import type { MysqlCase } from '../case';

export default {
  title: 'An event that is off',
  migration: `
CREATE EVENT purge_orders ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM orders WHERE note = 'old';
ALTER TABLE orders ADD COLUMN purged_at datetime;
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
