import type { MysqlCase } from '../case';

export default {
  title: 'What is dropped may be gone already',
  migration: `
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS customers;
`,
  stays: { 1: 'resumable back~' },
} satisfies MysqlCase;
