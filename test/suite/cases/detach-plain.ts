import type { SuiteCase } from '../case';

export default {
  title: 'A partition is detached in a transaction: all of it or nothing',
  before: `
CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE log_2021 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
INSERT INTO log SELECT date '2020-01-01' + g * 20, 'line ' || g FROM generate_series(1, 30) g;
`,
  migration: `
BEGIN;
ALTER TABLE log DETACH PARTITION log_2020;
COMMENT ON TABLE log_2020 IS 'archive';
COMMIT;
`,
  commits: [4],
  alone: [3],
  circles: [2],
} satisfies SuiteCase;
