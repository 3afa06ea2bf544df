/** How a fault wants the server to be inside of a command. */
export type Entrance =
  /**
   * Between the documents of a write of many, of which the first half is written. Then the rest is: `finished`, with nobody there to hear of it;
   * `interrupted`; `lost` with the server; `sent`, to a server that may refuse it by then.
   */
  | { readonly kind: 'held'; readonly rest: 'finished' | 'interrupted' | 'lost' | 'sent' }
  /** The server's own limit of time ends the command, behind the first half where it writes many documents. */
  | { readonly kind: 'timed out' }
  /** Another session's transaction has written a document that the command needs. */
  | { readonly kind: 'blocked' };
