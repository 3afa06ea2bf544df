import type { Table } from '../../model/catalog';
import type { ObjectName, Operation } from '../../model/operation';
import { tokenize } from '../../parse/postgres/lexer';
import { identifierOf } from '../../schema/definitions';
import { findTable } from '../../schema/lookup';
import { headRange, type OperationOf, operationRange, operationsOf, type RuleContext, type Step, shownName } from '../context';
import type { Rule, Violation } from '../rule';

export const openPrivileges: Rule = {
  id: 'open-privileges',
  title: 'Privileges that reach further than they look',
  severity: 'info',
  engines: ['postgres'],
  explanation: `GRANT ... TO PUBLIC gives the privilege to every role of the server, those made later included.

A SECURITY DEFINER function runs with its owner's privileges, but looks names up in the caller's search_path: a caller who can create objects anywhere on it can put a table or an operator of the same name in front, and have it run with the owner's rights (manual, CREATE FUNCTION, "Writing SECURITY DEFINER Functions Safely").

A table with ROW LEVEL SECURITY enabled and no policy shows its rows to its owner and to roles that bypass row security (superusers, BYPASSRLS), and none to all others. A policy on a table without it keeps no row from anybody, nor does one after DISABLE ROW LEVEL SECURITY.

Grant to roles by name; give the function \`SET search_path = ...\` with pg_temp last; create the policies before, or in the same migration.

Silent about a missing policy where another file of the folder creates one for the table.`,
  bad: [
    {
      title: 'The last policy of a table whose row security stays on',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\nCREATE POLICY own ON t USING (id = 1);\n',
        },
        { path: 'V2__d.sql', text: 'DROP POLICY own ON t;\n' },
      ],
      findings: [{ at: 'DROP POLICY own ON t', says: 'see no row' }],
    },
    {
      title: 'Default privileges: for everything that is made later',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__d.sql', text: 'CREATE SCHEMA app;\nALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC;\n' },
      ],
      findings: [{ at: 'ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC', says: 'every role' }],
    },
    {
      title: 'PUBLIC',
      framework: 'sql',
      files: [{ path: '0001_g.sql', text: 'GRANT SELECT ON orders TO PUBLIC;\n' }],
      findings: [{ at: 'GRANT SELECT ON orders TO PUBLIC', says: 'every role' }],
    },
    {
      title: 'SECURITY DEFINER without a search_path',
      framework: 'sql',
      files: [
        {
          path: '0001_f.sql',
          text: 'CREATE FUNCTION total() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM orders $$;\n',
        },
      ],
      findings: [
        {
          at: 'CREATE FUNCTION total() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM orders $$',
          says: 'search_path',
        },
      ],
    },
    {
      title: 'Row security without a policy',
      framework: 'flyway',
      files: [
        { path: 'V1__o.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY);\n' },
        { path: 'V2__r.sql', text: 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY;\n' },
      ],
      findings: [{ at: 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY', says: 'no row' }],
    },
    {
      title: 'A policy, and row security is off',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, owner text);\n' },
        { path: 'V2__p.sql', text: 'CREATE POLICY own ON t USING (owner = current_user);\n' },
      ],
      findings: [{ at: 'CREATE POLICY own ON t USING (owner = current_user)', says: 'keeps no row from anybody' }],
    },
    {
      title: 'The policy of the migration before is dropped, or is one of another schema',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON public.t USING (true);\nCREATE SCHEMA app;\nCREATE TABLE app.t (id bigint PRIMARY KEY);\n',
        },
        {
          path: 'V2__p.sql',
          text: 'DROP POLICY p ON t;\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\nALTER TABLE app.t ENABLE ROW LEVEL SECURITY;\n',
        },
      ],
      findings: [
        { at: 'ALTER TABLE t ENABLE ROW LEVEL SECURITY', says: 'no policy' },
        { at: 'ALTER TABLE app.t ENABLE ROW LEVEL SECURITY', says: 'no policy' },
      ],
    },
    {
      title: 'Policies that are switched off',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint PRIMARY KEY, owner text);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\nCREATE POLICY own ON t USING (owner = current_user);\n',
        },
        { path: 'V2__p.sql', text: 'ALTER TABLE t DISABLE ROW LEVEL SECURITY;\n' },
      ],
      findings: [{ at: 'ALTER TABLE t DISABLE ROW LEVEL SECURITY', says: 'its policy keeps no row from anybody' }],
    },
  ],
  good: [
    {
      title: 'A policy that another one takes the place of, one of two, and one that goes with row security',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id bigint);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\nCREATE POLICY own ON t USING (id = 1);\nCREATE TABLE u (id bigint);\nALTER TABLE u ENABLE ROW LEVEL SECURITY;\nCREATE POLICY a ON u USING (id = 1);\nCREATE POLICY b ON u USING (id = 2);\nCREATE TABLE v (id bigint);\nALTER TABLE v ENABLE ROW LEVEL SECURITY;\nCREATE POLICY all_of_it ON v USING (true);\n',
        },
        {
          path: 'V2__d.sql',
          text: 'DROP POLICY own ON t;\nCREATE POLICY own ON t USING (id = 2);\nDROP POLICY a ON u;\nDROP POLICY all_of_it ON v;\nALTER TABLE v DISABLE ROW LEVEL SECURITY;\n',
        },
      ],
    },
    {
      title: 'The policy comes with the next migration; row security that nobody uses goes, or comes back',
      framework: 'flyway',
      path: 'V1__t.sql',
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE t (id bigint PRIMARY KEY, owner text);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE TABLE u (id bigint PRIMARY KEY);
ALTER TABLE u DISABLE ROW LEVEL SECURITY;
CREATE TABLE v (id bigint PRIMARY KEY);
CREATE POLICY own ON v USING (true);
ALTER TABLE v DISABLE ROW LEVEL SECURITY;
ALTER TABLE v ENABLE ROW LEVEL SECURITY;
`,
        },
        { path: 'V2__p.sql', text: 'CREATE POLICY "own rows" ON public.t USING (owner = current_user);\n' },
      ],
    },
    {
      title: 'Default privileges that are taken from PUBLIC, or go to a role',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__d.sql',
          text: 'CREATE SCHEMA app;\nALTER DEFAULT PRIVILEGES IN SCHEMA app REVOKE ALL ON TABLES FROM PUBLIC;\nALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO CURRENT_USER;\n',
        },
      ],
    },
    {
      title: 'By name, with a search_path, with a policy',
      framework: 'sql',
      files: [
        {
          path: '0001_g.sql',
          text: 'CREATE TABLE orders (id bigint PRIMARY KEY, owner text);\nGRANT SELECT ON orders TO reporting;\nCREATE FUNCTION total() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = app, pg_temp AS $$ SELECT count(*) FROM orders $$;\nALTER TABLE orders ENABLE ROW LEVEL SECURITY;\nCREATE POLICY own ON orders USING (owner = current_user);\nREVOKE ALL ON orders FROM PUBLIC;\n',
        },
      ],
    },
    {
      title: 'A policy before row security is switched on, and on a table that was not seen',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, owner text);\n' },
        {
          path: 'V2__p.sql',
          text: "SET LOCAL lock_timeout = '2s';\nCREATE POLICY own ON t USING (owner = current_user);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\nCREATE POLICY seen ON objects USING (true);\n",
        },
      ],
    },
    {
      title: 'A table of which the policies are not known',
      framework: 'sql',
      files: [{ path: '0001_r.sql', text: 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY;\n' }],
    },
  ],
  operations: {
    grant: (context, step, operation) => toPublic(context, step, operation, operation.detail),
    other: (context, step, operation) =>
      // ALTER DEFAULT PRIVILEGES: for all that is made later.
      operation.node === 'AlterDefaultPrivilegesStmt' && /\bgrant\b/i.test(step.statement.text)
        ? toPublic(context, step, operation, step.statement.text)
        : [],
    'create object': (context, step, operation) => [...definer(context, step, operation), ...idlePolicy(context, step, operation)],
    'alter table': rowSecurity,
    'drop object': lastPolicy,
  },
};

function toPublic(context: RuleContext, step: Step, operation: Operation, text: string): Violation[] {
  if (!/\bto\s+(?:[^;]*,\s*)?public\b/i.test(text)) return [];
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: 'PUBLIC is every role of the server, also those that are made later.',
      help: 'Grant to the roles that need it, by name.',
      fixes: [],
    },
  ];
}

const definerWords = /\bsecurity\s+definer\b/i;

function definer(context: RuleContext, step: Step, operation: OperationOf<'create object'>): Violation[] {
  const isRoutine = operation.objectKind === 'function' || operation.objectKind === 'procedure';
  if (!isRoutine || !definerWords.test(step.statement.text)) return [];
  // What stands in the body is not said of the function.
  const text = step.statement.text.replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'/g, "''");
  if (!definerWords.test(text) || /\bset\s+search_path\b/i.test(text)) return [];
  return [
    {
      range: headRange(context, step.statement),
      message: `${operation.object.name} runs with its owner's privileges and looks names up in the caller's search_path: a caller can put another table or operator in front.`,
      help: 'Add SET search_path = the schemas it needs, pg_temp last.',
      fixes: [],
    },
  ];
}

/** A policy that nobody asks. */
function idlePolicy(context: RuleContext, step: Step, operation: OperationOf<'create object'>): Violation[] {
  if (operation.objectKind !== 'policy' || operation.on === undefined) return [];
  const then = findTable(step.after, operation.on);
  const table = context.after.tables.find((candidate) => candidate.identity === then?.identity);
  if (table === undefined || table.complete === false || table.rowSecurity === 'on' || table.rowSecurity === 'forced') return [];
  return [
    {
      range: headRange(context, step.statement),
      message: `The policy ${operation.object.name} keeps no row from anybody: row security of ${table.name} is off.`,
      help: `ALTER TABLE ${shownName(operation.on)} ENABLE ROW LEVEL SECURITY, in the same migration.`,
      fixes: [],
    },
  ];
}

/** Row security without any policy lets nobody see a row (manual, "Row Security Policies"). */
function lastPolicy(context: RuleContext, step: Step, operation: OperationOf<'drop object'>): Violation[] {
  if (operation.objectKind !== 'policy' || operation.on === undefined || context.program.direction === 'down') return [];
  const then = findTable(step.before, operation.on);
  const table = context.after.tables.find((candidate) => candidate.identity === then?.identity);
  const isLast = then?.policies.length === 1 && operation.objects.some(({ name }) => name === then.policies[0]?.name);
  if (!isLast || table === undefined || table.complete === false || table.policies.length > 0) return [];
  if (table.rowSecurity !== 'on' && table.rowSecurity !== 'forced') return [];
  // Where the program switches it on, it is told there.
  const isToldThere = operationsOf(context, 'alter table').some(
    (other) =>
      /^enable\s+row\s+level\s+security/i.test(other.operation.detail) &&
      findTable(other.step.after, other.operation.table)?.identity === table.identity,
  );
  if (isToldThere) return [];
  return [
    {
      range: headRange(context, step.statement),
      message: `This is the last policy of ${table.name}, whose row security stays on: only its owner and roles that bypass row security see its rows then; all others see no row, and no error either.`,
      help: 'Create the policy that takes its place in the same migration, or disable row security too.',
      fixes: [],
    },
  ];
}

/** A migration that comes later, most often in the same deployment, or a file that is run beside them. */
function hasPolicyElsewhere({ files, text: own, before }: RuleContext, { schema, name }: ObjectName, table: Table | undefined): boolean {
  // Those of earlier migrations are known, and this one drops them.
  if (before.tables.some(({ identity, policies }) => identity === table?.identity && policies.length > 0)) return false;
  const home = table?.schema ?? schema;
  return files.some(
    ({ text }) =>
      text !== own &&
      /\bcreate\s+policy\b/i.test(text) &&
      policyTables(text).some((on) => on.name === name && (on.schema ?? home) === (home ?? on.schema)),
  );
}

function policyTables(text: string): ObjectName[] {
  const found = text.matchAll(
    /\bcreate\s+policy\s+(?:"(?:[^"]|"")+"|[\w$]+)\s+on\s+(?:("[^"]+"|[\w$]+)\s*\.\s*)?("(?:[^"]|"")+"|[\w$]+)/gi,
  );
  const plain = (written: string) => {
    const [token] = tokenize(written);
    return (token && identifierOf(written, token)) ?? written;
  };
  return [...found].map(([, schema, name = '']) => ({ name: plain(name), ...(schema !== undefined && { schema: plain(schema) }) }));
}

/** Policies that keep no row from anybody any more. */
function policiesOff(context: RuleContext, step: Step, operation: OperationOf<'alter table'>, table: Table | undefined): Violation[] {
  const isOff = table?.rowSecurity === 'off' || table?.rowSecurity === 'off, forced';
  if (table === undefined || context.program.direction === 'down' || !isOff || table.policies.length === 0) return [];
  const count = table.policies.length === 1 ? 'its policy keeps' : `its ${table.policies.length} policies keep`;
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `Without row security on ${shownName(operation.table)}, ${count} no row from anybody: every role with a privilege on the table reads and writes all of its rows.`,
      help: 'Change or drop the policy that is in the way, and leave row security on.',
      fixes: [],
    },
  ];
}

function rowSecurity(context: RuleContext, step: Step, operation: OperationOf<'alter table'>): Violation[] {
  const [, action] = /^(enable|disable)\s+row\s+level\s+security/i.exec(operation.detail) ?? [];
  if (action === undefined) return [];
  const before = findTable(step.after, operation.table);
  const table = context.after.tables.find((candidate) => candidate.identity === before?.identity);
  if (action.toLowerCase() === 'disable') return policiesOff(context, step, operation, table);
  if (hasPolicyElsewhere(context, operation.table, table)) return [];
  // LIKE copies no policies; of a table that no migration creates they may be there unseen.
  if (table === undefined || table.presumed === true || table.policies.length > 0) return [];
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${table.name} has row security and no policy: only its owner and roles that bypass row security see its rows; all others see no row, and no error either.`,
      help: 'Create the policies before, or in the same transaction.',
      fixes: [],
    },
  ];
}
