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

/** A value that was bound to a parameter. */
export interface BoundValue {
  readonly format: 'text' | 'binary';
  /** The type's oid as Parse gave it; 0 where the server was to find it out. */
  readonly type: number;
  /** Null for NULL. */
  readonly bytes: Buffer | null;
}

/** Parse: the prepared statement's name, its text, and the parameter types that the client chose. */
export function parsedStatement(frame: Buffer): MessageText & { readonly name: string; readonly types: readonly number[] } {
  const name = stringAt(frame, headerLength);
  const text = stringAt(frame, name.end);
  const types: number[] = [];
  const count = text.end + 2 <= frame.length ? frame.readInt16BE(text.end) : 0;
  for (let offset = text.end + 2; types.length < count && offset + 4 <= frame.length; offset += 4) types.push(frame.readUInt32BE(offset));
  return { name: name.value, text: text.value, complete: text.terminated, types };
}

/** A Parse with another text: the same name, and the same types of its parameters. */
export function withParsedText(frame: Buffer, text: string): Buffer {
  const name = stringAt(frame, headerLength);
  const types = stringAt(frame, name.end).end;
  return frameOf('P', Buffer.concat([frame.subarray(headerLength, name.end), Buffer.from(`${text}\0`), frame.subarray(types)]));
}

/** Bind: the portal that is made, and the prepared statement that it is made from. */
export function boundPortal(frame: Buffer): { readonly portal: string; readonly statement: string; readonly end: number } {
  const portal = stringAt(frame, headerLength);
  const statement = stringAt(frame, portal.end);
  return { portal: portal.value, statement: statement.value, end: statement.end };
}

/** Bind: its values; undefined when the frame is not whole. `types` are those of the prepared statement. */
export function boundValues(frame: Buffer, types: readonly number[]): readonly BoundValue[] | undefined {
  try {
    let offset = boundPortal(frame).end;
    const next16 = (): number => {
      offset += 2;
      return frame.readInt16BE(offset - 2);
    };
    const formats = Array.from({ length: next16() }, next16);
    return Array.from({ length: next16() }, (_, position) => {
      const length = frame.readInt32BE(offset);
      offset += 4;
      const bytes = length < 0 ? null : frame.subarray(offset, offset + length);
      if (bytes !== null && bytes.length < length) throw new RangeError('The frame ends within a value.');
      offset += Math.max(0, length);
      // One format code counts for all values (manual, "Bind").
      const code = formats.length === 1 ? formats[0] : formats[position];
      return { format: code === 1 ? 'binary' : 'text', type: types[position] ?? 0, bytes };
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
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
  return frameOf('Q', Buffer.from(`${text}\0`));
}

/**
 * Parse, Bind and Execute of one statement without parameters, under a name that no client uses: what the client has prepared under the
 * empty name, or under its own, stays as it is.
 */
export function executeFrames(text: string, name: string): readonly Buffer[] {
  const none = Buffer.alloc(2);
  return [
    frameOf('P', Buffer.from(`${name}\0${text}\0`), none),
    frameOf('B', Buffer.from(`${name}\0${name}\0`), none, none, none),
    frameOf('E', Buffer.from(`${name}\0`), Buffer.alloc(4)),
  ];
}

function frameOf(type: string, ...body: readonly Buffer[]): Buffer {
  const frame = Buffer.concat([Buffer.alloc(headerLength), ...body]);
  frame.write(type, 0, 'latin1');
  frame.writeInt32BE(frame.length - 1, 1);
  return frame;
}
