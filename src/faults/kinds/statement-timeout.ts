import type { Point } from '../../model/fault';
import type { Course } from '../course';
import { nothingToEndMidway, ownFailure } from './inside';

/** The server's own timeout for statements fires: statement_timeout, MariaDB's max_statement_time. */
export const statementTimeoutFault = ownFailure({
  name: 'statement-timeout',
  happened: 'The timeout for statements fired',
  spared: noTimeout,
});

/** MySQL's max_execution_time is for SELECT alone (manual, "max_execution_time"). */
function noTimeout(course: Course, point: Point): string | undefined {
  if (course.engine.name === 'mysql') return 'MySQL has no timeout that ends such a statement: max_execution_time is for SELECT alone.';
  return nothingToEndMidway(course, point);
}
