import type { RuleContext, Step } from '../context';
import type { Rule, Violation } from '../rule';
import { cascadeExamples, checkCascade } from './destructive-change/cascades';
import { copiedColumnExamples } from './destructive-change/copied-column';
import { checkColumn, checkDrop, checkDropOwned, dropExamples } from './destructive-change/drops';
import { keptAsideExamples } from './destructive-change/kept-aside';
import { checkRenamedColumn, checkRenamedObject, checkRenamedValue, renameExamples } from './destructive-change/renames';
import { checkTruncate } from './destructive-change/truncate';

const parts = [keptAsideExamples, copiedColumnExamples, dropExamples, renameExamples, cascadeExamples];

export const destructiveChange: Rule = {
  id: 'destructive-change',
  title: 'Drop or rename of something that is in use',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `Dropping a table, a column or a schema, and TRUNCATE, destroy data that no rollback brings back. Dropping or renaming anything that running code names
breaks that code from the moment of the commit until the new version is deployed everywhere; CASCADE also drops what the text does not name.

Expand and contract: first deploy code that no longer uses the old name, and drop in a later migration. Keep the data of what is dropped aside, in a table of its own, until nobody can want
it back. For a renamed table, a view with the old name lets old code go on.

Silent in rollbacks, for what the same migration creates, for a view that is dropped and stands again at the end, for a drop whose data an
earlier statement of the migration copies into another table, for a column whose values an UPDATE wrote into the one that takes its place and
name, for DROP SCHEMA without CASCADE, which takes empty ones alone, for DROP OWNED where REASSIGN OWNED is said, for what is renamed when something else has the old name at the end (a view that is
left there, or what takes its place), and for what takes its place.`,
  bad: [
    {
      title: 'A value of an enum; all that a role owns',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: "CREATE TYPE mood AS ENUM ('good', 'bad');\n" },
        { path: 'V2__d.sql', text: "ALTER TYPE mood RENAME VALUE 'bad' TO 'awful';\nDROP OWNED BY importer CASCADE;\n" },
      ],
      findings: [
        { at: "ALTER TYPE mood RENAME VALUE 'bad' TO 'awful'", says: "still says 'bad'" },
        { at: 'DROP OWNED BY importer CASCADE', says: 'all that importer has' },
      ],
    },
    {
      title: 'TRUNCATE, a schema, a type',
      framework: 'sql',
      files: [{ path: '0001_d.sql', text: 'TRUNCATE users;\nDROP SCHEMA old CASCADE;\nDROP TYPE mood;\n' }],
      findings: [
        { at: 'TRUNCATE users', says: 'users' },
        { at: 'DROP SCHEMA old CASCADE', says: 'CASCADE' },
        { at: 'DROP TYPE mood', says: 'mood' },
      ],
    },
    ...parts.flatMap(({ bad }) => bad),
  ],
  good: [
    {
      title: 'In a rollback, and for what the migration makes itself',
      framework: 'dbmate',
      files: [
        {
          path: '1_users.sql',
          text: '-- migrate:up\nCREATE TABLE users (id bigint);\nCREATE TABLE scratch (id bigint);\nDROP TABLE scratch;\n\n-- migrate:down\nDROP TABLE users;\n',
        },
      ],
    },
    {
      title: 'A value of a type that the migration makes; what a role owned was given to another',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE TYPE mood AS ENUM ('good', 'bad');\nALTER TYPE mood RENAME VALUE 'bad' TO 'awful';\nREASSIGN OWNED BY importer TO CURRENT_USER;\nDROP OWNED BY importer;\n",
        },
      ],
    },
    ...parts.flatMap(({ good }) => good),
  ],
  operations: {
    'drop column': inUp(checkColumn),
    'drop object': inUp((context, step, operation) => [...checkDrop(context, step, operation), ...checkCascade(context, step, operation)]),
    truncate: inUp(checkTruncate),
    'rename column': inUp(checkRenamedColumn),
    'rename object': inUp(checkRenamedObject),
    'set schema': inUp(checkRenamedObject),
    'rename enum value': inUp(checkRenamedValue),
    other: inUp(checkDropOwned),
  },
};

type Check<O> = (context: RuleContext, step: Step, operation: O) => readonly Violation[];

/** What a rollback takes away is what it is for. */
function inUp<O>(check: Check<O>): Check<O> {
  return (context, step, operation) => (context.program.direction === 'down' ? [] : check(context, step, operation));
}
