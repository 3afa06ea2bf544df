import type { SuiteCase } from '../case';

export default {
  title: 'A sequence is moved on purpose, before a table is made',
  modes: ['sequence behind'],
  migration: `
ALTER SEQUENCE orders_id_seq RESTART WITH 100000;
CREATE TABLE archive (id bigint PRIMARY KEY);
`,
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
