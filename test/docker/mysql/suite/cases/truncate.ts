import type { MysqlCase } from '../case';

export default {
  title: 'A table is emptied and filled again',
  before: `
CREATE TABLE rates (code char(3) NOT NULL PRIMARY KEY, rate decimal(8,4) NOT NULL);
INSERT INTO rates (code, rate) VALUES ('EUR', 0.9), ('CHF', 0.95);
`,
  migration: `
TRUNCATE TABLE rates;
INSERT INTO rates (code, rate) VALUES ('EUR', 1.0), ('USD', 1.1);
`,
  rows: 0,
  stays: { 1: 'resumable back~' },
} satisfies MysqlCase;
