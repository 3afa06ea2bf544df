import { findTable } from '../../../schema/lookup';
import { type OperationOf, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

/** A primary key beside the one that the table has. */
export function secondKey(step: Step, operation: OperationOf<'add constraint'> | OperationOf<'add column'>): Refusal | undefined {
  if (operation.kind === 'add constraint' && operation.constraint.kind !== 'primary key') return undefined;
  const table = findTable(step.before, operation.table);
  const key = table?.constraints.find(({ kind }) => kind === 'primary key');
  if (table === undefined || key === undefined) return undefined;
  // A key with the name of the old one is told by name-taken.
  if (operation.kind === 'add constraint' && operation.constraint.name === key.name) return undefined;
  if (operation.kind === 'add column' && operation.ifNotExists && table.columns.some(({ name }) => name === operation.column.name))
    return undefined;
  const goes = step.statement.operations.some(
    (other) =>
      (other.kind === 'drop constraint' && other.constraint === key.name) ||
      (other.kind === 'drop column' && key.columns.includes(other.column)),
  );
  if (goes) return undefined;
  return {
    why: `${shownName(operation.table)} has a primary key already, ${key.name}`,
    code: '42P16',
    help: `Drop ${key.name} in the same ALTER TABLE, or make this one UNIQUE.`,
  };
}

export const secondKeyExamples: Examples = {
  bad: [
    {
      title: 'A second primary key',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, no bigint);\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE users ADD PRIMARY KEY (no);\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD PRIMARY KEY (no)', says: 'users_pkey' }],
    },
    {
      title: 'A second primary key for a copy that has one',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, no bigint);\n' },
        { path: 'V2__u.sql', text: 'CREATE TABLE users_new (LIKE users INCLUDING ALL);\nALTER TABLE users_new ADD PRIMARY KEY (id);\n' },
      ],
      findings: [{ at: 'ALTER TABLE users_new ADD PRIMARY KEY (id)', says: 'users_new_pkey' }],
    },
  ],
  good: [
    {
      title: 'A copy without the indexes of the other table',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, no bigint CHECK (no > 0));\n' },
        {
          path: 'V2__u.sql',
          text: 'CREATE TABLE users_new (LIKE users INCLUDING DEFAULTS INCLUDING CONSTRAINTS);\nALTER TABLE users_new ADD PRIMARY KEY (id), DROP CONSTRAINT users_no_check;\n',
        },
      ],
    },
    {
      title: 'The old key goes in the same statement',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, no bigint NOT NULL);\n' },
        { path: 'V2__u.sql', text: 'ALTER TABLE users DROP CONSTRAINT users_pkey, ADD PRIMARY KEY (no);\n' },
      ],
    },
  ],
};
