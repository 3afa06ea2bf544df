import type { SuiteCase } from '../case';

export default {
  title: 'Rows come by COPY from the file',
  migration: `
CREATE TABLE rates (code char(3) NOT NULL, rate numeric(8,4) NOT NULL);
COPY rates (code, rate) FROM stdin;
EUR	1.0
USD	1.1
\\.
ALTER TABLE rates ADD PRIMARY KEY (code);
`,
  space: [2, 3],
  stays: { 1: 'broken', 2: 'broken' },
} satisfies SuiteCase;
