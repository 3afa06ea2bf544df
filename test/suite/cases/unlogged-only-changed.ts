import type { SuiteCase } from '../case';

export default {
  title: 'A table that is made UNLOGGED is emptied by a crash; to update it again brings nothing back',
  modes: ['unlogged table after crash'],
  before: `
CREATE TABLE rates (id int PRIMARY KEY, factor int NOT NULL);
INSERT INTO rates SELECT g, g FROM generate_series(1, 20) g;
`,
  migration: `
UPDATE rates SET factor = 7;
ALTER TABLE rates SET UNLOGGED;
`,
  dirty: {},
  stays: { 1: 'resumable back~', 2: 'complete' },
  except: { 'crash@after:2': 'data-lost back~ forward~' },
} satisfies SuiteCase;
