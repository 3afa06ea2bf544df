import { engineLabel } from '../../model/engine';
import type { Statement } from '../../model/migration';
import type { Span } from '../../model/text';
import { functionStatements } from '../../parse/postgres/nested';
import type { Feature } from '../../parse/postgres/newer/feature';
import { hasNewer, newerFeatures } from '../../parse/postgres/newer/find';
import { findNamed } from '../../schema/lookup';
import { headRange, type RuleContext, type Step } from '../context';
import type { Rule, Violation } from '../rule';

export const newerThanServer: Rule = {
  id: 'newer-than-server',
  title: 'Syntax or function that this version does not have',
  severity: 'error',
  engines: ['postgres'],
  explanation: `Each version of PostgreSQL brings syntax, functions, types, settings and roles that the ones before refuse. What was tried on a new server, copied from the present manual or written by a
newer \`pg_dump\` then fails where it has to run: MERGE and NULLS NOT DISTINCT need 15, JSON_TABLE 17, virtual columns and uuidv7() 18. Every version named here was tried: the server
before it refuses, the server of that version takes it.

Write it as the server's version has it, or say the right version: \`"engineVersion"\` in \`faultline.json\`, or the setting \`faultline.engineVersion\`.

Silent when no version is configured (the newest is assumed), for functions and types that a migration or an extension brings, and in blocks that ask for the server's version themselves.`,
  bad: [
    {
      title: 'Syntax of later versions',
      framework: 'flyway',
      majors: [12, 14],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (a int, b text);\nCREATE TABLE u (a int, b text);\n' },
        {
          path: 'V2__u.sql',
          text: 'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT VALUES (u.a, u.b);\nCREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT;\nCREATE VIEW v WITH (security_invoker) AS SELECT a FROM t;\nALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID;\n',
        },
      ],
      findings: [
        { at: 'MERGE', says: 'version 15' },
        { at: 'NULLS NOT DISTINCT', says: 'version 15' },
        { at: 'security_invoker', says: 'security_invoker' },
        { at: 'NOT NULL', says: 'version 18' },
      ],
    },
    {
      title: 'Functions, settings and types',
      framework: 'flyway',
      majors: [12],
      files: [
        {
          path: 'V1__t.sql',
          text: 'SET transaction_timeout = 0;\nCREATE TABLE t (id uuid DEFAULT gen_random_uuid(), span int4multirange, other uuid DEFAULT "uuidv7"());\n',
        },
      ],
      findings: [
        { at: 'transaction_timeout', says: 'version 17' },
        { at: 'gen_random_uuid(', says: 'pgcrypto' },
        { at: 'int4multirange', says: 'version 14' },
        { at: '"uuidv7"(', says: 'version 18' },
      ],
    },
    {
      title: 'In a block, in the body of a function, and in code',
      framework: 'knex',
      majors: [13, 14],
      files: [
        {
          path: '1_t.js',
          text: `exports.up = async (knex) => {
  await knex.raw(\`CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE; END $$\`);
  await knex.raw(\`DO $$ BEGIN MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE; END $$\`);
  await knex.raw('MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE');
};
exports.down = (knex) => knex.raw('DROP FUNCTION f()');
`,
        },
      ],
      findings: [
        { at: 'MERGE', says: 'version 15' },
        { at: 'MERGE', says: 'version 15' },
        { at: 'MERGE', says: 'version 15' },
      ],
    },
  ],
  good: [
    {
      title: 'A server that has it',
      framework: 'flyway',
      majors: [18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id uuid DEFAULT uuidv7(), a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL);\nCREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT;\n',
        },
      ],
    },
    {
      title: 'Functions that the migrations or an extension bring, and words that mean something else',
      framework: 'flyway',
      majors: [12],
      files: [
        {
          path: 'V1__t.sql',
          text: "CREATE EXTENSION IF NOT EXISTS pgcrypto;\nCREATE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';\nCREATE TABLE t (id uuid DEFAULT gen_random_uuid(), other uuid DEFAULT uuidv7(), third uuid DEFAULT tools.uuidv4(), merge text, compression text, period int);\nSELECT merge, compression, period, 'NULLS NOT DISTINCT' FROM t; -- MERGE\n",
        },
      ],
    },
    {
      title: 'A block that asks for the version',
      framework: 'sql',
      majors: [12, 16],
      files: [
        {
          path: '0001_t.sql',
          text: "DO $$\nBEGIN\n  IF current_setting('server_version_num')::int >= 170000 THEN\n    SET transaction_timeout = 0;\n  END IF;\nEND $$;\n",
        },
      ],
    },
  ],
  check: (context) => {
    if (!hasNewer(context.engine.major)) return [];
    return [
      ...context.steps.flatMap((step) => [...check(context, step), ...bodies(context, step)]),
      ...context.nested.filter((step) => !asksForVersion(context, step)).flatMap((step) => check(context, step)),
    ];
  },
};

