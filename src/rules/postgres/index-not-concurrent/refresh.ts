import { findNamed } from '../../../schema/lookup';
import { isInUse, type OperationOf, type RuleContext, type Step, shownName } from '../../context';
import { lockEnd } from '../../phrases';
import type { Examples, Violation } from '../../rule';
import { violation } from './violation';

/** REFRESH MATERIALIZED VIEW of one that has rows. */
export function checkRefresh(context: RuleContext, step: Step, operation: OperationOf<'refresh materialized view'>): Violation[] {
  if (operation.concurrently || !isInUse(context, step, operation.view)) return [];
  const view = findNamed(step.before.definitions, operation.view);
  if (view?.populated === false) return [];
  const message = `REFRESH MATERIALIZED VIEW locks ${shownName(operation.view)} (ACCESS EXCLUSIVE) ${lockEnd(context, step)}: all reads of it wait while its query runs.`;
  const unique = view?.indexes?.some((index) => index.unique && !/\bwhere\b/i.test(index.definition)) === true;
  const offset = operation.insertAt?.concurrently;
  // Unlike the others, this one may run inside a transaction (manual, REFRESH MATERIALIZED VIEW).
  const edits =
    unique && offset !== undefined ? [{ range: context.lines.range({ start: offset, end: offset }), newText: 'CONCURRENTLY ' }] : [];
  const fix = edits.length === 0 ? undefined : { title: 'Refresh the view concurrently', safe: true, edits };
  return [
    violation(
      context,
      step,
      operation,
      message,
      'Use REFRESH MATERIALIZED VIEW CONCURRENTLY; the view needs a unique index over whole columns.',
      fix,
    ),
  ];
}

export const refreshExamples: Examples = {
  bad: [
    {
      title: 'Refreshing a materialized view stops its readers',
      framework: 'sql',
      files: [
        { path: '0001_v.sql', text: 'CREATE MATERIALIZED VIEW totals AS SELECT 1 AS id;\nCREATE UNIQUE INDEX totals_id ON totals (id);\n' },
        { path: '0002_v.sql', text: 'REFRESH MATERIALIZED VIEW totals;\n' },
      ],
      findings: [{ at: 'REFRESH MATERIALIZED VIEW totals', says: 'reads' }],
      fixed: [{ path: '0002_v.sql', text: 'REFRESH MATERIALIZED VIEW CONCURRENTLY totals;\n' }],
    },
  ],
  good: [],
};
