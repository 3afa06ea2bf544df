import type { Table } from '../../model/catalog';
import type { ColumnSpecification, ObjectName } from '../../model/operation';
import { ownValue } from '../../model/own-value';
import { quoteLiteral, quoteQualified } from '../../parse/postgres/identifiers';
import { defaultSchema, findColumn, findIndex, findNamed, findTable } from '../../schema/lookup';
import { sequenceOptions } from '../../schema/sequence-options';
import { type OperationOf, operationRange, type RuleContext, type Step, shownName } from '../context';
import { insertAt } from '../edits';
import { asFrameworkStatement } from '../fixes/statement';
import type { Rule, Violation } from '../rule';
import { relationNamed } from './relation-names';
import { plainColumns } from './unique-keys';

export const hiddenDifference: Rule = {
  id: 'hidden-difference',
  title: 'IF NOT EXISTS passes over something that is different',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `IF NOT EXISTS only looks at the name. When something of that name is there with other columns, another type or other keys, the statement does nothing, says so in a
NOTICE that nobody reads, and the migration counts as applied: from then on the schema is not what the migrations say.

Leave IF NOT EXISTS out, so that the difference is an error, change the object that is there, or check explicitly that it is what you need. The fix inserts such a check.

Silent when what is there is the same, as far as the migrations of the folder show, and when nothing of that name is known.`,
  bad: [
    {
      title: 'A table with other columns, a column of another type',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, age int);\n' },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE users ADD COLUMN IF NOT EXISTS age text;\nCREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, email text);\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE users ADD COLUMN IF NOT EXISTS age text', says: 'integer, not text' },
        { at: 'CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, email text)', says: 'email' },
      ],
      fixed: [
        {
          path: 'V2__u.sql',
          text: `DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'age' AND NOT attisdropped AND format_type(atttypid, atttypmod) <> 'text') THEN
    RAISE EXCEPTION 'users.age is there with another type than text';
  END IF;
END $$;
ALTER TABLE users ADD COLUMN IF NOT EXISTS age text;\nCREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, email text);\n`,
        },
      ],
    },
    {
      title: 'An index of other columns, or of another table',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE a (id bigint PRIMARY KEY, x int, y int);\nCREATE TABLE b (x int);\nCREATE INDEX by_x ON a (x);\nCREATE INDEX by_y ON a (y);\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE INDEX IF NOT EXISTS by_x ON b (x);\nCREATE UNIQUE INDEX IF NOT EXISTS by_y ON a (y);\n',
        },
      ],
      findings: [
        { at: 'CREATE INDEX IF NOT EXISTS by_x ON b (x)', says: 'index of a' },
        { at: 'CREATE UNIQUE INDEX IF NOT EXISTS by_y ON a (y)', says: 'not unique' },
      ],
    },
    {
      title: 'Something else that has the name',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY);\nCREATE VIEW report AS SELECT id FROM t;\nCREATE TABLE daily (id bigint);\nCREATE INDEX number ON t (id);\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE TABLE IF NOT EXISTS report (id bigint);\nCREATE MATERIALIZED VIEW IF NOT EXISTS daily AS SELECT id FROM t;\nCREATE INDEX IF NOT EXISTS daily ON t (id);\nCREATE SEQUENCE IF NOT EXISTS number;\n',
        },
      ],
      findings: [
        { at: 'CREATE TABLE IF NOT EXISTS report (id bigint)', says: 'it is a view' },
        { at: 'CREATE MATERIALIZED VIEW IF NOT EXISTS daily AS SELECT id FROM t', says: 'it is a table' },
        { at: 'CREATE INDEX IF NOT EXISTS daily ON t (id)', says: 'it is a table' },
        { at: 'CREATE SEQUENCE IF NOT EXISTS number', says: 'it is an index' },
      ],
    },
    {
      title: 'A sequence that counts otherwise',
      framework: 'flyway',
      files: [
        { path: 'V1__s.sql', text: 'CREATE SEQUENCE order_no;\nCREATE SEQUENCE ticket_no AS integer;\n' },
        {
          path: 'V2__s.sql',
          text: 'CREATE SEQUENCE IF NOT EXISTS order_no INCREMENT BY 50;\nCREATE SEQUENCE IF NOT EXISTS ticket_no AS bigint;\n',
        },
      ],
      findings: [
        { at: 'CREATE SEQUENCE IF NOT EXISTS order_no INCREMENT BY 50', says: 'by 1, not 50' },
        { at: 'CREATE SEQUENCE IF NOT EXISTS ticket_no AS bigint', says: 'integer, not bigint' },
      ],
    },
  ],
  good: [
    {
      title: 'A sequence that is the same',
      framework: 'flyway',
      files: [
        { path: 'V1__s.sql', text: 'CREATE SEQUENCE s INCREMENT 10 CACHE 5;\n' },
        { path: 'V2__s.sql', text: 'CREATE SEQUENCE IF NOT EXISTS s;\nCREATE SEQUENCE IF NOT EXISTS s INCREMENT BY 10;\n' },
        { path: 'V3__s.sql', text: 'CREATE SEQUENCE IF NOT EXISTS s INCREMENT BY 20;\nALTER SEQUENCE s INCREMENT BY 20;\n' },
      ],
    },
    {
      title: 'Of the same name in another schema of the search path',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__s.sql', text: 'CREATE SEQUENCE s;\nCREATE TABLE t (id bigint PRIMARY KEY);\nCREATE SCHEMA app;\n' },
        {
          path: 'V2__s.sql',
          text: 'SET search_path = app, public;\nCREATE SEQUENCE IF NOT EXISTS s INCREMENT BY 10;\nCREATE TABLE IF NOT EXISTS t (id uuid PRIMARY KEY);\n',
        },
      ],
    },
    {
      title: 'The same, or nothing known',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigserial PRIMARY KEY, age int, name varchar(20));\nCREATE INDEX i ON users (age DESC);\n',
        },
        {
          path: 'V2__u.sql',
          text: 'CREATE TABLE IF NOT EXISTS users (id bigserial PRIMARY KEY, name character varying(20), age integer);\nALTER TABLE users ADD COLUMN IF NOT EXISTS age int4;\nCREATE INDEX IF NOT EXISTS i ON users (age DESC);\nCREATE TABLE IF NOT EXISTS other (id int);\nALTER TABLE unseen ADD COLUMN IF NOT EXISTS a int;\n',
        },
      ],
    },
  ],
  operations: {
    'create table': checkTable,
    'add column': checkColumn,
    'create index': checkIndex,
    'create object': checkObject,
  },
};

