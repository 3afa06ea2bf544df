/** What went wrong, in words for the user: what is wrong, and what to do about it. Never a stack trace. */
export interface Problem {
  readonly message: string;
  /** The server's or the system's own code where there is one: an SQLSTATE, an errno name. */
  readonly code?: string;
  /** The file that it is about, where it is about one: relative to its folder. */
  readonly path?: string;
}

/** Errors are values inside the core; only edges throw. */
export type Result<T, E = Problem> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export function success<T>(value: T): Result<T, never> {
  return { ok: true, value };
}

export function failure<E = Problem>(error: E): Result<never, E> {
  return { ok: false, error };
}
