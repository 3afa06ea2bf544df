import { relationKey } from '../../model/catalog';
import { ownValue } from '../../model/own-value';
import { quoteQualified } from '../../parse/postgres/identifiers';
import { findColumn, findTable } from '../../schema/lookup';
import { columnsOf, isTemporary, type NewColumn } from '../columns';
import { type OperationOf, operationRange, type RuleContext, type Step } from '../context';
import { insertBehind } from '../edits';
import type { Rule, Violation } from '../rule';

export const smallKey: Rule = {
  id: 'small-key',
  title: 'Key that runs out of numbers',
  severity: 'info',
  engines: ['postgres'],
  explanation: `An integer key ends at 2,147,483,647, a smallint at 32,767. Rows that were deleted, inserts that failed and sequences that crashed use numbers up too, so tables far smaller than that reach the end, and then every insert fails. The way from integer to bigint writes the whole table again
under an exclusive lock, or takes the long road of a second column.

The sequence of a serial column stays an integer when the column becomes bigint; that of an identity column follows it.

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
    {
      title: 'A column made wider, and not its sequence',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE SCHEMA app;\nCREATE TABLE app.t (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY);\n',
        },
        { path: 'V2__w.sql', text: 'ALTER TABLE app.t ALTER COLUMN id TYPE bigint;\nALTER TABLE app.t ALTER COLUMN n TYPE bigint;\n' },
      ],
      findings: [{ at: 'ALTER TABLE app.t ALTER COLUMN id TYPE bigint', says: 't_id_seq still ends at 2,147,483,647' }],
      fixed: [
        {
          path: 'V2__w.sql',
          text: 'ALTER TABLE app.t ALTER COLUMN id TYPE bigint;\nALTER SEQUENCE app.t_id_seq AS bigint;\nALTER TABLE app.t ALTER COLUMN n TYPE bigint;\n',
        },
      ],
    },
  ],
  good: [
    {
      title: 'A column made wider with its sequence',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE SEQUENCE t_id_seq AS int;\nCREATE TABLE t (id int DEFAULT nextval('t_id_seq'), plain int);\nALTER SEQUENCE t_id_seq OWNED BY t.id;\n",
        },
        {
          path: 'V2__w.sql',
          text: 'ALTER TABLE t ALTER COLUMN id TYPE bigint, ALTER COLUMN plain TYPE bigint;\nALTER SEQUENCE t_id_seq AS bigint;\n',
        },
      ],
    },
    {
      title: 'A column made wider that its sequence no longer numbers',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE SEQUENCE t_id_seq AS int;\nCREATE TABLE t (id int DEFAULT nextval('t_id_seq'));\nALTER SEQUENCE t_id_seq OWNED BY t.id;\n",
        },
        { path: 'V2__w.sql', text: 'ALTER TABLE t ALTER COLUMN id DROP DEFAULT;\nALTER TABLE t ALTER COLUMN id TYPE bigint;\n' },
      ],
    },
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
    'alter column type': sequenceLeftSmall,
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

/** ALTER COLUMN TYPE changes the sequence of an identity column, and leaves that of a serial column as it is. */
function sequenceLeftSmall(context: RuleContext, step: Step, operation: OperationOf<'alter column type'>): Violation[] {
  const table = findTable(step.after, operation.table);
  const column = findColumn(table, operation.column);
  if (
    table === undefined ||
    column?.type !== 'bigint' ||
    column.default === undefined ||
    column.identityKind !== undefined ||
    context.program.direction === 'down'
  )
    return [];
  const sequence = context.after.sequences.find(
    ({ ownedBy }) => ownedBy !== undefined && ownedBy.table === relationKey(table) && ownedBy.column === column.name,
  );
  const greatest = sequence === undefined ? undefined : ownValue(limits, sequence.dataType);
  if (sequence === undefined || greatest === undefined) return [];
  const name = quoteQualified(sequence.schema === 'public' ? undefined : sequence.schema, sequence.name);
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${column.name} is bigint now, and the sequence that numbers it is not: ${sequence.name} still ends at ${greatest}, where nextval fails (2200H).`,
      help: `ALTER SEQUENCE ${name} AS bigint.`,
      fixes: [
        {
          title: 'Widen the sequence too',
          safe: false,
          edits: [insertBehind(context, step.statement.span, `\nALTER SEQUENCE ${name} AS bigint;`)],
        },
      ],
    },
  ];
}

const limits: Readonly<Record<string, string>> = { integer: '2,147,483,647', smallint: '32,767' };
