/**
 * A fault whose moment turned out not to exist, as was seen on the server: the cell is `impossible`, and the message says why in one
 * sentence for the user.
 */
export class ImpossibleHere extends Error {}
