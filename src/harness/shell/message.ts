/** What the script's thread asks the driver's thread for. All values are BSON, so that they are the same on both sides. */
export interface Question {
  readonly what: /** A method of a collection, or of a database. */
    | 'call'
    /** The same, where the answer is a cursor: its number. */
    | 'open'
    /** The next documents of cursor `cursor`: none when there are no more. */
    | 'next'
    | 'close'
    /** A method of a session: `start` gives its number. */
    | 'session';
  readonly database?: string;
  readonly collection?: string;
  readonly method?: string;
  readonly cursor?: number;
  readonly session?: number;
  /** `{ v: [...] }`: the arguments before the options, as they are stored. */
  readonly documents?: Uint8Array;
  /** `{ v: {...} }`: plain numbers. */
  readonly options?: Uint8Array;
}

/** `{ v: ... }`, or what was thrown. */
export type Answer =
  | { readonly value: Uint8Array }
  | { readonly error: { readonly name: string; readonly message: string; readonly details: Uint8Array } };

/** What the worker is started with. The signal is 1 from when an answer is on the port. */
export interface WorkerOrder {
  readonly url: string;
  readonly signal: SharedArrayBuffer;
}