/** CREATE looks whether there is one where it would make it, and not in the rest of the search path. */
function placed(step: Step, { schema, name }: ObjectName): ObjectName {
  return { schema: schema ?? step.before.searchPath?.[0] ?? defaultSchema, name };
}

function checkTable(context: RuleContext, step: Step, operation: OperationOf<'create table'>): Violation[] {
  if (!operation.ifNotExists) return [];
  const kind = otherKind(step, operation.table, 'table');
  if (kind !== undefined && operation.persistence !== 'temporary') return [ofOtherKind(context, step, operation, operation.table, kind)];
  const table = findTable(step.before, placed(step, operation.table));
  if (table === undefined || table.complete === false || operation.asQuery || operation.like !== undefined) return [];
  if (operation.partitionOf !== undefined || (operation.inherits ?? []).length > 0 || operation.columns.length === 0) return [];
  const difference = tableDifference(table, operation.columns);
  if (difference === undefined) return [];
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${shownName(operation.table)} is there already, and ${difference}: this does nothing, and the migration counts as applied.`,
      help: 'Leave IF NOT EXISTS out, or change the table that is there with ALTER TABLE.',
      fixes: [],
    },
  ];
}

/** Relations share their names (manual, CREATE TABLE, "Parameters"): IF NOT EXISTS takes a view for the table. */
function otherKind(step: Step, name: ObjectName, wanted: string): string | undefined {
  const kind = relationNamed(step.before, name);
  return kind === wanted ? undefined : kind;
}

function ofOtherKind(
  context: RuleContext,
  step: Step,
  operation: OperationOf<'create table' | 'create index' | 'create object'>,
  name: ObjectName,
  kind: string,
): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: `${shownName(name)} is there already, and it is ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}: this does nothing, and the migration counts as applied.`,
    help: `Choose another name, or drop the ${kind} first.`,
    fixes: [],
  };
}

function tableDifference(table: Table, columns: readonly ColumnSpecification[]): string | undefined {
  for (const column of columns) {
    const known = findColumn(table, column.name);
    if (known === undefined) return `it has no column ${column.name}`;
    if (known.type !== typeOf(column)) return `its column ${column.name} is ${known.type}, not ${typeOf(column)}`;
  }
  const more = table.columns.find(({ name }) => !columns.some((column) => column.name === name));
  // A column that a later migration added is what one expects of a statement that is repeated.
  return more === undefined || columns.length < table.columns.length ? undefined : `it has a column ${more.name}`;
}

const serialTypes: Readonly<Record<string, string>> = {
  serial: 'integer',
  bigserial: 'bigint',
  smallserial: 'smallint',
  serial4: 'integer',
  serial8: 'bigint',
  serial2: 'smallint',
};

function typeOf({ type }: ColumnSpecification): string {
  return ownValue(serialTypes, type.toLowerCase()) ?? type;
}

function checkColumn(context: RuleContext, step: Step, operation: OperationOf<'add column'>): Violation[] {
  const { table, column } = operation;
  const known = operation.ifNotExists ? findColumn(findTable(step.before, table), column.name) : undefined;
  const wanted = typeOf(column);
  if (known === undefined || known.type === wanted) return [];
  const goes = step.statement.operations.some((other) => other.kind === 'drop column' && other.column === column.name);
  if (goes || isChecked(context, step, column.name)) return [];
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${shownName(table)} has a column ${column.name} already, and it is ${known.type}, not ${wanted}: this does nothing, and the migration counts as applied.`,
      help: 'Leave IF NOT EXISTS out, or change the type of the column that is there.',
      fixes: [
        {
          title: 'Check the type of what is there first',
          safe: false,
          edits: [
            insertAt(context, step.statement.span.start, `${asFrameworkStatement(context, typeCheck(table, column.name, wanted))}\n`),
          ],
        },
      ],
    },
  ];
}

