import type { SuiteCase } from '../case';

export default {
  title: 'A sequence is moved, before a table is made: where a sequence stands is no difference by itself',
  modes: ['sequence behind'],
  migration: `
ALTER SEQUENCE orders_id_seq RESTART WITH 100000;
CREATE TABLE archive (id bigint PRIMARY KEY);
`,
  alone: [1, 2],
  stays: { 1: 'rolled-back' },
} satisfies SuiteCase;
