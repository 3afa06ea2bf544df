import { type OperationOf, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';
import { wholeTable } from './whole-table';

/** A row of an INSERT with more values than columns, or with fewer than it names. */
export function rowWidth(step: Step, operation: OperationOf<'insert'>): Refusal | undefined {
  const named = operation.columns.length;
  const columns = named > 0 ? named : wholeTable(step.before, operation.table)?.columns.length;
  const row = operation.rows?.find(({ length }) => columns !== undefined && (length > columns || (named > 0 && length < columns)));
  if (row === undefined || columns === undefined) return undefined;
  const of =
    named > 0 ? `but ${named} ${named === 1 ? 'column is' : 'columns are'} named` : `but ${shownName(operation.table)} has ${columns}`;
  return {
    why: `A row has ${row.length} ${row.length === 1 ? 'value' : 'values'}, ${of}`,
    code: '42601',
    help: 'Give each column one value. Name the columns: then the statement means the same after one was added.',
  };
}

export const rowWidthExamples: Examples = {
  bad: [
    {
      title: 'Rows with more or fewer values than columns',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE places (id int PRIMARY KEY, name text, country text);\nALTER TABLE places DROP COLUMN country;\n',
        },
        {
          path: 'V2__u.sql',
          text: "INSERT INTO places (id, name) VALUES (1, 'Berlin', 'DE');\nINSERT INTO places VALUES (1, 'Berlin', 'DE');\nINSERT INTO places (id, name) VALUES (1);\n",
        },
      ],
      findings: [
        { at: "INSERT INTO places (id, name) VALUES (1, 'Berlin', 'DE')", says: 'A row has 3 values, but 2 columns are named' },
        { at: "INSERT INTO places VALUES (1, 'Berlin', 'DE')", says: 'but places has 2: the server refuses this (42601)' },
        { at: 'INSERT INTO places (id, name) VALUES (1)', says: 'A row has 1 value' },
      ],
    },
  ],
  good: [
    {
      title: 'As many as columns, or fewer where none is named',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE places (id int PRIMARY KEY, name text, country text);\n' },
        {
          path: 'V2__u.sql',
          text: "INSERT INTO places VALUES (1, 'Berlin');\nINSERT INTO places VALUES (2, 'Paris', 'FR');\nINSERT INTO places (id) VALUES (3);\nINSERT INTO places (id, name) VALUES (4, DEFAULT), (5, NULL);\n",
        },
      ],
    },
  ],
};
