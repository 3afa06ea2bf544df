import type { Fix } from '../../model/finding';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { tokenize } from '../../parse/postgres/lexer';
import { identifierOf } from '../../schema/definitions';
import { findTable } from '../../schema/lookup';
import { type OperationOf, operationRange, operationsOf, type RuleContext, type Step, shownName } from '../context';
import { insertBehind } from '../edits';
import type { Rule, Violation } from '../rule';

export const leftDisabled: Rule = {
  id: 'left-disabled',
  title: 'Triggers switched off and not switched on again',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `DISABLE TRIGGER stays until somebody enables the trigger again; ALL also switches off the triggers that check foreign keys. session_replication_role = replica does the same for the session: no trigger fires and no foreign key is checked, and what
comes in then is never checked later. VALIDATE CONSTRAINT does nothing for a constraint that is already marked valid.

Switch them on again in the same migration, best in the same transaction, so that no failure can leave them off. For session_replication_role use SET LOCAL, and look for orphans with a query before you go on.

Silent when the same program switches them on again.`,
  bad: [
    {
      title: 'Enabled again at the end',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint);\n' },
        { path: 'V2__d.sql', text: 'ALTER TABLE t DISABLE TRIGGER ALL;\nDELETE FROM t WHERE id < 10;\n' },
      ],
      findings: [{ at: 'ALTER TABLE t DISABLE TRIGGER ALL', says: 'foreign keys' }],
      fixed: [
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE t DISABLE TRIGGER ALL;\nDELETE FROM t WHERE id < 10;\nALTER TABLE t ENABLE TRIGGER ALL;\n',
        },
      ],
    },
    {
      title: 'A trigger by its name, and the setting that switches off all',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE t (id bigint);\nCREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;\nCREATE TRIGGER "Audit" AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION audit();\n',
        },
        {
          path: '0002_t.sql',
          text: 'ALTER TABLE public.t DISABLE TRIGGER "Audit";\nSET session_replication_role = \'replica\';\nINSERT INTO t VALUES (1);\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE public.t DISABLE TRIGGER "Audit"', says: 'Audit' },
        { at: "SET session_replication_role = 'replica'", says: 'foreign key' },
      ],
    },
    {
      title: 'The setting in a block, which lasts longer than that',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint);\n' },
        { path: 'V2__d.sql', text: 'DO $$ BEGIN\n  SET session_replication_role = replica;\n  DELETE FROM t WHERE id = 1;\nEND $$;\n' },
      ],
      findings: [{ at: 'SET session_replication_role = replica', says: 'rest of this session' }],
    },
  ],
  good: [
    {
      title: 'Set and set back in a block',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint);\n' },
        {
          path: 'V2__d.sql',
          text: 'DO $$ BEGIN\n  SET session_replication_role = replica;\n  DELETE FROM t WHERE id = 1;\n  RESET session_replication_role;\n  SET LOCAL session_replication_role = replica;\nEND $$;\n',
        },
      ],
    },
    {
      title: 'Switched on again',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: "BEGIN;\nALTER TABLE t DISABLE TRIGGER audit;\nUPDATE t SET a = 1 WHERE id = 1;\nALTER TABLE t ENABLE TRIGGER audit;\nSET LOCAL session_replication_role = replica;\nCOMMIT;\nSET session_replication_role = 'replica';\nDELETE FROM t WHERE id = 2;\nRESET session_replication_role;\n",
        },
      ],
    },
    {
      title: 'The same table, with its schema and without',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY);\n' },
        {
          path: 'V2__d.sql',
          text: 'ALTER TABLE t DISABLE TRIGGER USER;\nDELETE FROM t WHERE id = 1;\nALTER TABLE public.t ENABLE TRIGGER USER;\n',
        },
      ],
    },
  ],
  check: (context) => [...disabledTriggers(context), ...replicaRole(context)],
};

function disabledTriggers(context: RuleContext): Violation[] {
  const changes = operationsOf(context, 'alter table').flatMap(({ step, operation }) => {
    const words = tokenize(operation.detail);
    const action = words[0]?.word;
    const named = words.at(-1);
    if (words.at(-2)?.word !== 'trigger' || named === undefined || (action !== 'disable' && action !== 'enable')) return [];
    return [{ step, operation, action, trigger: identifierOf(operation.detail, named) ?? '' }];
  });
  return changes.flatMap(({ step, operation, action, trigger }, position) => {
    const isAll = trigger === 'all' || trigger === 'user';
    const restored = changes
      .slice(position + 1)
      .some(
        (later) =>
          later.action === 'enable' &&
          isSameTable(later, { step, operation }) &&
          (later.trigger === trigger || later.trigger === 'all' || (later.trigger === 'user' && trigger !== 'all')),
      );
    if (action === 'enable' || restored) return [];
    const shown = shownName(operation.table);
    const target = quoteQualified(operation.table.schema, operation.table.name);
    const enable = `ALTER TABLE ${target} ENABLE TRIGGER ${isAll ? trigger.toUpperCase() : quoteIdentifier(trigger)};`;
    return [
      {
        range: operationRange(context, step.statement, operation),
        message: `${isAll ? `The triggers of ${shown} (${trigger === 'all' ? 'those that check foreign keys too' : 'but those that check foreign keys'})` : `Trigger ${trigger} of ${shown}`} stay${isAll ? '' : 's'} disabled when this migration is done: nothing switches ${isAll ? 'them' : 'it'} on again.`,
        help: `${enable.replace(/;$/, '')} in the same transaction.`,
        fixes: atEnd(context, 'Enable again at the end', enable),
      },
    ];
  });
}

/** `t` and `public.t` are one table where the search path says so. */
function isSameTable(left: TableChange, right: TableChange): boolean {
  if (shownName(left.operation.table) === shownName(right.operation.table)) return true;
  const identity = ({ step, operation }: TableChange) => findTable(step.before, operation.table)?.identity;
  return identity(left) !== undefined && identity(left) === identity(right);
}

interface TableChange {
  readonly step: Step;
  readonly operation: OperationOf<'alter table'>;
}

function replicaRole(context: RuleContext): Violation[] {
  const settings = operationsOf(context, 'set').filter(({ operation }) => operation.name === 'session_replication_role');
  return settings.flatMap(({ step, operation }, position) => {
    const isReplica = operation.value?.replaceAll("'", '').toLowerCase() === 'replica';
    if (!isReplica || (operation.local && step.inTransaction) || settings.length > position + 1) return [];
    return [
      {
        range: operationRange(context, step.statement, operation),
        message:
          'No trigger fires and no foreign key is checked for the rest of this session, which may be that of the next migrations too: session_replication_role is not set back.',
        help: 'Use SET LOCAL in a transaction, or RESET session_replication_role; then look for orphans with a query: VALIDATE finds none in a constraint that is valid already.',
        fixes: atEnd(context, 'Set it back at the end', 'RESET session_replication_role;'),
      },
    ];
  });
}

/** Behind the last statement, and before a COMMIT of the migration's own. */
function atEnd(context: RuleContext, title: string, text: string): Fix[] {
  const isCommit = (step: Step) =>
    step.statement.operations.some((operation) => operation.kind === 'transaction' && operation.action === 'commit');
  const last = context.steps.findLast((step, position) => !(position === context.steps.length - 1 && isCommit(step)));
  if (last === undefined) return [];
  return [{ title, safe: false, edits: [insertBehind(context, last.statement.span, `\n${text}`)] }];
}
