import type { Fix } from '../../../model/finding';

/** Why the server will not do what a statement says. */
export interface Refusal {
  /** Without a full stop at the end. */
  readonly why: string;
  /** SQLSTATE. */
  readonly code: string;
  readonly help: string;
  readonly fix?: Fix;
}
