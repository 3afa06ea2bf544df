import type { SuiteCase } from '../case';

export default {
  title: 'A default partition takes what fits nowhere; a new one must not overlap it',
  before: `
CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE log_2021 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
INSERT INTO log SELECT date '2020-01-01' + g * 20, 'line ' || g FROM generate_series(1, 30) g;
`,
  migration: `
CREATE TABLE log_rest PARTITION OF log DEFAULT;
CREATE TABLE log_2030 PARTITION OF log FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
`,
  stays: { 1: 'broken' },
} satisfies SuiteCase;
