import type { Fix } from '../../../model/finding';
import type { ObjectName } from '../../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../../parse/postgres/identifiers';
import { findTable } from '../../../schema/lookup';
import { isInUse, type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import { runOutside } from '../../fixes/outside';
import { lockEnd } from '../../phrases';
import type { Examples, Violation } from '../../rule';
import { builtName } from '../concurrent-index';
import { outside, violation } from './violation';

/** A constraint that builds an index: UNIQUE, PRIMARY KEY, EXCLUDE. */
export function checkConstraint(context: RuleContext, step: Step, operation: OperationOf<'add constraint'>): Violation[] {
  const { constraint, table } = operation;
  if (constraint.kind === 'exclude') {
    if (!isInUse(context, step, table)) return [];
    return [violation(context, step, operation, buildsUnderLock(context, step, table), excludeHelp, undefined)];
  }
  if (constraint.kind !== 'primary key' && constraint.kind !== 'unique') return [];
  if (constraint.usingIndex !== undefined || !isInUse(context, step, table)) return [];
  return [
    violation(
      context,
      step,
      operation,
      buildsUnderLock(context, step, table),
      useIndexHelp(constraint.kind),
      constraintFix(context, step, operation),
    ),
  ];
}

/** Manual, ALTER TABLE: USING INDEX is for PRIMARY KEY and UNIQUE, NOT VALID for foreign keys, CHECK and NOT NULL. */
const excludeHelp =
  'An EXCLUDE constraint can neither take over an index that was built concurrently nor be added NOT VALID. Put it on a new table and move the rows over in batches, or take the lock at a quiet hour with a short lock_timeout.';

function buildsUnderLock(context: RuleContext, step: Step, table: ObjectName): string {
  return `This constraint builds its index while ${shownName(table)} is locked (ACCESS EXCLUSIVE) ${lockEnd(context, step)}: nobody reads or writes meanwhile.`;
}

function useIndexHelp(kind: 'primary key' | 'unique'): string {
  return `Build a unique index with CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... ${kind.toUpperCase()} USING INDEX, which takes no time. ${outside.replace('It', 'The build')}`;
}

/** The index first, then the constraint on it; both have the name that the server would have chosen. */
function constraintFix(context: RuleContext, step: Step, operation: OperationOf<'add constraint'>): Fix | undefined {
  const { constraint, table, span } = operation;
  if (constraint.kind !== 'primary key' && constraint.kind !== 'unique') return undefined;
  const partitioned = findTable(step.before, table)?.kind === 'partitioned table';
  const options = /\b(include|deferrable|nulls|with|using)\b/i.test(constraint.definition ?? '');
  const name = constraint.name ?? builtName(step, table, constraint.kind);
  if (span === undefined || partitioned || options || constraint.deferrable || name === undefined) return undefined;
  // The primary key's columns become NOT NULL by a scan under the lock, unless they are so already.
  const columns = constraint.columns.map(quoteIdentifier).join(', ');
  const target = quoteQualified(table.schema, table.name);
  const quoted = quoteIdentifier(name);
  return runOutside(context, 'Build the index concurrently, then the constraint on it', {
    step,
    patches: [{ span, newText: `ADD CONSTRAINT ${quoted} ${constraint.kind.toUpperCase()} USING INDEX ${quoted}` }],
    preceding: [`CREATE UNIQUE INDEX CONCURRENTLY ${quoted} ON ${target} (${columns});`],
    slug: name,
    down: [`ALTER TABLE ${target} DROP CONSTRAINT ${quoted};`],
  });
}

/** A new column that brings such a constraint with it. */
export function checkColumn(context: RuleContext, step: Step, operation: OperationOf<'add column'>): Violation[] {
  const { column, table } = operation;
  if ((!column.unique && !column.primaryKey) || !isInUse(context, step, table)) return [];
  const help = `Add the column alone. Then build the index with CREATE UNIQUE INDEX CONCURRENTLY and add the constraint with USING INDEX. ${outside.replace('It', 'The build')}`;
  return [violation(context, step, operation, buildsUnderLock(context, step, table), help, undefined)];
}

export const constraintExamples: Examples = {
  bad: [
    {
      title: 'A unique constraint builds its index under ACCESS EXCLUSIVE',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n' },
        { path: '0002_email.sql', text: 'ALTER TABLE users ADD UNIQUE (email);\n' },
      ],
      findings: [{ at: 'ALTER TABLE users ADD UNIQUE (email)', says: 'ACCESS EXCLUSIVE' }],
      fixed: [
        {
          path: '0002_email.sql',
          text: 'CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;\n',
        },
      ],
    },
    {
      title: 'An EXCLUDE constraint has no concurrent way',
      framework: 'sql',
      files: [
        { path: '0001_stays.sql', text: 'CREATE TABLE stays (id bigint PRIMARY KEY, during tstzrange);\n' },
        { path: '0002_once.sql', text: 'ALTER TABLE stays ADD CONSTRAINT once EXCLUDE USING gist (during WITH &&);\n' },
      ],
      findings: [{ at: 'ALTER TABLE stays ADD CONSTRAINT once EXCLUDE USING gist (during WITH &&)', says: 'NOT VALID' }],
    },
  ],
  good: [
    {
      title: 'A constraint on an index that is there',
      framework: 'sql',
      files: [
        { path: '0001_users.sql', text: 'CREATE TABLE users (id bigint, email text);\nCREATE UNIQUE INDEX users_key ON users (id);\n' },
        { path: '0002_key.sql', text: 'ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_key;\n' },
      ],
    },
  ],
};
