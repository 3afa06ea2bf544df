import type { MysqlCase } from '../case';

export default {
  title: 'A partition is added, then another',
  before: `
CREATE TABLE logs (id bigint NOT NULL, y int NOT NULL, PRIMARY KEY (id, y)) PARTITION BY RANGE (y) (PARTITION p2026 VALUES LESS THAN (2027));
INSERT INTO logs VALUES (1, 2025), (2, 2026);
`,
  migration: `
ALTER TABLE logs ADD PARTITION (PARTITION p2027 VALUES LESS THAN (2028));
ALTER TABLE logs ADD PARTITION (PARTITION p2028 VALUES LESS THAN (2029));
`,
  rows: 0,
  stays: { 1: 'broken' },
} satisfies MysqlCase;
