import type { Column, Table, Trigger } from '../../../model/catalog';
import { findNamed, findTable } from '../../../schema/lookup';
import { type OperationOf, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

/** A row of an INSERT without a value for a column that is NOT NULL and has no default. A trigger may still give one. */
export function missingValue(step: Step, operation: OperationOf<'insert'>): Refusal | undefined {
  const { rows, columns: named } = operation;
  const table = findTable(step.before, operation.table);
  if (rows === undefined || rows.length === 0 || table === undefined || table.triggers.some(isBeforeInsert) || isPartOfAnother(table))
    return undefined;
  const columns = named.length > 0 ? named : table.columns.slice(0, rows[0]?.length ?? 0).map(({ name }) => name);
  for (const column of table.columns) {
    if (!column.notNull || findNamed(step.before.types, typeName(column), step.before.searchPath)?.kind === 'domain') continue;
    const place = columns.indexOf(column.name);
    const isNull = place >= 0 && rows.some((row) => /^null$/i.test(row[place] ?? ''));
    const isLeftOut = place === -1 && !hasDefault(column) && table.complete !== false;
    if (!isNull && !isLeftOut) continue;
    const shown = `${shownName(operation.table)}.${column.name}`;
    return {
      why: isNull
        ? `${shown} is NOT NULL, and a row has NULL there`
        : `${shown} is NOT NULL and has no default, and these rows leave it out`,
      code: '23502',
      help: isNull ? 'Give a value, or leave the row out.' : `Give ${column.name} a value in each row, or the column a default before.`,
    };
  }
  return undefined;
}

function isBeforeInsert({ definition }: Trigger): boolean {
  return /\bbefore\s[^;]*?\binsert\b[^;]*?\bon\b/i.test(definition);
}

/** What fills a column of a partition or a child may stand with the parent. */
function isPartOfAnother({ partitionOf, inherits }: Table): boolean {
  return partitionOf !== undefined || (inherits?.length ?? 0) > 0;
}

function hasDefault({ default: value, identityKind, generated }: Column): boolean {
  return value !== undefined || identityKind !== undefined || generated !== undefined;
}

function typeName({ type }: Column) {
  const [name = '', schema] = type.replaceAll('"', '').split('.').toReversed();
  return schema === undefined ? { name } : { schema, name };
}

export const requiredValueExamples: Examples = {
  bad: [
    {
      title: 'Rows without what a column requires',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TABLE jobs (id bigserial PRIMARY KEY, state text NOT NULL DEFAULT 'open', weight int NOT NULL);\nCREATE TRIGGER same BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();\n",
        },
        {
          path: 'V2__u.sql',
          text: "INSERT INTO jobs (state) VALUES ('open');\nINSERT INTO jobs (state, weight) VALUES ('open', 1), (NULL, 2);\nINSERT INTO jobs VALUES (1, 'open');\n",
        },
      ],
      findings: [
        { at: "INSERT INTO jobs (state) VALUES ('open')", says: 'jobs.weight is NOT NULL and has no default, and these rows leave it out' },
        {
          at: "INSERT INTO jobs (state, weight) VALUES ('open', 1), (NULL, 2)",
          says: 'a row has NULL there: the server refuses this (23502)',
        },
        { at: "INSERT INTO jobs VALUES (1, 'open')", says: 'jobs.weight' },
      ],
    },
  ],
  good: [
    {
      title: 'Defaults, numbers that the server gives, a domain, a trigger',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE DOMAIN kind AS text DEFAULT 'a';\nCREATE TABLE jobs (id bigserial PRIMARY KEY, no int GENERATED ALWAYS AS IDENTITY, kind kind NOT NULL, state text NOT NULL DEFAULT 'open', twice int GENERATED ALWAYS AS (weight * 2) STORED NOT NULL, weight int NOT NULL, note text);\nCREATE TABLE filled (id int NOT NULL, made timestamptz NOT NULL);\nCREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.made := now(); RETURN NEW; END $$;\nCREATE TRIGGER fill BEFORE INSERT ON filled FOR EACH ROW EXECUTE FUNCTION fill();\n",
        },
        {
          path: 'V2__u.sql',
          text: 'INSERT INTO jobs (weight) VALUES (1);\nINSERT INTO jobs (weight, note, state) VALUES (1, NULL, DEFAULT);\nINSERT INTO filled (id) VALUES (1);\nINSERT INTO jobs (note) SELECT note FROM jobs WHERE false;\n',
        },
      ],
    },
  ],
};
