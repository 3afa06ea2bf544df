import type { SuiteCase } from '../case';

export default {
  title: 'Made LOGGED first, the same table outlives the crash',
  modes: ['unlogged table after crash'],
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE UNLOGGED TABLE staging (id bigint, note text);
INSERT INTO staging SELECT g, 'row ' || g FROM generate_series(1, 20) g;
`,
  migration: `
ALTER TABLE staging SET LOGGED;
ALTER TABLE staging ADD COLUMN seen boolean;
`,
  stays: { 1: 'resumable' },
  except: { 'crash@start..during:1': 'data-lost back~ forward~' },
} satisfies SuiteCase;
