import type { Fix } from '../../model/finding';
import type { Operation } from '../../model/operation';
import type { TextEdit } from '../../model/text';
import { isDefinition } from '../../plan/mysql/implicit-commit';
import { changesNothing } from '../../plan/summary';
import { headRange, type RuleContext, type Step } from '../context';
import { endWithTerminator, insertAt, replaceSpan, wholeLines } from '../edits';
import { addMigrations } from '../fixes/next-migration';
import { takesSeveralOutside } from '../fixes/outside';
import type { Rule, Violation } from '../rule';
import { guarded, hasOwnGuard } from './guards';

export const mysqlPartialOnFailure: Rule = {
  id: 'mysql-partial-on-failure',
  title: 'Migration that commits in parts and can not be run again',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `In MySQL and MariaDB every change of a definition commits by itself, whatever transaction the tool opens around the migration. When a later statement fails, the earlier ones stay; the history says that the migration did not run, and the next attempt fails at the first thing
that is there already. Most broken deployments of MySQL are this.

One change of a definition per migration; or statements that do no harm when they meet their own work: IF NOT EXISTS and IF EXISTS. MySQL has them for whole tables, views and routines only, MariaDB for columns and indexes too. For the rest the fix asks information_schema and
prepares the statement from the answer.

Reported once, at the first statement that can't be repeated and has others behind it. Silent where all of them can be, and for migrations of one change. Give such a migration a rollback that removes what is there (IF EXISTS).`,
  bad: [
    {
      title: 'Two tables',
      framework: 'flyway',
      files: [{ path: 'V1__t.sql', text: 'CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (id bigint PRIMARY KEY);\n' }],
      findings: [{ at: 'CREATE TABLE a (id bigint PRIMARY KEY)', says: 'commits by itself' }],
      fixed: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE IF NOT EXISTS a (id bigint PRIMARY KEY);\nCREATE TABLE IF NOT EXISTS b (id bigint PRIMARY KEY);\n',
        },
      ],
    },
    {
      title: 'A column and its values, on MySQL',
      framework: 'sql',
      engines: ['mysql 8.0', 'mysql 9'],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int);\n' },
        { path: '0002_c.sql', text: 'ALTER TABLE t ADD COLUMN b int;\nUPDATE t SET b = 1 WHERE a = 2;\n' },
      ],
      findings: [{ at: 'ALTER TABLE t ADD COLUMN b int', says: 'commits by itself' }],
      fixed: [
        {
          path: '0002_c.sql',
          text: "SET @guarded = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' AND COLUMN_NAME = 'b') > 0, 'DO 0', 'ALTER TABLE t ADD COLUMN b int');\nPREPARE guarded FROM @guarded;\nEXECUTE guarded;\nDEALLOCATE PREPARE guarded;\nUPDATE t SET b = 1 WHERE a = 2;\n",
        },
      ],
    },
    {
      title: 'The same on MariaDB',
      framework: 'sql',
      engines: ['mariadb 10.6', 'mariadb 11'],
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int);\n' },
        { path: '0002_c.sql', text: 'ALTER TABLE t ADD COLUMN b int;\nUPDATE t SET b = 1 WHERE a = 2;\n' },
      ],
      findings: [{ at: 'ALTER TABLE t ADD COLUMN b int', says: 'commits by itself' }],
      fixed: [{ path: '0002_c.sql', text: 'ALTER TABLE t ADD COLUMN IF NOT EXISTS b int;\nUPDATE t SET b = 1 WHERE a = 2;\n' }],
    },
  ],
  good: [
    {
      title: 'One change; changes that can be repeated; rows in a transaction',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE t (id bigint PRIMARY KEY, a int);\n' },
        {
          path: '0002_t.sql',
          text: 'CREATE TABLE IF NOT EXISTS u (id bigint PRIMARY KEY);\nDROP VIEW IF EXISTS v;\nINSERT IGNORE INTO u VALUES (1);\n',
        },
        { path: '0003_t.sql', text: 'SET SESSION lock_wait_timeout = 5;\nALTER TABLE t ADD COLUMN b int;\n' },
        {
          path: '0004_t.sql',
          text: 'START TRANSACTION;\nINSERT INTO t VALUES (1, 1, 1);\nUPDATE t SET a = a + 1 WHERE id = 1;\nCOMMIT;\n',
        },
      ],
    },
  ],
  check: (context) => {
    const changing = context.steps.filter(({ statement }) => !changesNothing(statement));
    const last = changing.at(-1);
    const first = changing.find((step) => !canRepeat(step, context) && step.transaction !== last?.transaction);
    if (first === undefined || last === undefined || context.plan.atomic) return [];
    return [violation(context, first, changing)];
  },
};

/** Does the statement do no harm where its work is done already? */
function canRepeat(step: Step, context: RuleContext): boolean {
  if (step.statement.unreadable !== undefined) return true;
  return step.statement.operations.every((operation) => isRepeatable(operation, context, step));
}

