import type { Column } from '../../../model/catalog';
import type { Fix } from '../../../model/finding';
import { quoteIdentifier } from '../../../parse/postgres/identifiers';
import { findColumn, findTable } from '../../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../../context';
import { insertAt } from '../../edits';
import { onceForFolder } from '../../once';
import type { Examples } from '../../rule';
import { explicitCast, turnsByItself } from './casts';
import type { Refusal } from './refusal';

const hasOwnCasts = onceForFolder((files) => files.some(({ text }) => /\bcreate\s+cast\b/i.test(text)));

/** A type that the column's values, or its default, do not turn into by themselves. */
export function refusedType(context: RuleContext, step: Step, operation: OperationOf<'alter column type'>): Refusal | undefined {
  const column = findColumn(findTable(step.before, operation.table), operation.column);
  if (column === undefined) return undefined;
  const rows = operation.using === undefined && turnsByItself(step.before, column.type, operation.type) === false;
  const keepsDefault = isRefusedDefault(step, operation, column);
  if ((!rows && !keepsDefault) || hasOwnCasts(context)) return undefined;
  const cast = explicitCast(step.before, column.type, operation.type, quoteIdentifier(column.name));
  const using = rows ? cast : undefined;
  const what = rows ? column.name : `The default of ${column.name}`;
  const fix = typeFix(context, step, operation, using, keepsDefault ? column.default : undefined);
  return {
    why: `${what} is ${column.type}, which does not turn into ${operation.type} by itself`,
    code: '42804',
    help: rows
      ? `Say how: USING ${cast ?? `an expression of type ${operation.type}`}.${keepsDefault ? ' Drop the default before, and set the new one behind.' : ''}`
      : 'The rows are converted, and the default is not. Drop the default before, and set the new one behind, in the same ALTER TABLE.',
    ...(fix !== undefined && { fix }),
  };
}

/** Is there a default which stays, and which the new type does not take? */
function isRefusedDefault(step: Step, operation: OperationOf<'alter column type'>, column: Column): boolean {
  const type = column.default === undefined ? undefined : typeOfDefault(column.default, column.type);
  if (type === undefined || turnsByItself(step.before, type, operation.type) !== false) return false;
  return !step.statement.operations.some((other) => other.kind === 'drop default' && other.column === column.name);
}

/**
 * What the default was before it was made the column's type, for that is what has to turn into the new one; undefined where its text does not
 * show it. A text in quotes is of the column's type from the start.
 */
function typeOfDefault(text: string, columnType: string): string | undefined {
  if (/^'(?:[^']|'')*'$/.test(text)) return columnType;
  if (/^-?\d+$/.test(text)) return 'integer';
  if (/^(?:true|false)$/i.test(text)) return 'boolean';
  if (/^nextval\s*\(/i.test(text)) return 'bigint';
  if (/^(?:now\s*\(\s*\)|current_timestamp)$/i.test(text)) return 'timestamp with time zone';
  if (/^gen_random_uuid\s*\(\s*\)$/i.test(text)) return 'uuid';
  return /^'(?:[^']|'')*'::([\w ."]+(?:\(\d+\))?)$/.exec(text)?.[1]?.replaceAll('"', '');
}

function typeFix(
  context: RuleContext,
  step: Step,
  operation: OperationOf<'alter column type'>,
  using: string | undefined,
  defaultText: string | undefined,
): Fix | undefined {
  const { span } = operation;
  if (context.program.rendering !== undefined || span === undefined || (using === undefined && defaultText === undefined)) return undefined;
  const column = quoteIdentifier(operation.column);
  // A text is read by the new type; anything else has to be thought of.
  const literal = defaultText === undefined ? undefined : /^'(?:[^']|'')*'(?=$|::)/.exec(defaultText)?.[0];
  if (defaultText !== undefined && literal === undefined) return undefined;
  const setsDefault = step.statement.operations.some((other) => other.kind === 'set default' && other.column === operation.column);
  const before = literal === undefined ? '' : `ALTER COLUMN ${column} DROP DEFAULT, `;
  const behind = literal === undefined || setsDefault ? '' : `, ALTER COLUMN ${column} SET DEFAULT ${literal}`;
  return {
    title: before === '' ? `Convert by USING ${using}` : 'Drop the default before, and set it again behind',
    safe: false,
    edits: [
      ...(before === '' ? [] : [insertAt(context, span.start, before)]),
      insertAt(context, span.end, `${using === undefined ? '' : ` USING ${using}`}${behind}`),
    ],
  };
}

