import type { Fix } from '../../model/finding';
import { headRange, type RuleContext, shownName } from '../context';
import { replaceSpan, wholeLines } from '../edits';
import type { Rule, Violation } from '../rule';
import { type TableStep, tableSteps } from './in-use';

const orders = { path: '0001_orders.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY, a int, b int, c int);\n' };

export const altersNotMerged: Rule = {
  id: 'alters-not-merged',
  title: 'Several changes of one table that each go through all of its rows',
  severity: 'warning',
  engines: ['mysql', 'mariadb'],
  explanation: `Each ALTER TABLE that rebuilds or copies a table writes every row of it again, and each index that is built alone reads them all again. Two of them cost twice as much, and commit apart: when the second fails, the first stays.

ALTER TABLE takes a list of changes and makes them in one go, and all of them or none.

Reported at the second of two such statements. Silent where one of them is instant or changes the definition alone, and where another table is changed in between.`,
  bad: [
    {
      title: 'Two copies',
      framework: 'sql',
      files: [orders, { path: '0002_c.sql', text: 'ALTER TABLE orders MODIFY a bigint;\nALTER TABLE orders MODIFY b bigint;\n' }],
      findings: [{ at: 'ALTER TABLE orders MODIFY b bigint', says: 'one go' }],
      fixed: [{ path: '0002_c.sql', text: 'ALTER TABLE orders MODIFY a bigint, MODIFY b bigint;\n' }],
    },
    {
      title: 'Two indexes',
      framework: 'sql',
      files: [
        orders,
        {
          path: '0002_c.sql',
          text: 'ALTER TABLE orders ADD INDEX by_a (a), ALGORITHM=INPLACE, LOCK=NONE;\nALTER TABLE orders ADD INDEX by_b (b), ALGORITHM=INPLACE, LOCK=NONE;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE orders ADD INDEX by_b (b), ALGORITHM=INPLACE, LOCK=NONE', says: 'one go' }],
      fixed: [{ path: '0002_c.sql', text: 'ALTER TABLE orders ADD INDEX by_a (a), ADD INDEX by_b (b), ALGORITHM=INPLACE, LOCK=NONE;\n' }],
    },
  ],
  good: [
    {
      title: 'One statement; instant changes; another table',
      framework: 'sql',
      files: [
        orders,
        { path: '0002_c.sql', text: 'ALTER TABLE orders ADD INDEX by_a (a), ADD INDEX by_b (b);\n' },
        { path: '0003_c.sql', text: 'ALTER TABLE orders ADD COLUMN d int;\nALTER TABLE orders ADD COLUMN e int;\n' },
        { path: '0004_t.sql', text: 'CREATE TABLE t (a int);\nALTER TABLE t ADD INDEX (a);\nALTER TABLE t MODIFY a bigint;\n' },
      ],
    },
  ],
  check: (context) => {
    const dear = tableSteps(context).filter(({ step, work }) => {
      const cost = step.planned.cost;
      return (cost === 'rewrite' || cost === 'build') && work.refused === undefined && /^ALTER\s+TABLE\b/i.test(step.statement.text);
    });
    return dear.flatMap((found, position) => {
      const before = dear[position - 1];
      return before !== undefined && belongTogether(context, before, found) ? [violation(context, before, found)] : [];
    });
  },
};

/** The same table, and nothing between them but settings. */
function belongTogether({ steps }: RuleContext, left: TableStep, right: TableStep): boolean {
  if (shownName(left.work.table) !== shownName(right.work.table)) return false;
  return steps
    .filter(({ statement }) => statement.index > left.step.statement.index && statement.index < right.step.statement.index)
    .every(({ statement }) => statement.operations.length > 0 && statement.operations.every(({ kind }) => kind === 'set'));
}

function violation(context: RuleContext, before: TableStep, { step, work }: TableStep): Violation {
  const name = shownName(work.table);
  const edits = mergeEdits(context, before, step);
  const fix: Fix = { title: `Make it part of the statement before`, safe: false, edits: edits ?? [] };
  return {
    range: headRange(context, step.statement),
    message: `This goes through all rows of ${name} once more, after statement ${before.step.statement.index} has: in one ALTER TABLE the server does both in one go, and both or neither.`,
    help: `Make one ALTER TABLE ${name} of them.`,
    fixes: edits === undefined ? [] : [fix],
  };
}

/** The clauses of the second go behind those of the first, before what it demands; its own demands go with it. */
function mergeEdits(context: RuleContext, before: TableStep, step: TableStep['step']) {
  const last = before.step.statement.operations.at(-1)?.span;
  const spans = step.statement.operations.map(({ span }) => span);
  const foreign = [...before.step.statement.operations, ...step.statement.operations].some(
    ({ kind }) => kind === 'rename object' || kind === 'partitioning',
  );
  if (last === undefined || foreign || spans.some((span) => span === undefined)) return undefined;
  const clauses = [...new Set(spans.map((span) => (span === undefined ? '' : context.text.slice(span.start, span.end))))].join(', ');
  return [
    replaceSpan(context, { start: last.end, end: last.end }, `, ${clauses}`),
    replaceSpan(context, wholeLines(context, step.statement.span), ''),
  ];
}
