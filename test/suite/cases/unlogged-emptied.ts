import type { SuiteCase } from '../case';

export default {
  title: 'An UNLOGGED table with rows is emptied by a crash, wherever the migration stands',
  modes: ['unlogged table after crash'],
  before: `
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE UNLOGGED TABLE staging (id bigint, note text);
INSERT INTO staging SELECT g, 'row ' || g FROM generate_series(1, 20) g;
`,
  migration: `
CREATE INDEX orders_note_idx ON orders (note);
ALTER TABLE staging ADD COLUMN seen boolean;
`,
  dirty: { 1: 'rolled-back' },
  stays: { 1: 'broken' },
  except: { 'crash@*': 'data-lost back~ forward~' },
} satisfies SuiteCase;
