import type { Statement } from '../../model/migration';
import type { Operation, OperationPlace } from '../../model/operation';
import type { Span } from '../../model/text';

/** The operations of a statement that stands `distance` characters further on. */
export function movedOperations(operations: Statement['operations'], distance: number): Operation[] {
  return operations.map((operation) => ({ ...operation, ...movedPlace(operation, distance) })) as Operation[];
}

export function movedSpan({ start, end }: Span, distance: number): Span {
  return { start: start + distance, end: end + distance };
}

function movedPlace({ span, insertAt }: OperationPlace, distance: number): OperationPlace {
  return {
    ...(span !== undefined && { span: movedSpan(span, distance) }),
    ...(insertAt !== undefined && {
      insertAt: Object.fromEntries(Object.entries(insertAt).map(([word, offset]) => [word, offset + distance])),
    }),
  };
}
