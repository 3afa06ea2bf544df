import { ownValue } from '../../model/own-value';
import { columnsOf, isTemporary, type NewColumn } from '../columns';
import { operationRange, type RuleContext } from '../context';
import type { Rule, Violation } from '../rule';

export const smallKey: Rule = {
  id: 'small-key',
  title: 'Key that runs out of numbers',
  severity: 'info',
  engines: ['postgres'],
  explanation: `An integer key ends at 2,147,483,647, a smallint at 32,767. Rows that were deleted, inserts that failed and sequences that crashed use numbers up too, so tables far smaller than that reach the end, and then every insert fails. The way from integer to bigint writes the whole table again
under an exclusive lock, or takes the long road of a second column.

Use bigint (bigserial, or bigint GENERATED ... AS IDENTITY) from the start: four more bytes for each row.

Silent for columns that only refer to another table, and for temporary tables.`,
  bad: [
    {
      title: 'serial, identity and integer keys',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE a (id serial PRIMARY KEY);\nCREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (id));\nCREATE TABLE c (id smallint PRIMARY KEY);\n',
        },
      ],
      findings: [
        { at: 'CREATE TABLE a (id serial PRIMARY KEY)', says: '2,147,483,647' },
        { at: 'CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (id))', says: 'bigint' },
        { at: 'CREATE TABLE c (id smallint PRIMARY KEY)', says: '32,767' },
      ],
    },
  ],
  good: [
    {
      title: 'bigint, uuid, and an integer that counts nothing',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE a (id bigserial PRIMARY KEY, n int);\nCREATE TABLE b (id uuid PRIMARY KEY);\nCREATE TABLE c (a_id int REFERENCES a (n), b_id int, PRIMARY KEY (a_id, b_id));\nCREATE TEMP TABLE d (id serial PRIMARY KEY);\n',
        },
      ],
    },
  ],
  operations: {
    'create table': (context, step, operation) => columnsOf(step, operation).flatMap((found) => check(context, found)),
    'add column': (context, step, operation) => columnsOf(step, operation).flatMap((found) => check(context, found)),
  },
};

function check(context: RuleContext, { step, operation, column, isKey }: NewColumn): Violation[] {
  const greatest = ownValue(limits, column.type);
  const counts = column.serial || column.identity !== undefined || isKey;
  if (greatest === undefined || !counts || column.references !== undefined || isTemporary(operation)) return [];
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${column.name} is ${column.type === 'integer' ? 'an integer' : 'a smallint'} that numbers rows: it ends at ${greatest}, and every insert after that fails.`,
      help: `Use ${column.serial ? 'bigserial' : 'bigint'}: changing it later writes the whole table again.`,
      fixes: [],
    },
  ];
}

const limits: Readonly<Record<string, string>> = { integer: '2,147,483,647', smallint: '32,767' };
