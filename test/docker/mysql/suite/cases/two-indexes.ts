import type { MysqlCase } from '../case';

export default {
  title: 'Two indexes, each in a statement of its own',
  migration: `
CREATE INDEX orders_total ON orders (total);
CREATE INDEX orders_note ON orders (note);
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
