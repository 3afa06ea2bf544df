import type { SuiteCase } from '../case';

export default {
  title: 'A partition is made, filled and attached',
  before: `
CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE log_2021 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
INSERT INTO log SELECT date '2020-01-01' + g * 20, 'line ' || g FROM generate_series(1, 30) g;
`,
  migration: `
CREATE TABLE log_2022 (LIKE log INCLUDING DEFAULTS);
INSERT INTO log_2022 VALUES ('2022-03-01', 'first');
ALTER TABLE log ATTACH PARTITION log_2022 FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
`,
  circles: [3],
  space: [1, 2],
  stays: { 1: 'broken', 2: 'broken' },
} satisfies SuiteCase;
