import type { ServerAction } from '../connection';
import { greetingOf } from './handshake';
import { eofStatus, isEof, lengthEncoded, okMessage, type ServerReport, serverReport, status, type TransactionStatus } from './messages';
import { bodyOf, type Packet } from './packets';

/** The answer to one statement of a request. */
export interface StatementResult {
  /** Rows written, or rows returned. */
  readonly rows: number;
  /** What the server says beside: `Records: 3  Duplicates: 0  Warnings: 0`. */
  readonly info: string;
  /** Milliseconds from sending the request to the arrival of this result: a server sends each as soon as its statement is done. */
  readonly arrivedAfterMs: number;
}

/** How the server answered a request. */
export interface Completion {
  readonly results: readonly StatementResult[];
  readonly error?: ServerReport;
  readonly status: TransactionStatus;
  readonly durationMs: number;
}

/** Which form the answer to a command has. */
export type AnswerForm =
  /** OK, ERR, a file that is asked for, or rows; several of them where the text has several statements. */
  | 'results'
  | 'prepared'
  /** Definitions or rows up to an EOF. */
  | 'rows'
  /** One packet. */
  | 'single'
  /** A conversation that ends with OK or ERR. */
  | 'sign in';

/** A command of which the answer is not complete. */
export interface Pending {
  readonly form: AnswerForm;
  readonly sentAt: number;
  /** Ordinals from 0 of the results that the client must not see. */
  readonly hide: ReadonlySet<number>;
  /** Until it is released. */
  hold: boolean;
  /** The proxy's own question: the client must not see anything of the answer. */
  readonly own: boolean;
  /** The number that the client expects of the next packet. */
  clientSequence: number;
  readonly resultDone?: (ordinal: number) => void;
  readonly prepared?: (statement: number, parameters: number) => void;
  readonly completed?: (completion: Completion) => void;
}

/** Where in the answer to a command the next packet stands. */
type Stage =
  | { readonly kind: 'first' }
  /** `left` column definitions and then an EOF. */
  | { readonly kind: 'columns'; left: number }
  | { readonly kind: 'rows'; count: number }
  /** The client sends the file that it was asked for. */
  | { readonly kind: 'file' }
  /** Packets that only say what a prepared statement takes and gives. */
  | { readonly kind: 'definitions'; left: number };

export interface ServerPacketAction extends ServerAction {
  /** The number that the client expects of it. */
  readonly sequence: number;
  /** As it is passed on, where that is not what came. */
  readonly bytes?: Buffer;
}

export interface ResponseEvents {
  now(): number;
  farewell(error: ServerReport): void;
}

/** Follows what a server sends: which command it answers, and what the client may see of it. */
export class ResponseReader {
  processId: number | undefined;
  serverVersion = '';
  status: TransactionStatus = 'I';
  private readonly pending: Pending[] = [];
  private stage: Stage = { kind: 'first' };
  private results: StatementResult[] = [];
  private error: ServerReport | undefined;
  private greeted = false;
  /** The number that the server expects of the next packet of a file. */
  fileSequence = 0;

  constructor(private readonly events: ResponseEvents) {
    this.pending.push({ form: 'sign in', sentAt: events.now(), hide: new Set(), hold: false, own: false, clientSequence: 0 });
  }

  get idle(): boolean {
    return this.pending.length === 0;
  }

  /** What the client sends now belongs to the command before: the file for it, or its part in signing in. */
  get continues(): boolean {
    return this.stage.kind === 'file' || this.pending[0]?.form === 'sign in';
  }

  get takesFile(): boolean {
    return this.stage.kind === 'file';
  }

  expect(pending: Pending): void {
    this.pending.push(pending);
  }

  releaseOldest(): void {
    const oldest = this.pending[0];
    if (oldest) oldest.hold = false;
  }

  /** The client has sent a packet of this number in the middle of a command. */
  clientSent(sequence: number): void {
    const current = this.pending[0];
    if (current) current.clientSequence = (sequence + 1) & 0xff;
    this.fileSequence = (this.fileSequence + 1) & 0xff;
  }

  accept(packet: Packet): ServerPacketAction {
    const current = this.pending[0];
    const ordinal = this.results.length;
    const sequence = current?.clientSequence ?? 0;
    if (!current) return this.unasked(packet);
    const visible = !current.own && !current.hide.has(ordinal);
    if (visible) current.clientSequence = (sequence + 1) & 0xff;
    const greeting = this.greeting(packet);
    if (greeting) return { destination: 'client', completes: false, sequence, bytes: greeting };
    const completes = this.advance(current, packet);
    const asksForFile = this.stage.kind === 'file';
    if (asksForFile) this.fileSequence = ((packet.bytes[3] ?? 0) + 1) & 0xff;
    const destination = visible ? (current.hold && !asksForFile ? 'withheld' : 'client') : 'nowhere';
    if (completes) this.finish();
    return { destination, completes, sequence };
  }

