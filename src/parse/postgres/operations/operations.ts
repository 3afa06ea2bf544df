import type { Operation } from '../../../model/operation';
import type { StatementSource } from '../source';

/** What a statement does. */
export function operationsOf(source: StatementSource): Operation[] {
  return [{ kind: 'other', node: Object.keys(source.node)[0] ?? '' }];
}