function isRepeatable(operation: Operation, context: RuleContext, step: Step): boolean {
  switch (operation.kind) {
    case 'create table':
      return operation.ifNotExists || operation.orReplace === true || operation.persistence === 'temporary';
    case 'create object':
      return operation.ifNotExists || operation.orReplace || isDroppedBefore(operation, context, step);
    case 'add column':
    case 'create index':
      return operation.ifNotExists;
    case 'drop object':
    case 'drop column':
    case 'drop constraint':
      return operation.ifExists;
    case 'add constraint':
      return operation.ifNotExists === true || isDroppedInSame(step, operation.constraint.name);
    case 'rename column':
    case 'rename object':
    case 'partitioning':
    case 'copy':
      return false;
    case 'insert':
      return operation.onConflict !== 'none';
    case 'redefine column':
      return operation.newName === undefined || operation.newName === operation.column;
    case 'update':
      return !repeatsBadly(step);
    default:
      return true;
  }
}

/** `SET balance = balance * 2`: done twice it is another value. */
function repeatsBadly({ statement }: Step): boolean {
  return statement.operations.some(
    (operation) =>
      operation.kind === 'update' &&
      operation.columns.some((column) =>
        new RegExp(`\\b${column.replace(/\W/g, '\\$&')}\`?\\s*=[^=,]*\\b${column.replace(/\W/g, '\\$&')}\`?\\s*[-+*/]`, 'i').test(
          statement.text,
        ),
      ),
  );
}

function isDroppedBefore(operation: Extract<Operation, { kind: 'create object' }>, { steps }: RuleContext, { statement }: Step): boolean {
  return steps.some(
    (earlier) =>
      earlier.statement.index < statement.index &&
      earlier.statement.operations.some(
        (other) =>
          other.kind === 'drop object' &&
          other.ifExists &&
          other.objectKind === operation.objectKind &&
          other.objects.some(({ name }) => name === operation.object.name),
      ),
  );
}

function isDroppedInSame({ statement }: Step, name: string | undefined): boolean {
  return (
    name !== undefined && statement.operations.some((operation) => operation.kind === 'drop constraint' && operation.constraint === name)
  );
}

function violation(context: RuleContext, step: Step, changing: readonly Step[]): Violation {
  const behind = changing.filter(({ statement }) => statement.index > step.statement.index).length;
  const definition = isDefinition(step.statement);
  const wrapped =
    context.program.execution.wrapped && definition ? `, also in the transaction that ${context.framework.displayName} opens` : '';
  const alone = step.transaction.kind === 'autocommit';
  const why = definition || alone ? `This commits by itself${wrapped}` : 'This is committed by what comes behind it';
  const fixes = [guardFix(context, changing), splitFix(context, changing)].filter((fix) => fix !== undefined);
  return {
    range: headRange(context, step.statement),
    message: `${why}: when ${behind === 1 ? 'the statement' : `one of the ${behind} statements`} behind it fails, it stays while the history says that nothing was done, and the next attempt fails here.`,
    help: 'Make each change a migration of its own, or guard each so that it does no harm where it is done already.',
    fixes,
  };
}

/** Guards for all that need one. Undefined when one of them can have none. */
function guardFix(context: RuleContext, changing: readonly Step[]): Fix | undefined {
  const edits: TextEdit[] = [];
  for (const step of changing) {
    if (canRepeat(step, context)) continue;
    // What runs last alone has nothing behind it that could fail, but it is met again when only the history is lost.
    const edit = guardEdit(context, step);
    if (edit === undefined && step === changing.at(-1)) continue;
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  return edits.length === 0 ? undefined : { title: 'Guard each change', safe: false, edits };
}

function guardEdit(context: RuleContext, step: Step): TextEdit | undefined {
  const [operation, ...others] = step.statement.operations;
  if (operation === undefined || others.length > 0) return undefined;
  const place = operation.insertAt;
  if (hasOwnGuard(operation, context.engine)) {
    if (place?.ifNotExists !== undefined) return insertAt(context, place.ifNotExists, 'IF NOT EXISTS ');
    if (place?.ifExists !== undefined) return insertAt(context, place.ifExists, 'IF EXISTS ');
  }
  const { span } = step.statement;
  const statements = guarded(operation, context.text.slice(span.start, span.end));
  if (statements === undefined) return undefined;
  return replaceSpan(context, { start: span.start, end: endWithTerminator(context, span) }, statements.join('\n'));
}

/** Each further change in a migration of its own, where its name leaves room for them. */
function splitFix(context: RuleContext, changing: readonly Step[]): Fix | undefined {
  if (context.program.direction === 'down' || !takesSeveralOutside(context) || context.migration.down !== undefined) return undefined;
  const [first, ...rest] = changing;
  if (first === undefined || changing.length !== context.steps.length) return undefined;
  const added = addMigrations(
    context,
    rest.map(({ statement }, position) => ({
      slug: `${context.migration.title.replace(/^\W*\d*\W*|\.sql$/g, '')}_part_${position + 2}`,
      up: [`${statement.text};`],
      down: [],
      transactional: true,
    })),
  );
  if (added === undefined) return undefined;
  const removed = rest.map(({ statement }) => replaceSpan(context, wholeLines(context, statement.span), ''));
  return { title: 'Make each change a migration of its own', safe: false, edits: [...removed, ...added] };
}
