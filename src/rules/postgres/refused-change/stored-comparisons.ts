import { findColumn, findNamed, findTable } from '../../../schema/lookup';
import { type OperationOf, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

/**
 * A CHECK and the condition of an index keep the enum to which their texts in quotes were compared, and are made anew for the new type, for which there is
 * no such comparison (manual, "Operator Type Resolution").
 */
export function comparedAsEnum(step: Step, operation: OperationOf<'alter column type'>): Refusal | undefined {
  const table = findTable(step.before, operation.table);
  const column = findColumn(table, operation.column);
  if (table === undefined || column === undefined || operation.type === column.type) return undefined;
  const [schema, ...rest] = column.type.split('.');
  const name = rest.length === 0 ? { name: column.type } : { name: rest.join('.'), ...(schema !== undefined && { schema }) };
  if (findNamed(step.before.types, name, step.before.searchPath)?.kind !== 'enum') return undefined;
  const goes = (named: string) => step.statement.operations.some((other) => other.kind === 'drop constraint' && other.constraint === named);
  const compared = comparison(column.name);
  const check = table.constraints.find(({ kind, name: own, definition }) => kind === 'check' && !goes(own) && compared.test(definition));
  const index = table.indexes.find(({ definition }) => compared.test(/\bwhere\b(.*)$/is.exec(definition)?.[1] ?? ''));
  const what = check === undefined ? index && `the index ${index.name}` : `the constraint ${check.name}`;
  if (what === undefined) return undefined;
  const drop = check === undefined ? `Drop ${index?.name} before` : `DROP CONSTRAINT ${check.name} in the same ALTER TABLE`;
  return {
    why: `${what[0]?.toUpperCase()}${what.slice(1)} compares ${operation.column} of ${shownName(operation.table)} with values of ${column.type}, and ${operation.type} can't be compared with those`,
    code: '42883',
    help: `${drop}, and make it again for the new type behind${check === undefined ? '.' : ', NOT VALID, to be validated later.'}`,
  };
}

/** The column beside an operator, and a text in quotes behind it, perhaps in a list; nothing where it is cast. */
function comparison(column: string): RegExp {
  const name = `(?<![\\w$"])"?${column.replaceAll(/\W/g, '\\$&')}"?(?![\\w$"]|\\s*::)`;
  return new RegExp(
    `${name}\\s*\\)?\\s*(?:=|<>|!=|<=?|>=?|(?:not\\s+)?in\\s*\\()\\s*(?:any\\s*\\(\\s*array\\s*\\[\\s*)?'(?:[^']|'')*'(?!\\s*::\\s*text)`,
    'i',
  );
}

export const storedComparisonExamples: Examples = {
  bad: [
    {
      title: 'A CHECK and an index that compare with values of the enum that the column had',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('good', 'bad');\nCREATE TABLE a (id bigint PRIMARY KEY, m mood CHECK (m <> 'bad'));\nCREATE TABLE b (id bigint PRIMARY KEY, m mood);\nCREATE INDEX b_good ON b (id) WHERE m IN ('good');\n",
        },
        { path: 'V2__u.sql', text: 'ALTER TABLE a ALTER COLUMN m TYPE text;\nALTER TABLE b ALTER m TYPE varchar(20) USING m::text;\n' },
      ],
      findings: [
        { at: 'ALTER TABLE a ALTER COLUMN m TYPE text', says: 'The constraint a_m_check' },
        { at: 'ALTER TABLE b ALTER m TYPE varchar(20) USING m::text', says: '42883' },
      ],
    },
  ],
  good: [
    {
      title: 'A CHECK on an enum that goes with the type, or that compares it as text',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('good', 'bad');\nCREATE TABLE a (id bigint PRIMARY KEY, m mood CHECK (m <> 'bad'), note text);\nCREATE TABLE b (id bigint PRIMARY KEY, m mood CHECK (m IS NOT NULL AND m::text <> 'bad'));\nCREATE INDEX a_notes ON a (id) WHERE note = 'x' AND m IS NOT NULL;\n",
        },
        {
          path: 'V2__u.sql',
          text: 'ALTER TABLE a DROP CONSTRAINT a_m_check, ALTER COLUMN m TYPE text;\nALTER TABLE b ALTER COLUMN m TYPE text;\n',
        },
      ],
    },
  ],
};