/** A block before it looks at what is there and raises an error. */
function isChecked(context: RuleContext, step: Step, column: string): boolean {
  return context.steps.some(
    ({ statement }) =>
      statement.index < step.statement.index &&
      statement.operations.some(
        (operation) =>
          operation.kind === 'do block' && /\braise\s+exception\b/i.test(operation.body) && operation.body.includes(quoteLiteral(column)),
      ),
  );
}

function typeCheck(table: ObjectName, column: string, type: string): string {
  const target = quoteLiteral(quoteQualified(table.schema, table.name));
  return `DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = ${target}::regclass AND attname = ${quoteLiteral(column)} AND NOT attisdropped AND format_type(atttypid, atttypmod) <> ${quoteLiteral(type)}) THEN
    RAISE EXCEPTION ${quoteLiteral(`${shownName(table)}.${column} is there with another type than ${type}`.replaceAll('%', '%%'))};
  END IF;
END $$;`;
}

function checkObject(context: RuleContext, step: Step, operation: OperationOf<'create object'>): Violation[] {
  const { objectKind, object, ifNotExists } = operation;
  if ((objectKind !== 'sequence' && objectKind !== 'materialized view') || !ifNotExists) return [];
  const kind = otherKind(step, object, objectKind);
  if (kind !== undefined) return [ofOtherKind(context, step, operation, object, kind)];
  return objectKind === 'sequence' ? checkSequence(context, step, operation) : [];
}

function checkSequence(context: RuleContext, step: Step, operation: OperationOf<'create object'>): Violation[] {
  const there = findNamed(step.before.sequences, placed(step, operation.object));
  // An ALTER SEQUENCE behind it makes it what is wanted.
  const known = there && context.after.sequences.find(({ identity }) => identity === there.identity);
  // What the text leaves out is taken as it comes.
  const wanted = sequenceOptions(step.statement.sent);
  if (known === undefined) return [];
  const difference =
    wanted.increment !== undefined && Number(wanted.increment) !== Number(known.increment)
      ? `it counts up by ${known.increment}, not ${wanted.increment}`
      : wanted.as !== undefined && wanted.as !== known.dataType
        ? `it is of ${known.dataType}, not ${wanted.as}`
        : undefined;
  if (difference === undefined) return [];
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${shownName(operation.object)} is there already, and ${difference}: this does nothing, and the migration counts as applied.`,
      help: 'Change the sequence that is there: ALTER SEQUENCE.',
      fixes: [],
    },
  ];
}

function checkIndex(context: RuleContext, step: Step, operation: OperationOf<'create index'>): Violation[] {
  const { index } = operation;
  if (!operation.ifNotExists || index.name === undefined) return [];
  const table = findTable(step.before, index.table);
  const schema = table?.schema ?? index.table.schema;
  const kind = table === undefined ? undefined : otherKind(step, { schema: table.schema, name: index.name }, 'index');
  if (kind !== undefined) return [ofOtherKind(context, step, operation, { name: index.name }, kind)];
  const found = findIndex(step.before, { ...(schema !== undefined && { schema }), name: index.name });
  if (found === undefined || table === undefined) return [];
  const difference =
    found.owner.identity !== table.identity ? `it is an index of ${found.owner.name}` : indexDifference(table, found.index, index);
  if (difference === undefined) return [];
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${index.name} is there already, and ${difference}: this does nothing, and the migration counts as applied.`,
      help: 'Choose another name, or drop the index that is there first.',
      fixes: [],
    },
  ];
}

function indexDifference(table: Table, known: Table['indexes'][number], wanted: OperationOf<'create index'>['index']): string | undefined {
  if (known.unique !== wanted.unique) return known.unique ? 'it is unique' : 'it is not unique';
  const [present, asked] = [plainColumns(table, known.keys), plainColumns(table, wanted.keys)];
  if (present === undefined || asked === undefined) return undefined;
  return present.join() === asked.join() ? undefined : `it is over ${present.join(', ')}`;
}
