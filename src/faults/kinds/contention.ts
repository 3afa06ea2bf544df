import type { ObjectName, Operation } from '../../model/operation';
import { type Course, transactionOf } from '../course';
import type { CourseStatement } from '../course-statement';

/** Statements of these kinds may touch what their text does not name. */
const opaque: ReadonlySet<Operation['kind']> = new Set([
  'do block',
  'call',
  'other',
  'drop object',
  'rename object',
  'set schema',
  'reindex',
]);

/** True when it is certain that no other session can hold a lock that the statement waits for: all that it locks was made in its transaction. */
export function nobodyElseHolds(course: Course, { index, statement, locks }: CourseStatement): boolean {
  if (statement.unreadable !== undefined || statement.operations.some(({ kind }) => opaque.has(kind))) return false;
  const made = madeInTransaction(course, index);
  return locks.every(({ name }) => made.has(keyOf(name)));
}

/** Tables that earlier statements of the same transaction made: nobody else sees them yet. */
function madeInTransaction(course: Course, index: number): ReadonlySet<string> {
  const earlier = transactionOf(course, index)?.statements.filter((number) => number < index) ?? [];
  const operations = earlier.flatMap((number) => course.statements[number - 1]?.statement.operations ?? []);
  return new Set(
    operations.flatMap((operation) => (operation.kind === 'create table' && !operation.ifNotExists ? [keyOf(operation.table)] : [])),
  );
}

function keyOf({ schema, name }: ObjectName): string {
  return `${schema ?? 'public'}.${name}`;
}
