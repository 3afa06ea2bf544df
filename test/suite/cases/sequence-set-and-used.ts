import type { SuiteCase } from '../case';

export default {
  title: 'A sequence is set by hand, and its numbers are used in the statements behind: they go on from there',
  before: `
CREATE TABLE invoices (id int PRIMARY KEY, note text);
INSERT INTO invoices SELECT g, 'note ' || g FROM generate_series(1, 20) g;
CREATE SEQUENCE invoice_no;
`,
  migration: `
SELECT setval('invoice_no', 5000);
ALTER TABLE invoices ALTER COLUMN id SET DEFAULT nextval('invoice_no');
INSERT INTO invoices (note) VALUES ('a'), ('b');
CREATE TABLE archive (id bigint PRIMARY KEY);
`,
  alone: [1, 4],
  dirty: {},
  stays: { 1: 'rolled-back', 2: 'resumable', 3: 'broken', 4: 'complete' },
  except: { 'statement-timeout@during:1': 'impossible', 'kill-session@during:1': 'impossible', 'crash@during:1': 'impossible' },
} satisfies SuiteCase;
