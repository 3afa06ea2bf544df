import type { Point } from '../../model/fault';
import type { ObjectName, Operation } from '../../model/operation';
import { type Course, runningAt, transactionOf } from '../course';
import type { CourseStatement } from '../course-statement';

/** Spares the statements that wait for nobody, for this reason. */
export function uncontested(why: string): (course: Course, point: Point) => string | undefined {
  return (course, point) => {
    const running = runningAt(course, point);
    return running !== undefined && nobodyElseHolds(course, running) ? why : undefined;
  };
}

/**
 * True when it is certain from the text alone that no other session can hold a lock that the statement waits for: all that it locks was made
 * in its transaction, or it locks no relation at all.
 */
function nobodyElseHolds(course: Course, { index, statement, locks }: CourseStatement): boolean {
  const { operations, unreadable } = statement;
  if (unreadable !== undefined || operations.length === 0 || !operations.every(locksWhatItNames)) return false;
  const made = madeInTransaction(course, index);
  return locks.every(({ name }) => made.has(keyOf(name)));
}

/** Objects that are made or changed under no lock of a relation. */
const apartFromRelations: ReadonlySet<string> = new Set(['schema', 'type', 'domain', 'function', 'procedure', 'extension', 'sequence']);

/** The facts about this kind of operation name every relation that it locks. Rows that it writes may be locked for it elsewhere, by keys. */
function locksWhatItNames(operation: Operation): boolean {
  switch (operation.kind) {
    case 'create table':
      return !operation.asQuery && operation.like === undefined;
    case 'create object':
      return apartFromRelations.has(operation.objectKind);
    case 'create index':
    case 'add column':
    case 'drop column':
    case 'set default':
    case 'drop default':
    case 'set not null':
    case 'drop not null':
    case 'add enum value':
    case 'rename enum value':
      return true;
    default:
      return false;
  }
}

/** Tables that earlier statements of the same transaction made: nobody else sees them yet. */
function madeInTransaction(course: Course, index: number): ReadonlySet<string> {
  const earlier = transactionOf(course, index)?.statements.filter((number) => number < index) ?? [];
  const operations = earlier.flatMap((number) => course.statements[number - 1]?.statement.operations ?? []);
  const made = operations.flatMap((operation) => (operation.kind === 'create table' && !operation.ifNotExists ? [operation.table] : []));
  return new Set(made.map(keyOf));
}

function keyOf({ schema, name }: ObjectName): string {
  return `${schema ?? 'public'}.${name}`;
}
