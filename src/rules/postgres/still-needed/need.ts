import type { Fix } from '../../../model/finding';

/** Something that stands in the way of a drop or a change. */
export interface Need {
  /** `users`. */
  readonly what: string;
  /** `the view names`. */
  readonly by: string;
  readonly code: string;
  readonly help?: string;
  readonly fix?: Fix;
}