function check(context: RuleContext, step: Step): readonly Violation[] {
  return newerFeatures(step.statement.sent, context.engine.major)
    .filter(({ feature }) => !isBrought(step, feature))
    .map(({ feature, span }) => violation(context, step, feature, span));
}

/** The body of a function is parsed when the function is made; what it calls is looked up when it runs. */
function bodies(context: RuleContext, step: Step): readonly Violation[] {
  const { text, span, operations } = step.statement;
  if (!operations.some((operation) => operation.kind === 'create object' && isRoutine(operation.objectKind))) return [];
  return functionStatements(text)
    .filter((statement) => !/['$]/.test(text.charAt(statement.span.start - 1)) || /\blanguage\s+'?sql\b/i.test(text))
    .flatMap((statement) =>
      newerFeatures(statement.sent, context.engine.major)
        .filter(({ feature }) => feature.name === undefined)
        .map(({ feature, span: place }) => {
          const inner: Statement = {
            ...statement,
            span: { start: span.start + statement.span.start, end: span.start + statement.span.end },
          };
          return violation(context, { ...step, statement: { ...inner, range: step.statement.range } }, feature, place);
        }),
    );
}

function isRoutine(kind: string): boolean {
  return kind === 'function' || kind === 'procedure';
}

/** Modules that come with PostgreSQL, and have no functions of the names that are asked for here. Of others nobody knows. */
const plainExtensions = new Set([
  ...['btree_gin', 'btree_gist', 'citext', 'cube', 'dblink', 'earthdistance', 'fuzzystrmatch', 'hstore', 'intarray', 'isn', 'ltree'],
  ...['pg_buffercache', 'pg_prewarm', 'pg_stat_statements', 'pg_trgm', 'pgcrypto', 'pgrowlocks', 'pgstattuple', 'plpgsql'],
  ...['postgres_fdw', 'tablefunc', 'unaccent', 'uuid-ossp', 'xml2'],
]);

/** Did a migration make a function or type of that name, or an extension that may have one? */
function isBrought({ before: { definitions, types, searchPath } }: Step, { name: named }: Feature): boolean {
  if (named === undefined) return false;
  const { kind, name, extension } = named;
  if ((kind === 'type' ? types : definitions).some((object) => object.name === name)) return true;
  if (kind === 'function' && findNamed(definitions, { name }, searchPath) !== undefined) return true;
  return definitions.some((object) => object.kind === 'extension' && (object.name === extension || !plainExtensions.has(object.name)));
}

/** Blocks that look at the version before they use something. */
function asksForVersion(context: RuleContext, { statement }: Step): boolean {
  const outer = context.steps.find((step) => step.statement.index === statement.index);
  return outer !== undefined && /\bserver_version|\bversion\s*\(|\bpg_proc\b|\bto_regproc/i.test(outer.statement.text);
}

function violation(context: RuleContext, { statement }: Step, { what, since, instead }: Feature, place: Span): Violation {
  const { span, sent } = statement;
  const isThere = context.text.slice(span.start, span.end) === sent;
  return {
    range: isThere ? context.lines.range({ start: span.start + place.start, end: span.start + place.end }) : headRange(context, statement),
    message: `${engineLabel(context.engine)} refuses ${what}, which came with version ${since}.`,
    help: `${instead === undefined ? 'Write it without' : instead}, or set engineVersion to the version that the server has.`,
    fixes: [],
  };
}
