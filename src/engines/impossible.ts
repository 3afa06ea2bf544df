/**
 * A fault whose moment turned out not to exist, as was seen on the server: the cell is `impossible`, and the message says why in one
 * sentence for the user.
 */
export class ImpossibleHere extends Error {}

/** The machine was too slow for a timeout that had to fire inside of a statement. To be tried again with more patience, from the start. */
export class TooEarly extends Error {
  constructor() {
    super('The timeout fired before the server was where it had to be.');
  }
}
