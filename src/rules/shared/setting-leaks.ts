import type { FrameworkName } from '../../model/migration';
import type { Operation } from '../../model/operation';
import { settingCalls } from '../../parse/postgres/set-config';
import { operationRange, type RuleContext, type Step } from '../context';
import { statementTokens } from '../edits';
import type { Rule, Violation } from '../rule';

export const settingLeaks: Rule = {
  id: 'setting-leaks',
  title: 'Setting that stays for the migrations behind this one',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `SET changes a setting for the whole session. Frameworks run one migration after the other in the same session, so a search_path or a role that this one sets also holds for those behind it when they are applied in one go, and does not when they are applied one by one: the same files make different databases.

Use SET LOCAL, which ends with the transaction, or RESET it at the end.

It looks at settings that change what statements mean: search_path, role and session authorization, session_replication_role, row_security, the time zone, how strings and XML are read, defaults of transactions and of new tables. A timeout that stays is no danger.

Silent for plain SQL, where each file has a session of its own, for Flyway, which sets the search_path and the role back, for the Supabase CLI, which says RESET ALL before each migration (that leaves a role as it is), and when the program sets it back itself.`,
  bad: [
    {
      title: 'search_path in a transaction: LOCAL is enough',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nCREATE SCHEMA app;\nSET search_path TO app;\nCREATE TABLE t (id bigint PRIMARY KEY);\n\n-- +goose Down\nDROP SCHEMA app CASCADE;\n',
        },
      ],
      findings: [{ at: 'SET search_path TO app', says: 'search_path' }],
      fixed: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nCREATE SCHEMA app;\nSET LOCAL search_path TO app;\nCREATE TABLE t (id bigint PRIMARY KEY);\n\n-- +goose Down\nDROP SCHEMA app CASCADE;\n',
        },
      ],
    },
    {
      title: 'A role, outside a transaction',
      framework: 'dbmate',
      files: [
        {
          path: '1_r.sql',
          text: '-- migrate:up transaction:false\nSET ROLE owner;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);\n\n-- migrate:down\n',
        },
      ],
      findings: [{ at: 'SET ROLE owner', says: 'role' }],
    },
    {
      title: 'A role, which RESET ALL does not set back',
      framework: 'supabase',
      files: [{ path: '20240101000000_r.sql', text: 'SET ROLE postgres;\nCREATE TABLE report (id bigint PRIMARY KEY);\n' }],
      findings: [{ at: 'SET ROLE postgres', says: 'role' }],
    },
    {
      title: 'What holds for the transaction alone sets nothing back',
      framework: 'golang-migrate',
      files: [
        {
          path: '0001_t.up.sql',
          text: 'SET search_path TO app;\nSET LOCAL search_path TO public;\nCREATE TABLE t (id bigint PRIMARY KEY);\n',
        },
      ],
      findings: [{ at: 'SET search_path TO app', says: 'search_path' }],
    },
    {
      title: 'As pg_dump writes it',
      framework: 'golang-migrate',
      files: [
        {
          path: '0001_dump.up.sql',
          text: "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.t (id bigint PRIMARY KEY);\n",
        },
      ],
      findings: [{ at: "SELECT pg_catalog.set_config('search_path', '', false)", says: 'search_path' }],
    },
  ],
  good: [
    {
      title: 'The Supabase CLI says RESET ALL before each migration',
      framework: 'supabase',
      files: [
        {
          path: '20240101000000_f.sql',
          text: 'SET check_function_bodies = off;\nSET search_path = public;\nCREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n',
        },
      ],
    },
    {
      title: 'set_config() for the transaction, of something else, or reset with all others',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: "-- +goose Up\nSELECT set_config('search_path', 'app', true);\nSELECT set_config('app.tenant', '1', false);\nSELECT set_config('search_path', 'app', false);\nRESET ALL;\nSET ROLE owner;\nDISCARD ALL;\n\n-- +goose Down\nSELECT 1;\n",
        },
      ],
    },
    {
      title: 'LOCAL, or set back, or a timeout',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: "-- +goose Up\nSET LOCAL search_path TO app;\nSET lock_timeout = '2s';\nSET TIME ZONE 'UTC';\nRESET TIME ZONE;\n\n-- +goose Down\nSELECT 1;\n",
        },
      ],
    },
    {
      title: 'Plain SQL has a session for each file',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'SET search_path TO app;\n' }],
    },
  ],
  check: (context) => {
    if (context.framework.name === 'sql') return [];
    const settings = context.steps
      .concat(context.nested)
      .flatMap((step) => step.statement.operations.flatMap((one) => settingsOf(step, one)));
    return settings.flatMap((setting, position) => {
      const { step, operation, name } = setting;
      const isSetAgain = settings
        .slice(position + 1)
        .some(
          (later) =>
            (later.name === name && !later.isLocal) || later.name === 'discard all' || (later.name === 'all' && !whose.includes(name)),
        );
      if (setting.isLocal || isSetAgain || setting.isReset || !meaningful.has(name) || restoredBy[context.framework.name]?.has(name))
        return [];
      return [violation(context, setting, operationRange(context, step.statement, operation))];
    });
  },
};

