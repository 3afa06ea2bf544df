import type { MysqlCase } from '../case';

export default {
  title: 'A foreign key over rows whose parents may be missing',
  migration: `
ALTER TABLE orders ADD COLUMN referrer_id bigint unsigned;
ALTER TABLE orders ADD COLUMN agent_id bigint unsigned, ADD CONSTRAINT orders_agent_fk FOREIGN KEY (agent_id) REFERENCES customers (id);
`,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
