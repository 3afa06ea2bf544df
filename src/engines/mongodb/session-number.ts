/** Hexadecimal digits of a session's UUID that make its number: as many as a number holds exactly. */
const digits = 12;

/**
 * A logical session as a number, as people and the runner know sessions: the first digits of the UUID in its lsid. Undefined for what is no UUID.
 * @param id `lsid.id` as the driver reads it: a binary with 16 bytes, or those bytes.
 */
export function sessionNumber(id: unknown): number | undefined {
  const bytes = id instanceof Uint8Array ? id : (id as { readonly buffer?: unknown } | undefined)?.buffer;
  if (!(bytes instanceof Uint8Array) || bytes.length < digits / 2) return undefined;
  return Number.parseInt(Buffer.from(bytes).toString('hex').slice(0, digits), 16);
}