interface Setting {
  readonly step: Step;
  readonly operation: Operation;
  /** In lower case; `all` for RESET ALL, `discard all`. */
  readonly name: string;
  readonly isLocal: boolean;
  readonly isReset: boolean;
}

/** What SET, RESET, DISCARD ALL, and set_config() with literals set. */
function settingsOf(step: Step, operation: Operation): readonly Setting[] {
  if (operation.kind === 'set') {
    const isReset = operation.value === undefined || /^'?default'?$/i.test(operation.value);
    return [{ step, operation, name: operation.name.toLowerCase(), isLocal: operation.local, isReset }];
  }
  if (operation.kind === 'other' && operation.node === 'DiscardStmt (ALL)')
    return [{ step, operation, name: 'discard all', isLocal: false, isReset: true }];
  if (operation.kind !== 'select') return [];
  return settingCalls(step.statement.sent).map(({ name, isLocal }) => ({ step, operation, name, isLocal, isReset: false }));
}

const meaningful = new Set([
  'search_path',
  'role',
  'session_authorization',
  'session_replication_role',
  'row_security',
  'timezone',
  'standard_conforming_strings',
  'xmloption',
  'check_function_bodies',
  'default_tablespace',
  'default_table_access_method',
  'default_with_oids',
  'default_transaction_isolation',
  'default_transaction_read_only',
]);

/** RESET ALL leaves them alone (manual, RESET; `GUC_NO_RESET_ALL` of the server). */
const whose = ['role', 'session_authorization'];

/**
 * What a framework sets back between two migrations. Flyway: `PostgreSQLConnection.doRestoreOriginalState` and its search path. The Supabase
 * CLI says RESET ALL before each one (`ApplyMigrations` in its `pkg/migration/apply.go`).
 */
const restoredBy: Readonly<Partial<Record<FrameworkName, ReadonlySet<string>>>> = {
  flyway: new Set(['search_path', 'role']),
  supabase: new Set([...meaningful].filter((name) => !whose.includes(name))),
};

function violation(context: RuleContext, { step, name, operation }: Setting, range: Violation['range']): Violation {
  const [first, second] = statementTokens(context, step.statement.span);
  const wholeFile = step.transaction.kind === 'framework' && context.plan.transactions.length === 1;
  const offset = second?.word === 'session' ? second : first;
  const edit =
    first === undefined || offset === undefined || operation.kind !== 'set'
      ? undefined
      : { range: context.lines.range({ start: first.start, end: offset.end }), newText: 'SET LOCAL' };
  return {
    range,
    message: `${name} stays as it is set here for the rest of the session, in which ${context.framework.displayName} goes on to the next migrations: they do something else when they are applied together with this one.`,
    help: step.inTransaction
      ? `Use ${operation.kind === 'set' ? 'SET LOCAL' : `set_config('${name}', ..., true)`}, which ends with the transaction.`
      : `RESET ${name} at the end, or SET LOCAL in a transaction.`,
    fixes: wholeFile && edit !== undefined ? [{ title: 'Use SET LOCAL', safe: true, edits: [edit] }] : [],
  };
}
