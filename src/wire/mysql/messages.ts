/** Reads the few messages of the MySQL protocol that the proxy acts on (manual, "Client/Server Protocol"). */

/** An ERR packet. */
export interface ServerReport {
  /** The server's number: `1205`. */
  readonly code: string;
  readonly sqlState: string;
  readonly message: string;
}

/** `T` in a transaction, `I` outside of one. */
export type TransactionStatus = 'I' | 'T';

export const status = { inTransaction: 1, moreResults: 8, cursorExists: 0x40 } as const;

export interface OkMessage {
  readonly affectedRows: number;
  readonly status: number;
  /** As `Rows matched: 3  Changed: 3  Warnings: 0`. */
  readonly info: string;
}

/** A length-encoded integer, and where it ends. */
export function lengthEncoded(body: Buffer, offset: number): { readonly value: number; readonly end: number } {
  const first = body[offset] ?? 0;
  if (first < 0xfb) return { value: first, end: offset + 1 };
  if (first === 0xfc) return { value: body.readUInt16LE(offset + 1), end: offset + 3 };
  if (first === 0xfd) return { value: body.readUIntLE(offset + 1, 3), end: offset + 4 };
  return { value: Number(body.readBigUInt64LE(offset + 1)), end: offset + 9 };
}

export function okMessage(body: Buffer): OkMessage {
  const rows = lengthEncoded(body, 1);
  const identity = lengthEncoded(body, rows.end);
  const status = body.readUInt16LE(identity.end);
  const infoAt = identity.end + 4;
  // Servers send its length, though the manual has the text go to the end of the packet.
  const info = infoAt < body.length ? body.toString('utf8', lengthEncoded(body, infoAt).end) : '';
  return { affectedRows: rows.value, status, info };
}

/** EOF: the server's status. */
export function eofStatus(body: Buffer): number {
  return body.length >= 5 ? body.readUInt16LE(3) : 0;
}

export function isEof(body: Buffer): boolean {
  return body[0] === 0xfe && body.length < 9;
}

export function serverReport(body: Buffer): ServerReport {
  const code = String(body.readUInt16LE(1));
  // Before the client has signed in there is no SQLSTATE.
  if (body[3] !== 0x23) return { code, sqlState: '', message: body.toString('utf8', 3) };
  return { code, sqlState: body.toString('latin1', 4, 9), message: body.toString('utf8', 9) };
}

/** An ERR packet's body. */
export function errorBody({ code, sqlState, message }: ServerReport): Buffer {
  const head = Buffer.alloc(3);
  head[0] = 0xff;
  head.writeUInt16LE(Number(code), 1);
  return Buffer.concat([head, Buffer.from(`#${sqlState}${message}`)]);
}

/** COM_QUERY. */
export function queryBody(text: string): Buffer {
  return Buffer.concat([Buffer.from([command.query]), Buffer.from(text)]);
}

/** The first byte of a message from the client (manual, "Command Phase"). */
export const command = {
  quit: 0x01,
  query: 0x03,
  fieldList: 0x04,
  statistics: 0x09,
  processInfo: 0x0a,
  changeUser: 0x11,
  prepare: 0x16,
  execute: 0x17,
  sendLongData: 0x18,
  closeStatement: 0x19,
  setOption: 0x1b,
  fetch: 0x1c,
  /** MariaDB's COM_STMT_BULK_EXECUTE, which is not offered. */
  bulkExecute: 0xfa,
} as const;