  private greeting(packet: Packet): Buffer | undefined {
    if (this.greeted) return undefined;
    this.greeted = true;
    const greeting = greetingOf(packet);
    this.processId = greeting?.connectionId;
    this.serverVersion = greeting?.serverVersion ?? '';
    return greeting?.bytes;
  }

  private unasked(packet: Packet): ServerPacketAction {
    const body = bodyOf(packet);
    if (packet.first && body[0] === 0xff) this.events.farewell(serverReport(body));
    return { destination: 'client', completes: false, sequence: packet.bytes[3] ?? 0 };
  }

  /** True when the packet ends the answer. */
  private advance(current: Pending, packet: Packet): boolean {
    // The middle and the end of a long message: never what ends anything.
    if (!packet.first) return false;
    const body = bodyOf(packet);
    if (body[0] === 0xff && this.stage.kind !== 'definitions') {
      this.error = serverReport(body);
      if (current.form === 'sign in') this.events.farewell(this.error);
      return true;
    }
    switch (this.stage.kind) {
      case 'first':
        return this.first(current, body);
      case 'columns':
        return this.column(current, this.stage, body);
      case 'rows':
        return this.row(this.stage, packet, current);
      case 'file':
        return this.resultOk(current, body);
      case 'definitions':
        this.stage.left -= 1;
        return this.stage.left === 0;
    }
  }

  private first(current: Pending, body: Buffer): boolean {
    switch (current.form) {
      case 'single':
        if (body[0] === 0 && body.length >= 7) this.note(okMessage(body).status);
        return true;
      case 'sign in':
        if (body[0] !== 0) return false;
        this.note(okMessage(body).status);
        return true;
      case 'prepared':
        return this.prepared(current, body);
      case 'rows':
        return isEof(body) && this.noteEof(body);
      case 'results':
        if (body[0] === 0) return this.resultOk(current, body);
        if (body[0] === 0xfb) this.stage = { kind: 'file' };
        else this.stage = { kind: 'columns', left: lengthEncoded(body, 0).value };
        return false;
    }
  }

  /** COM_STMT_PREPARE_OK: the statement, its columns, its parameters; then their definitions, each list closed by an EOF. */
  private prepared(current: Pending, body: Buffer): boolean {
    const [columns, parameters] = [body.readUInt16LE(5), body.readUInt16LE(7)];
    current.prepared?.(body.readUInt32LE(1), parameters);
    const left = (columns > 0 ? columns + 1 : 0) + (parameters > 0 ? parameters + 1 : 0);
    if (left === 0) return true;
    this.stage = { kind: 'definitions', left };
    return false;
  }

  private column(current: Pending, stage: { left: number }, body: Buffer): boolean {
    if (stage.left > 0) {
      stage.left -= 1;
      return false;
    }
    // Rows of a cursor are fetched later, each time by a command of its own.
    if ((eofStatus(body) & status.cursorExists) !== 0) return this.resultEnds(current, { rows: 0, info: '' }, eofStatus(body));
    this.stage = { kind: 'rows', count: 0 };
    return false;
  }

  private row(stage: { count: number }, packet: Packet, current: Pending): boolean {
    const body = bodyOf(packet);
    if (packet.last && isEof(body)) return this.resultEnds(current, { rows: stage.count, info: '' }, eofStatus(body));
    stage.count += 1;
    return false;
  }

  private resultOk(current: Pending, body: Buffer): boolean {
    const { affectedRows, info, status: flags } = okMessage(body);
    return this.resultEnds(current, { rows: affectedRows, info }, flags);
  }

  private resultEnds(current: Pending, result: Pick<StatementResult, 'rows' | 'info'>, flags: number): boolean {
    this.note(flags);
    this.results.push({ ...result, arrivedAfterMs: this.events.now() - current.sentAt });
    this.stage = { kind: 'first' };
    current.resultDone?.(this.results.length - 1);
    return (flags & status.moreResults) === 0;
  }

  private noteEof(body: Buffer): true {
    this.note(eofStatus(body));
    return true;
  }

  private note(flags: number): void {
    this.status = (flags & status.inTransaction) === 0 ? 'I' : 'T';
  }

  private finish(): void {
    const done = this.pending.shift();
    const { results, error } = this;
    this.results = [];
    this.error = undefined;
    this.stage = { kind: 'first' };
    done?.completed?.({ results, ...(error && { error }), status: this.status, durationMs: this.events.now() - done.sentAt });
  }
}
