import { didYouMean } from '../../../model/nearest';
import { findTable } from '../../../schema/lookup';
import { type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import { escapedName, type Missing } from '../../names';
import type { Examples } from '../../rule';

type Drops = OperationOf<'drop object'>;

/** A policy or a trigger that its table does not have, and an index by which a constraint can't be made, as there is none of the name. */
export function missingObject(context: RuleContext, step: Step, operation: Drops | OperationOf<'add constraint'>): Missing | undefined {
  if (operation.kind === 'add constraint') return missingIndex(context, step, operation);
  const { objectKind, on, ifExists } = operation;
  if (ifExists || on === undefined || (objectKind !== 'policy' && objectKind !== 'trigger')) return undefined;
  const table = findTable(step.before, on);
  if (table === undefined || table.presumed === true || table.complete === false) return undefined;
  const names = (objectKind === 'policy' ? table.policies : table.triggers).map(({ name }) => name);
  const lost = operation.objects.find(({ name }) => !names.includes(name) && !isMade(context, name));
  return lost === undefined ? undefined : missingOf(`${shownName(on)} has no ${objectKind} ${lost.name}`, lost.name, names, true);
}

function missingIndex(context: RuleContext, step: Step, { table: name, constraint }: OperationOf<'add constraint'>): Missing | undefined {
  const wanted = 'usingIndex' in constraint ? constraint.usingIndex : undefined;
  const table = findTable(step.before, name);
  if (wanted === undefined || table === undefined || table.presumed === true || table.complete === false) return undefined;
  const names = table.indexes.map((index) => index.name);
  const isThere = names.includes(wanted) || isMade(context, wanted);
  return isThere ? undefined : missingOf(`${shownName(name)} has no index ${wanted}`, wanted, names, false);
}

function missingOf(message: string, name: string, names: readonly string[], canAsk: boolean): Missing {
  const there = names.length === 0 ? '' : ` There ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}.`;
  const guard = canAsk ? ' Where it may be there or not, say IF EXISTS.' : '';
  return { message, code: '42704', help: `Check the name.${didYouMean(name, names)}${there}${guard}` };
}

/** In a way that is not read: under a condition, in a text that is executed, or in another migration. */
function isMade({ files, program, text: own }: RuleContext, name: string): boolean {
  const quoted = escapedName(name);
  const made = new RegExp(`\\b(?:create\\b[^;]*?|to)\\s"?${quoted}(?![\\w$])`, 'i');
  const gone = new RegExp(`\\b(?:drop|rename)\\b[^;]*?"?${quoted}(?![\\w$])`, 'i');
  const elsewhere = files.some(({ path, text }) => path !== program.path && made.test(text) && !gone.test(text));
  return (
    elsewhere || new RegExp(`'"?${quoted}"?'`).test(own) || new RegExp(`\\$\\$[^$]*\\bcreate\\b[^;]*?"?${quoted}(?![\\w$])`, 'i').test(own)
  );
}

const table =
  'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE UNIQUE INDEX users_email_idx ON users (email);\nALTER TABLE users ENABLE ROW LEVEL SECURITY;\nCREATE POLICY own ON users USING (id = 1);\nCREATE TRIGGER same BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();\n';

export const objectExamples: Examples = {
  bad: [
    {
      title: 'Policies, triggers and indexes that the table does not have',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: table },
        {
          path: 'V2__u.sql',
          text: 'DROP POLICY owns ON users;\nDROP TRIGGER touch ON users;\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_id;\n',
        },
      ],
      findings: [
        { at: 'DROP POLICY owns ON users', says: 'Did you mean "own"?' },
        { at: 'DROP TRIGGER touch ON users', says: 'users has no trigger touch: the server refuses this (42704)' },
        {
          at: 'ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_id',
          says: 'There are users_pkey, users_email_idx.',
        },
      ],
    },
  ],
  good: [
    {
      title: 'Those that are there, and IF EXISTS',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: table },
        {
          path: 'V2__u.sql',
          text: 'DROP POLICY own ON users;\nDROP POLICY IF EXISTS own ON users;\nDROP TRIGGER same ON users;\nDROP TRIGGER IF EXISTS touch ON users;\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_idx;\n',
        },
      ],
    },
  ],
};
