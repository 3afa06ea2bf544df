import type { ObjectName } from '../../../model/operation';
import { findColumn, findTable } from '../../../schema/lookup';
import { type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import { enumOf } from '../relation-names';
import type { Refusal } from './refusal';

type NamesLabel =
  | OperationOf<'add enum value'>
  | OperationOf<'rename enum value'>
  | OperationOf<'set default'>
  | OperationOf<'add column'>
  | OperationOf<'insert'>;

/** A value that an enum type does not have: beside a new one, as a default, or in a row. */
export function unknownLabel(context: RuleContext, step: Step, operation: NamesLabel): Refusal | undefined {
  for (const { type, label, code } of namedLabels(step, operation)) {
    const known = enumOf(step.before, type);
    const labels = known?.labels;
    if (known === undefined || labels === undefined || labels.includes(label) || mayBeAdded(context, label)) continue;
    return {
      why: `Enum ${shownName(type)} has no value '${label}'`,
      code,
      help: `It has ${labels.map((value) => `'${value}'`).join(', ')}. Use one of them, or add '${label}' in a migration before.`,
    };
  }
  return undefined;
}

interface NamedLabel {
  readonly type: ObjectName;
  readonly label: string;
  readonly code: string;
}

function namedLabels(step: Step, operation: NamesLabel): readonly NamedLabel[] {
  switch (operation.kind) {
    case 'add enum value': {
      const { neighbour, type, value, ifNotExists } = operation;
      const isThere = ifNotExists && enumOf(step.before, type)?.labels?.includes(value) === true;
      return neighbour === undefined || isThere ? [] : [{ type, label: neighbour.value, code: '22023' }];
    }
    case 'rename enum value':
      return [{ type: operation.type, label: operation.value, code: '22023' }];
    case 'set default':
      return labelFor(typeOf(step, operation.table, operation.column), operation.default);
    case 'add column':
      return labelFor(typeName(operation.column.type), operation.column.default?.text ?? '');
    case 'insert': {
      const table = findTable(step.before, operation.table);
      if (table === undefined || (operation.columns.length === 0 && table.complete === false)) return [];
      const columns = operation.columns.length > 0 ? operation.columns : table.columns.map(({ name }) => name);
      const types = columns.map((column) => typeOf(step, operation.table, column));
      return (operation.rows ?? []).flatMap((row) => row.flatMap((value, place) => labelFor(types[place], value)));
    }
  }
}

/** Of a constant, also one with a cast to that type. */
function labelFor(type: ObjectName | undefined, value: string): readonly NamedLabel[] {
  const literal = /^'((?:[^']|'')*)'(?:::[\w".]+)?$/.exec(value.trim())?.[1];
  return type === undefined || literal === undefined ? [] : [{ type, label: literal.replaceAll("''", "'"), code: '22P02' }];
}

function typeOf(step: Step, table: ObjectName, column: string): ObjectName | undefined {
  const found = findColumn(findTable(step.before, table), column);
  return found === undefined ? undefined : typeName(found.type);
}

/** Undefined for arrays, whose values are written in another way. */
function typeName(type: string): ObjectName | undefined {
  if (type.endsWith(']')) return undefined;
  const [name = '', schema] = type.replaceAll('"', '').split('.').toReversed();
  return schema === undefined ? { name } : { schema, name };
}

/** By a migration that adds it under a condition, or in a text that is executed. */
function mayBeAdded({ files }: RuleContext, label: string): boolean {
  const literal = label.replaceAll("'", "''").replaceAll(/[^\w]/g, '\\$&');
  return files.some(({ text }) => new RegExp(`\\b(?:add\\s+value(?:\\s+if\\s+not\\s+exists)?|to)\\s+'+${literal}'`, 'i').test(text));
}

export const enumLabelExamples: Examples = {
  bad: [
    {
      title: 'Values that an enum does not have',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE status AS ENUM ('draft', 'paid');\nCREATE TABLE orders (id bigint, status status NOT NULL DEFAULT 'draft');\n",
        },
        {
          path: 'V2__u.sql',
          text: "ALTER TYPE status ADD VALUE 'refunded' AFTER 'payed';\nALTER TYPE status RENAME VALUE 'new' TO 'open';\nALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new';\nALTER TABLE orders ADD COLUMN earlier status DEFAULT 'new'::status;\nINSERT INTO orders (status, id) VALUES ('paid', 1), ('sent', 2);\nINSERT INTO orders VALUES (1, 'Paid');\n",
        },
      ],
      findings: [
        {
          at: "ALTER TYPE status ADD VALUE 'refunded' AFTER 'payed'",
          says: "Enum status has no value 'payed': the server refuses this (22023)",
        },
        { at: "ALTER TYPE status RENAME VALUE 'new' TO 'open'", says: '22023' },
        { at: "ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new'", says: "'draft', 'paid'" },
        { at: "ALTER TABLE orders ADD COLUMN earlier status DEFAULT 'new'::status", says: '22P02' },
        { at: "INSERT INTO orders (status, id) VALUES ('paid', 1), ('sent', 2)", says: "'sent'" },
        { at: "INSERT INTO orders VALUES (1, 'Paid')", says: "'Paid'" },
      ],
    },
  ],
  good: [
    {
      title: 'Values of the enum, of an array of it, of a text, and one that may be there',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE status AS ENUM ('draft', 'paid', 'it''s');\nCREATE TABLE orders (id bigint, status status, past status[], note text);\nDO $$ BEGIN IF current_setting('server_version_num')::int > 100000 THEN EXECUTE 'ALTER TYPE status ADD VALUE ''old'''; END IF; END $$;\n",
        },
        {
          path: 'V2__u.sql',
          text: "INSERT INTO orders VALUES (1, 'paid', '{draft}', 'new'), (2, NULL, DEFAULT, 'x'), (3, 'it''s', NULL, NULL);\nALTER TABLE orders ALTER COLUMN status SET DEFAULT 'draft'::status;\nALTER TABLE orders ALTER COLUMN past SET DEFAULT '{}';\nINSERT INTO orders (id, status) VALUES (4, 'old');\nALTER TYPE status ADD VALUE IF NOT EXISTS 'paid' AFTER 'nothing';\n",
        },
      ],
    },
  ],
};