export const typeExamples: Examples = {
  bad: [
    {
      title: 'Types without a cast of their own, for the rows and for the default',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE t (id bigint PRIMARY KEY, a text, b boolean, m text DEFAULT 'ok', u text[], s varchar(20));\n",
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE t ALTER COLUMN a TYPE integer;\nALTER TABLE t ALTER COLUMN b TYPE integer;\nALTER TABLE t ALTER COLUMN m TYPE mood USING m::mood;\nALTER TABLE t ALTER COLUMN u TYPE uuid[];\nALTER TABLE t ALTER COLUMN s TYPE mood;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ALTER COLUMN a TYPE integer', says: 'a is text, which does not turn into integer' },
        { at: 'ALTER TABLE t ALTER COLUMN b TYPE integer', says: 'b::integer' },
        { at: 'ALTER TABLE t ALTER COLUMN m TYPE mood USING m::mood', says: 'The default of m' },
        { at: 'ALTER TABLE t ALTER COLUMN u TYPE uuid[]', says: '42804' },
        { at: 'ALTER TABLE t ALTER COLUMN s TYPE mood', says: 's::mood' },
      ],
    },
    {
      title: 'Defaults that are calls: a sequence, the clock, a random key',
      framework: 'flyway',
      majors: [13, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id serial PRIMARY KEY, at timestamp DEFAULT now(), key uuid DEFAULT gen_random_uuid());\n',
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE t ALTER COLUMN id TYPE uuid USING gen_random_uuid();\nALTER TABLE t ALTER COLUMN at TYPE bigint USING extract(epoch FROM at);\nALTER TABLE t ALTER COLUMN key TYPE bigint USING 1;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ALTER COLUMN id TYPE uuid USING gen_random_uuid()', says: 'The default of id' },
        { at: 'ALTER TABLE t ALTER COLUMN at TYPE bigint USING extract(epoch FROM at)', says: '42804' },
        { at: 'ALTER TABLE t ALTER COLUMN key TYPE bigint USING 1', says: 'uuid' },
      ],
    },
    {
      title: 'A text with a default becomes a number: rows and default are converted',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE t (id bigint PRIMARY KEY, m varchar(9) NOT NULL DEFAULT '1');\n",
        },
        { path: 'V2__u.sql', text: 'ALTER TABLE t ALTER COLUMN m TYPE integer;\n' },
      ],
      findings: [{ at: 'ALTER TABLE t ALTER COLUMN m TYPE integer', says: '42804' }],
      fixed: [
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE t ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m TYPE integer USING m::integer, ALTER COLUMN m SET DEFAULT '1';\n",
        },
      ],
    },
  ],
  good: [
    {
      title: 'Casts that are there, USING, a default that goes; domains, arrays, enums to text',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE DOMAIN code AS varchar(9);\nCREATE TABLE t (id bigint PRIMARY KEY, a int, b text, m text DEFAULT 'ok', e mood DEFAULT 'ok', c code, u int[], at timestamptz, j json, n text DEFAULT NULL);\n",
        },
        {
          path: 'V2__u.sql',
          text: "ALTER TABLE t ALTER COLUMN a TYPE numeric(10, 2);\nALTER TABLE t ALTER COLUMN b TYPE integer USING length(b);\nALTER TABLE t ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m TYPE mood USING m::mood, ALTER COLUMN m SET DEFAULT 'sad';\nALTER TABLE t ALTER COLUMN e TYPE text;\nALTER TABLE t ALTER COLUMN c TYPE text;\nALTER TABLE t ALTER COLUMN u TYPE bigint[];\nALTER TABLE t ALTER COLUMN at TYPE date;\nALTER TABLE t ALTER COLUMN j TYPE jsonb;\nALTER TABLE t ALTER COLUMN n TYPE integer USING n::integer;\n",
        },
      ],
    },
    {
      title: 'Defaults that are calls and turn into the new type',
      framework: 'flyway',
      majors: [13, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id serial PRIMARY KEY, at timestamp DEFAULT current_timestamp, key uuid DEFAULT gen_random_uuid());\n',
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE t ALTER COLUMN id TYPE text;\nALTER TABLE t ALTER COLUMN at TYPE date;\nALTER TABLE t ALTER COLUMN key TYPE text;\n',
        },
      ],
    },
    {
      title: 'Defaults that were of the new type all along',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE TABLE t (id bigint PRIMARY KEY, a text DEFAULT 0, b text, c text DEFAULT lower('A'), d text DEFAULT 'x');\nALTER TABLE t ALTER COLUMN b SET DEFAULT 'ok'::mood;\nALTER TABLE t ALTER COLUMN d SET DEFAULT NULL;\n",
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE t ALTER COLUMN a TYPE integer USING a::integer;\nALTER TABLE t ALTER COLUMN b TYPE mood USING b::mood;\nALTER TABLE t ALTER COLUMN c TYPE varchar(9);\nALTER TABLE t ALTER COLUMN d TYPE uuid USING d::uuid;\n',
        },
      ],
    },
  ],
};
