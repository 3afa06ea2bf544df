import type { TextEdit } from '../../model/text';
import { isTransactional } from '../../plan/transactional';
import { headRange, operationsOf, type RuleContext, type Step } from '../context';
import { replaceSpan, wholeLines } from '../edits';
import type { Rule, Violation } from '../rule';
import { isPieceOfUnseen } from '../unseen-ends';

export const transactionControl: Rule = {
  id: 'transaction-control',
  title: 'BEGIN, COMMIT or ROLLBACK inside the transaction of the framework',
  severity: 'warning',
  explanation: `The framework opens a transaction around the migration, and commits it together with the row in its history. BEGIN in the migration does nothing there but a warning. COMMIT ends the
framework's own transaction: what follows commits statement by statement, and when it fails, what came before stays while the history says that nothing was done. ROLLBACK undoes the statements before it, and the migration is recorded as applied.

Take the statements out. Where a migration really needs several transactions, make several migrations, or use the framework's mark for migrations without a transaction.

Silent where the framework opens no transaction.`,
  bad: [
    {
      title: 'BEGIN and COMMIT that the framework says already',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nBEGIN;\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCOMMIT;\n\n-- +goose Down\nDROP TABLE b;\nDROP TABLE a;\n',
        },
      ],
      findings: [{ at: 'BEGIN', says: 'COMMIT' }],
      fixed: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\n\n-- +goose Down\nDROP TABLE b;\nDROP TABLE a;\n',
        },
      ],
    },
    {
      title: 'A COMMIT in the middle',
      framework: 'dbmate',
      files: [
        {
          path: '1_t.sql',
          text: '-- migrate:up\nCREATE TABLE a (id int);\nCOMMIT;\nCREATE TABLE b (id int);\n\n-- migrate:down\nDROP TABLE b;\nDROP TABLE a;\n',
        },
      ],
      findings: [{ at: 'COMMIT', says: 'history' }],
    },
    {
      title: 'A COMMIT that a statement needs: leaving it out alone would make that fail',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: "-- +goose Up\nCREATE TABLE t (a int);\nCREATE TYPE mood AS ENUM ('calm');\n\n-- +goose Down\nDROP TYPE mood;\nDROP TABLE t;\n",
        },
        {
          path: '00002_m.sql',
          text: "-- +goose Up\nALTER TYPE mood ADD VALUE 'glad';\nCOMMIT;\nCREATE TABLE u (m mood DEFAULT 'glad');\n\n-- +goose Down\nDROP TABLE u;\n",
        },
      ],
      findings: [{ at: 'COMMIT', says: 'history' }],
    },
    {
      title: 'A COMMIT in a block that runs in a transaction',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint, done boolean);\n' },
        {
          path: 'V2__f.sql',
          text: 'DO $$ BEGIN LOOP UPDATE t SET done = true WHERE id IN (SELECT id FROM t WHERE done IS NULL LIMIT 100); EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$;\n',
        },
      ],
      findings: [{ at: 'COMMIT', says: '2D000' }],
    },
  ],
  good: [
    {
      title: 'Plain SQL says its own transaction',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'BEGIN;\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCOMMIT;\n' }],
    },
    {
      title: 'Savepoints, and a migration without a transaction',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nSAVEPOINT s;\nCREATE TABLE a (id int);\nRELEASE s;\n\n-- +goose Down\nDROP TABLE a;\n',
        },
        {
          path: '00002_t.sql',
          text: '-- +goose NO TRANSACTION\n-- +goose Up\nBEGIN;\nCREATE TABLE b (id int);\nCOMMIT;\n\n-- +goose Down\nDROP TABLE b;\n',
        },
      ],
    },
  ],
  check: (context) => {
    const controls = operationsOf(context, 'transaction').filter(
      ({ operation }) => ending.has(operation.action) || operation.action === 'begin',
    );
    const own = controls
      .filter(({ step }) => step.within === undefined && !isPieceOfUnseen(context, step.statement.span))
      .map(({ step }) => step);
    const nested = controls.filter(({ step }) => step.within !== undefined && step.transaction.kind !== 'autocommit');
    const [first] = own;
    return [
      ...(first === undefined || !context.program.execution.wrapped ? [] : [violation(context, first, own)]),
      ...nested.map(({ step }) => refused(context, step)),
    ];
  },
};

/** A block may commit only when it was called outside of a transaction (manual, PL/pgSQL, "Transaction Management"). */
function refused(context: RuleContext, step: Step): Violation {
  return {
    range: headRange(context, step.statement),
    message: `${verb(step)} in ${step.within} works only outside of a transaction, and the migration runs in one: the server refuses it (2D000).`,
    help: 'Take the migration out of its transaction with the mark that the framework has for it.',
    fixes: [],
  };
}

function verb(step: Step): string {
  return step.statement.text.split(/[\s;]/, 1)[0]?.toUpperCase() ?? '';
}

/** What the COMMIT may be there for: a statement that no transaction takes, or a new value of an enum, which can't be used before (55P04). */
function needsOwnCommit({ engine, steps }: RuleContext): boolean {
  if (engine.name !== 'postgres') return false;
  return steps.some(({ statement }) => !isTransactional(statement) || statement.operations.some(({ kind }) => kind === 'add enum value'));
}

const ending = new Set(['commit', 'rollback', 'prepare']);

function violation(context: RuleContext, first: Step, controls: readonly Step[]): Violation {
  const name = context.framework.displayName;
  const ends = controls.find((step) =>
    step.statement.operations.some((operation) => operation.kind === 'transaction' && ending.has(operation.action)),
  );
  const consequence =
    ends === undefined
      ? context.engine.name === 'postgres'
        ? `the server only warns, and the transaction is still that of ${name}`
        : `the server commits the transaction of ${name} and begins another, which nobody commits`
      : `${verb(ends)} ends the transaction of ${name}: the history is then written apart from the statements, and a failure leaves the two at odds`;
  const edits: TextEdit[] = controls.map((step) => replaceSpan(context, wholeLines(context, step.statement.span), ''));
  // A ROLLBACK takes statements back: leaving it out would change what the migration does.
  const rolls = controls.some((step) =>
    step.statement.operations.some((operation) => operation.kind === 'transaction' && operation.action === 'rollback'),
  );
  return {
    range: headRange(context, first.statement),
    message: `${name} runs this migration in a transaction of its own, and the migration says ${controls.map(verb).join(' and ')}: ${consequence}.`,
    help: 'Leave transaction control to the framework, or take the migration out of its transaction with the mark that the framework has for it.',
    fixes: rolls || needsOwnCommit(context) ? [] : [{ title: 'Leave the transaction to the framework', safe: false, edits }],
  };
}
