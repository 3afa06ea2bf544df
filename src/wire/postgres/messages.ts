/** Reads and writes the few PostgreSQL messages that the proxy acts on (manual, "Message Formats"). */

/** Of Query and Parse: what to run. `complete` is false when the frame was too long to keep. */
export interface MessageText {
  readonly text: string;
  readonly complete: boolean;
}

/** ErrorResponse or NoticeResponse. */
export interface ServerReport {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

/** `I` idle, `T` in a transaction, `E` in a failed transaction. */
export type TransactionStatus = 'I' | 'T' | 'E';

const headerLength = 5;

/** The zero-terminated string that begins at `offset` of the frame. */
function stringAt(frame: Buffer, offset: number): { readonly value: string; readonly end: number; readonly terminated: boolean } {
  const zero = frame.indexOf(0, offset);
  const end = zero < 0 ? frame.length : zero;
  return { value: frame.toString('utf8', offset, end), end: end + 1, terminated: zero >= 0 };
}

/** Query: the text. */
export function queryText(frame: Buffer): MessageText {
  const { value, terminated } = stringAt(frame, headerLength);
  return { text: value, complete: terminated };
}

/** Parse: the prepared statement's name and its text. */
export function parsedStatement(frame: Buffer): MessageText & { readonly name: string } {
  const name = stringAt(frame, headerLength);
  const text = stringAt(frame, name.end);
  return { name: name.value, text: text.value, complete: text.terminated };
}

/** Bind: the portal that is made, and the prepared statement that it is made from. */
export function boundPortal(frame: Buffer): { readonly portal: string; readonly statement: string } {
  const portal = stringAt(frame, headerLength);
  return { portal: portal.value, statement: stringAt(frame, portal.end).value };
}

/** Execute: the portal. */
export function executedPortal(frame: Buffer): string {
  return stringAt(frame, headerLength).value;
}

/** CommandComplete: the tag, as `INSERT 0 5`. */
export function commandTag(frame: Buffer): string {
  return stringAt(frame, headerLength).value;
}

/** The rows that a command tag counts: written, read or copied; 0 for commands that count none. */
export function rowsOfTag(tag: string): number {
  const count = /^(?:INSERT \d+|SELECT|UPDATE|DELETE|MERGE|COPY|FETCH|MOVE) (\d+)$/.exec(tag);
  return count ? Number(count[1]) : 0;
}

/** ReadyForQuery. */
export function transactionStatus(frame: Buffer): TransactionStatus {
  const status = String.fromCharCode(frame[headerLength] ?? 0);
  return status === 'T' || status === 'E' ? status : 'I';
}

/** BackendKeyData: the server process. */
export function serverProcessId(frame: Buffer): number {
  return frame.readInt32BE(headerLength);
}

/** ErrorResponse and NoticeResponse: a type byte and a string for each field, then a zero. `V` is the severity untranslated. */
export function serverReport(frame: Buffer): ServerReport {
  const fields = new Map<string, string>();
  let offset = headerLength;
  while (offset < frame.length && frame[offset] !== 0) {
    const { value, end } = stringAt(frame, offset + 1);
    fields.set(String.fromCharCode(frame[offset] ?? 0), value);
    offset = end;
  }
  return {
    severity: fields.get('V') ?? fields.get('S') ?? '',
    code: fields.get('C') ?? '',
    message: fields.get('M') ?? '',
  };
}

/** A Query frame. */
export function queryFrame(text: string): Buffer {
  const length = Buffer.byteLength(text) + 1;
  const frame = Buffer.alloc(headerLength + length);
  frame.write('Q', 0, 'latin1');
  frame.writeInt32BE(length + 4, 1);
  frame.write(text, headerLength, 'utf8');
  return frame;
}
