import type { SuiteCase } from '../case';

export default {
  title: 'DETACH PARTITION CONCURRENTLY that is stopped can only be finished',
  modes: ['DETACH PARTITION CONCURRENTLY failed'],
  before: `
CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_2020 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE log_2021 PARTITION OF log FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
INSERT INTO log SELECT date '2020-01-01' + g * 20, 'line ' || g FROM generate_series(1, 30) g;
`,
  migration: `
ALTER TABLE log DETACH PARTITION log_2020 CONCURRENTLY;
COMMENT ON TABLE log_2020 IS 'archive';
`,
  stays: { 1: 'broken' },
  except: { 'kill-session,crash,lock-timeout,statement-timeout,deadlock,disk-full@during:1': 'broken' },
} satisfies SuiteCase;
