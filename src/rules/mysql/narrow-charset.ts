import { lastingColumns } from '../columns';
import { operationRange, operationsOf } from '../context';
import type { Rule } from '../rule';

export const narrowCharset: Rule = {
  id: 'narrow-charset',
  title: 'Character set that can not hold all text',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `utf8mb3, which utf8 stands for, has no room for emoji and for many names; latin1 and its kin for most of the world. Text that does not fit is refused in strict mode (1366) and cut off without it. Changing it later copies the table, and joins between columns of different character sets can't use an index.

Use utf8mb4. A key of codes and tokens can be ascii or binary.

Silent for ascii, binary, utf8mb4 and the other sets of all Unicode.`,
  bad: [
    {
      title: 'A table and a column',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE a (id bigint PRIMARY KEY, name varchar(20)) DEFAULT CHARSET=utf8;\nCREATE TABLE b (id bigint PRIMARY KEY, name varchar(20) CHARACTER SET latin1);\n',
        },
      ],
      findings: [
        { at: 'CREATE TABLE a (id bigint PRIMARY KEY, name varchar(20)) DEFAULT CHARSET=utf8', says: 'utf8mb4' },
        { at: 'CREATE TABLE b (id bigint PRIMARY KEY, name varchar(20) CHARACTER SET latin1)', says: 'latin1' },
      ],
    },
  ],
  good: [
    {
      title: 'utf8mb4, and ascii for codes',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE a (id bigint PRIMARY KEY, code char(36) CHARACTER SET ascii) DEFAULT CHARSET=utf8mb4;\n',
        },
      ],
    },
  ],
  check: (context) => {
    const whole = [...operationsOf(context, 'create table'), ...operationsOf(context, 'table options')].map(({ step, operation }) => ({
      step,
      operation,
      charset: operation.options?.charset ?? charsetOf(operation.options?.collation),
    }));
    const converted = operationsOf(context, 'convert charset').map(({ step, operation }) => ({
      step,
      operation,
      charset: operation.charset,
    }));
    const columns = lastingColumns(context).map(({ step, operation, column }) => ({
      step,
      operation,
      charset: column.charset ?? charsetOf(column.collation),
    }));
    const seen = new Set<unknown>();
    return [...whole, ...converted, ...columns].flatMap(({ step, operation, charset }) => {
      if (charset === undefined || !narrow.test(charset) || seen.has(step)) return [];
      seen.add(step);
      return [
        {
          range: operationRange(context, step.statement, operation),
          message: `${charset} can't hold all text: what does not fit is refused (1366), or cut off where strict mode is off, and changing it later copies the table.`,
          help: 'Use utf8mb4; ascii or binary for codes.',
          fixes: [],
        },
      ];
    });
  },
};

const narrow =
  /^(utf8|utf8mb3|latin\d|cp\d+|greek|hebrew|koi8[ru]|sjis|ujis|big5|gb2312|gbk|euckr|swe7|dec8|hp8|macce|macroman|armscii8|geostd8|keybcs2|tis620|ucs2|eucjpms)$/i;

function charsetOf(collation: string | undefined): string | undefined {
  return collation?.split('_', 1)[0];
}
