import { columnConstraints, namesIn } from '../../../schema/definitions';
import { findTable } from '../../../schema/lookup';
import { type OperationOf, type Step, shownName } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

/** Nothing is stored of a virtual column, so nothing can be built on it (manual, "Generated Columns"). */
export function builtOnVirtual(
  step: Step,
  operation: OperationOf<'create index'> | OperationOf<'add constraint'> | OperationOf<'add column'>,
): Refusal | undefined {
  const { name, texts, what } = usedBy(operation);
  if (texts.length === 0) return undefined;
  const columns = findTable(operation.kind === 'add column' ? step.after : step.before, name)?.columns ?? [];
  const virtual = columns.filter(({ generated }) => generated?.kind === 'virtual').map((column) => column.name);
  if (virtual.length === 0) return undefined;
  const [used] = texts.flatMap((text) => (virtual.includes(text) ? [text] : namesIn(text, virtual)));
  if (used === undefined) return undefined;
  return {
    why: `${shownName(name)}.${used} is a virtual generated column, of which no value is stored, and ${what} can't be over it`,
    code: '0A000',
    help: 'Say STORED where the column is made, or use its expression: an index can be over that.',
  };
}

function usedBy(operation: OperationOf<'create index'> | OperationOf<'add constraint'> | OperationOf<'add column'>) {
  if (operation.kind === 'create index') return { name: operation.index.table, texts: operation.index.keys, what: 'an index' };
  const all = operation.kind === 'add column' ? columnConstraints(operation.column) : [operation.constraint];
  for (const constraint of all) {
    const { kind } = constraint;
    if (kind === 'unique' || kind === 'primary key' || kind === 'foreign key')
      return { name: operation.table, texts: constraint.columns, what: kind === 'unique' ? 'a unique key' : `a ${kind}` };
  }
  return { name: operation.table, texts: [], what: '' };
}

export const virtualExamples: Examples = {
  bad: [
    {
      title: 'An index and keys over virtual generated columns',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE other (id bigint PRIMARY KEY);\nCREATE TABLE t (a bigint, b bigint GENERATED ALWAYS AS (a * 2), c bigint GENERATED ALWAYS AS (a + 1) STORED);\n',
        },
        {
          path: '0002_u.sql',
          text: 'CREATE INDEX CONCURRENTLY ON t (b);\nCREATE INDEX CONCURRENTLY ON t ((b + 1));\nALTER TABLE t ADD CONSTRAINT k UNIQUE (a, b);\nALTER TABLE t ADD FOREIGN KEY (b) REFERENCES other;\nALTER TABLE t ADD COLUMN d bigint GENERATED ALWAYS AS (a) VIRTUAL UNIQUE;\n',
        },
      ],
      findings: [
        { at: 'CREATE INDEX CONCURRENTLY ON t (b)', says: '0A000' },
        { at: 'CREATE INDEX CONCURRENTLY ON t ((b + 1))', says: 't.b is a virtual' },
        { at: 'ALTER TABLE t ADD CONSTRAINT k UNIQUE (a, b)', says: 'a unique' },
        { at: 'ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES other', says: '0A000' },
        { at: 'ALTER TABLE t ADD COLUMN d bigint GENERATED ALWAYS AS (a) VIRTUAL UNIQUE', says: '0A000' },
      ],
    },
  ],
  good: [
    {
      title: 'An index over a stored column, and over the expression of a virtual one',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE t (a bigint, b bigint GENERATED ALWAYS AS (a * 2), c bigint GENERATED ALWAYS AS (a + 1) STORED);\n',
        },
        {
          path: '0002_u.sql',
          text: 'CREATE INDEX CONCURRENTLY ON t (c);\nCREATE INDEX CONCURRENTLY ON t ((a * 2));\nALTER TABLE t ADD CONSTRAINT k UNIQUE (c);\nALTER TABLE t ADD CONSTRAINT n CHECK (b > 0) NOT VALID;\n',
        },
      ],
    },
  ],
};
