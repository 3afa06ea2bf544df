import { isTemporary } from '../columns';
import { type OperationOf, operationRange, type RuleContext, type Step } from '../context';
import type { Rule, Violation } from '../rule';

export const discouragedType: Rule = {
  id: 'discouraged-type',
  title: 'Type with a better one beside it',
  severity: 'info',
  engines: ['postgres'],
  explanation: `These types are there for compatibility, and each has a trap that shows when there is data to convert:

- \`timestamp\` without a time zone stores what a clock on some wall showed. Where that wall was is lost, and now() is converted by the setting of each session. \`timestamptz\` stores the moment, in the same eight bytes.
- \`char(n)\` pads with spaces that some operators ignore and others do not, and is no faster than \`text\`.
- \`json\` keeps the text as it came, duplicate keys and all, has no equality operator, so that DISTINCT and UNION fail, and can't be indexed. Use \`jsonb\`.
- \`time with time zone\` keeps an offset without a date, by which nobody can tell whether it is that of summer or of winter. Use \`timestamptz\`, or \`time\` for what a clock shows.
- \`money\` takes its currency and its decimals from a setting of the server. Use \`numeric\` and a column for the currency.

Silent for temporary tables.`,
  bad: [
    {
      title: 'In a new table',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE t (at timestamp NOT NULL, code char(3), body json, price money, due timestamp(3)[]);\n',
        },
      ],
      findings: [
        {
          at: 'CREATE TABLE t (at timestamp NOT NULL, code char(3), body json, price money, due timestamp(3)[]);'.slice(0, -1),
          says: 'timestamptz',
        },
        {
          at: 'CREATE TABLE t (at timestamp NOT NULL, code char(3), body json, price money, due timestamp(3)[]);'.slice(0, -1),
          says: 'pads',
        },
        {
          at: 'CREATE TABLE t (at timestamp NOT NULL, code char(3), body json, price money, due timestamp(3)[]);'.slice(0, -1),
          says: 'jsonb',
        },
        {
          at: 'CREATE TABLE t (at timestamp NOT NULL, code char(3), body json, price money, due timestamp(3)[]);'.slice(0, -1),
          says: 'numeric',
        },
        {
          at: 'CREATE TABLE t (at timestamp NOT NULL, code char(3), body json, price money, due timestamp(3)[]);'.slice(0, -1),
          says: 'due',
        },
      ],
    },
    {
      title: 'A new column, and a change of type',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, body text);\n' },
        {
          path: 'V2__t.sql',
          text: 'ALTER TABLE t ADD COLUMN at timestamp;\nALTER TABLE t ALTER COLUMN body TYPE json USING body::json;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ADD COLUMN at timestamp', says: 'time zone' },
        { at: 'ALTER TABLE t ALTER COLUMN body TYPE json USING body::json', says: 'jsonb' },
      ],
    },
    {
      title: 'A time of day with an offset',
      framework: 'sql',
      majors: [12, 18],
      files: [{ path: '0001_t.sql', text: 'CREATE TABLE t (opens timetz(0), closes time with time zone);\n' }],
      findings: [
        { at: 'CREATE TABLE t (opens timetz(0), closes time with time zone)', says: 'opens' },
        { at: 'CREATE TABLE t (opens timetz(0), closes time with time zone)', says: 'closes' },
      ],
    },
  ],
  good: [
    {
      title: 'The better ones',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE t (at timestamptz, code varchar(3), body jsonb, price numeric(12,2), day date, hour time);\nCREATE TEMP TABLE s (at timestamp);\n',
        },
      ],
    },
  ],
  operations: {
    'create table': (context, step, operation) =>
      isTemporary(operation) ? [] : operation.columns.flatMap(({ name, type }) => check(context, step, operation, name, type)),
    'add column': (context, step, operation) => check(context, step, operation, operation.column.name, operation.column.type),
    'alter column type': (context, step, operation) => check(context, step, operation, operation.column, operation.type),
  },
};

function check(
  context: RuleContext,
  step: Step,
  operation: OperationOf<'create table' | 'add column' | 'alter column type'>,
  column: string,
  type: string,
): Violation[] {
  const found = trapOf.get(/[[(]/.test(type) ? type.replaceAll(/\[\d*\]|\(\d+\)/g, '').trim() : type.trim());
  if (found === undefined) return [];
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${column} is ${type}: ${found.trap}.`,
      help: found.help,
      fixes: [],
    },
  ];
}

const traps: readonly { readonly names: readonly string[]; readonly trap: string; readonly help: string }[] = [
  {
    names: ['timestamp', 'timestamp without time zone'],
    trap: 'it says what a clock showed and not in which time zone, so the moment is lost',
    help: 'Use timestamptz: the same size, and it stores the moment.',
  },
  {
    names: ['char', 'character', 'bpchar'],
    trap: 'it pads every value with spaces, which some operators ignore',
    help: 'Use text, with a CHECK on its length where that matters.',
  },
  { names: ['json'], trap: "it has no equality and can't be indexed, so DISTINCT and UNION over it fail", help: 'Use jsonb.' },
  {
    names: ['time with time zone'],
    trap: 'it keeps an offset without the date on which it would hold',
    help: 'Use timestamptz for a moment, or time for what a clock shows.',
  },
  {
    names: ['money'],
    trap: 'its currency and its decimals come from a setting of the server',
    help: 'Use numeric, and a column for the currency.',
  },
];

const trapOf = new Map(traps.flatMap((trap) => trap.names.map((name) => [name, trap] as const)));
