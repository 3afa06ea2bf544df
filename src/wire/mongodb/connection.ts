import type { Socket } from 'node:net';
import { type Document, EJSON } from 'bson';
import { WireConnection } from '../connection';
import { errorIn, resultOf, summaryOf } from './answers';
import { DatabaseMap } from './databases';
import { codeOf, type Frame, FrameReader, frameOf, opCode, requestIdOf, responseToOf, WireFormatError } from './frames';
import type { RequestOrder, WireHandlers, WireRequest } from './handlers';
import {
  answerOf,
  bodyField,
  databaseOf,
  decoded,
  encoded,
  flag,
  type Message,
  messageBytes,
  messageOf,
  nameOf,
  plainly,
  queryOf,
  type RawCommand,
  replyOf,
} from './messages';
import { bsonType, fieldOf, numberOf, type RawValue } from './raw';
import { answerToClient, commandToServer, helloToClient, helloToServer } from './rewrite';

/** What the connections of one execution share. */
export class SharedView {
  readonly databases: DatabaseMap;
  /** The server is being killed: nobody gets through to it any more, however soon it is there again. */
  isClosed = false;
  /** What a write is answered that is sent again, by session and number, where the server would not know the whole of it. */
  private readonly repeated = new Map<string, Promise<Document>>();
  private readonly sessions = new Map<string, number>();

  /** @param database the execution's own, as the server calls it; empty: names are passed on as they are */
  constructor(readonly database: string) {
    this.databases = new DatabaseMap(database);
  }

  /** The logical sessions that have been in a transaction: the 16 bytes of each. */
  get transactionSessions(): readonly Buffer[] {
    return [...this.sessions.keys()].map((key) => Buffer.from(key, 'hex'));
  }

  /** The answer to this write if it comes again: a retryable one has a number of its own in its session. */
  rememberAnswer(request: WireRequest, answer: Promise<Document>): void {
    const key = repetitionOf(request);
    if (key !== undefined) this.repeated.set(key, answer);
  }

  answerTo(request: WireRequest): Promise<Document> | undefined {
    const key = this.repeated.size === 0 ? undefined : repetitionOf(request);
    return key === undefined ? undefined : this.repeated.get(key);
  }

  /** Logical sessions that have been in a transaction, from 1. */
  numberOf(session: Buffer): number {
    const key = session.toString('hex');
    const number = this.sessions.get(key) ?? this.sessions.size + 1;
    this.sessions.set(key, number);
    return number;
  }
}

/** A message of which the answer is not complete. */
interface Pending {
  readonly kind: 'command' | 'hello' | 'own';
  /** Until it is released. */
  hold: boolean;
  /** Answers go on coming to it, as monitors ask for. */
  streams: boolean;
  changeAnswer?(answer: Document): Document;
  completed?(answer: Buffer): void;
}

/** A command of the client's. */
interface Received {
  readonly frame: Frame;
  readonly flags: number;
  /** As it came; undefined where it has to be written anew. */
  readonly bytes: Buffer | undefined;
}

const hellos: ReadonlySet<string> = new Set(['hello', 'isMaster', 'ismaster']);
/** Numbers of our own messages begin here: drivers count from 0. */
const firstOwnId = 2_000_000_000;

/** A client's connection in MongoDB's protocol. */
export class MongodbConnection extends WireConnection<Frame> {
  private readonly fromClient = new FrameReader();
  private readonly fromServer = new FrameReader();
  private readonly pending = new Map<number, Pending>();
  private readonly seen = new Map<string, Buffer>();
  private connectionId: number | undefined;
  private requestCount = 0;
  private ownId = firstOwnId;
  private current: WireRequest | undefined;

  constructor(
    client: Socket,
    target: { readonly host: string; readonly port: number },
    private readonly handlers: WireHandlers,
    number: number,
    readonly shared: SharedView,
  ) {
    super(client, target, number);
    if (shared.isClosed) this.cut({ client: 'reset', server: 'reset' });
  }

  /** The server's number of this connection, as hello tells it. */
  get serverProcessId(): number | undefined {
    return this.connectionId;
  }

  /** The logical sessions of its commands: the 16 bytes of each. */
  get sessionIds(): readonly Buffer[] {
    return [...this.seen.values()];
  }

  /** The command that came last. */
  get lastRequest(): WireRequest | undefined {
    return this.current;
  }

  /** @param text a command in Extended JSON */
  ask(text: string): Promise<Document> {
    return this.askCommand(encoded(EJSON.parse(text)));
  }

  /** As `ask`: the answer, whether it tells of success or of an error. */
  askCommand(command: RawCommand): Promise<Document> {
    return new Promise((resolve, reject) => {
      void this.serverClosed.then(() => reject(new Error('The connection ended before the server had answered.')));
      const requestId = this.nextOwnId();
      this.pending.set(requestId, { kind: 'own', hold: false, streams: false, completed: (answer) => resolve(plainly(answer)) });
      this.toServer([messageBytes(command, { requestId, responseTo: 0, flags: 0 })]);
    });
  }

  override mute(): void {
    this.shared.isClosed = true;
    super.mute();
  }

  protected segmentsFrom(side: 'client' | 'server', chunk: Buffer): readonly Frame[] {
    return (side === 'client' ? this.fromClient : this.fromServer).push(chunk);
  }

  protected get isIdle(): boolean {
    return [...this.pending.values()].every(({ streams }) => streams);
  }

  protected releaseOldest(): void {
    const oldest = [...this.pending.values()].find(({ kind }) => kind === 'command');
    if (oldest) oldest.hold = false;
  }

  protected handleClient(frame: Frame): Promise<void> | undefined {
    if (this.severed) return undefined;
    switch (codeOf(frame)) {
      case opCode.query:
        return this.query(frame);
      case opCode.message:
        return this.message(frame, messageOf(frame));
      default:
        throw new WireFormatError('A client sent a kind of message that it was not offered.');
    }
  }

  protected handleServer(frame: Frame): void {
    const key = responseToOf(frame);
    const pending = this.pending.get(key);
    if (pending === undefined) {
      this.deliver(frame.bytes, { destination: 'client', completes: false });
      return;
    }
    const answer = answerOf(frame);
    const goesOn = codeOf(frame) === opCode.message && (messageOf(frame).flags & flag.moreToCome) !== 0;
    this.pending.delete(key);
    // Each further answer names the one before as what it answers.
    if (goesOn) this.pending.set(requestIdOf(frame), { ...pending, streams: true });
    const shown = this.asClientSees(answer, pending);
    pending.completed?.(shown);
    const bytes = withBody(frame, answer, shown);
    const destination = pending.kind === 'own' ? 'nowhere' : pending.hold ? 'withheld' : 'client';
    this.deliver(bytes, { destination, completes: true });
  }

  private query(frame: Frame): undefined {
    const { body, head, tail } = queryOf(frame);
    const forwarded = helloToServer(body);
    this.pending.set(requestIdOf(frame), { kind: 'hello', hold: false, streams: false });
    this.toServer([forwarded === body ? frame.bytes : frameOf(idsOf(frame), opCode.query, [head, forwarded, tail])]);
  }

  private message(frame: Frame, { flags, command }: Message): Promise<void> | undefined {
    const name = nameOf(command);
    if (hellos.has(name)) {
      const body = helloToServer(command.body);
      this.pending.set(requestIdOf(frame), { kind: 'hello', hold: false, streams: false });
      this.toServer([body === command.body ? frame.bytes : messageBytes({ ...command, body }, { ...idsOf(frame), flags })]);
      return undefined;
    }
    const raw = commandToServer(command, this.shared.databases);
    const request = this.requestOf(name, command, raw);
    const same = raw.body === command.body && raw.sequences.every((sequence, position) => sequence === command.sequences[position]);
    const bytes = same ? frame.bytes : undefined;
    return this.whenDecided(this.handlers.request?.(request), (order) => this.send({ frame, flags, bytes }, request, order));
  }

  private send({ frame, flags, bytes }: Received, request: WireRequest, order: RequestOrder | undefined): void {
    const sentAt = performance.now();
    const completed = (answer: Buffer): void => this.completed(request, answer, performance.now() - sentAt);
    if (order?.answer !== undefined) {
      this.answerItself(frame, flags, order.answer, order.holdResponse === true, completed);
      return;
    }
    const silent = (flags & flag.moreToCome) !== 0;
    const hold = order?.holdResponse === true;
    const changeAnswer = order?.changeAnswer?.bind(order);
    if (!silent) {
      this.pending.set(requestIdOf(frame), { kind: 'command', hold, streams: false, completed, ...(changeAnswer && { changeAnswer }) });
    }
    const asItCame = order?.command === undefined ? bytes : undefined;
    const { command = request.raw } = order ?? {};
    const sent = typeof command === 'function' ? command(request) : command;
    this.toServer([asItCame ?? messageBytes(sent, { ...idsOf(frame), flags })]);
    // A command without an answer is done when the next one is answered: the server takes them one after the other.
    if (silent)
      this.askCommand(encoded({ ping: 1, $db: 'admin' })).then(
        () => completed(succeeded),
        () => undefined,
      );
  }

  private answerItself(frame: Frame, flags: number, answer: Document, hold: boolean, completed: (answer: Buffer) => void): void {
    const body = answerToClient(encoded(answer).body, this.shared.databases);
    completed(body);
    if ((flags & flag.moreToCome) !== 0) return;
    const ids = { requestId: this.nextOwnId(), responseTo: requestIdOf(frame), flags: 0 };
    const bytes = messageBytes({ body, sequences: [] }, ids);
    this.deliver(bytes, { destination: hold ? 'withheld' : 'client', completes: true });
  }

  private completed(request: WireRequest, bytes: Buffer, durationMs: number): void {
    const summary = summaryOf(bytes);
    const error = errorIn(summary.answer);
    const result = resultOf(summary, durationMs);
    this.handlers.completed?.(request, { results: result ? [result] : [], ...(error && { error }), durationMs });
  }

  private asClientSees(answer: Buffer, { kind, changeAnswer }: Pending): Buffer {
    if (kind === 'own') return answer;
    if (kind === 'hello') {
      this.connectionId ??= numberOf(fieldOf(answer, 'connectionId'));
      return helloToClient(answer, `${this.client.localAddress}:${this.client.localPort}`);
    }
    const changed = changeAnswer ? encoded(changeAnswer(plainly(answer))).body : answer;
    return answerToClient(changed, this.shared.databases);
  }

  private requestOf(name: string, command: RawCommand, raw: RawCommand): WireRequest {
    this.requestCount += 1;
    const database = databaseOf(command);
    const session = sessionIn(bodyField(command, 'lsid'));
    if (session !== undefined) this.seen.set(session.toString('hex'), session);
    const inTransaction = numberOf(bodyField(command, 'autocommit')) === 0;
    let document: Document | undefined;
    const foreignDatabase = database === undefined ? undefined : this.shared.databases.foreign(database);
    const request: WireRequest = {
      connection: this,
      number: this.requestCount,
      name,
      raw,
      foreignDatabase,
      session,
      inTransaction,
      transactionSession: inTransaction && session !== undefined ? this.shared.numberOf(session) : undefined,
      get command() {
        document ??= documentIn(command, foreignDatabase);
        return document;
      },
    };
    this.current = request;
    return request;
  }

  private nextOwnId(): number {
    this.ownId = this.ownId === 0x7f_ff_ff_ff ? firstOwnId : this.ownId + 1;
    return this.ownId;
  }
}

function repetitionOf({ raw, session, inTransaction }: WireRequest): string | undefined {
  const number = bodyField(raw, 'txnNumber');
  return number === undefined || session === undefined || inTransaction
    ? undefined
    : `${session.toString('hex')} ${number.bytes.toString('hex')}`;
}

/** What a command without an answer is taken to have said. */
const succeeded = encoded({ ok: 1 }).body;

function idsOf(frame: Frame): { readonly requestId: number; readonly responseTo: number } {
  return { requestId: requestIdOf(frame), responseTo: responseToOf(frame) };
}

function withBody(frame: Frame, before: Buffer, after: Buffer): Buffer {
  if (before === after) return frame.bytes;
  if (codeOf(frame) === opCode.reply) return frameOf(idsOf(frame), opCode.reply, [replyOf(frame).head, after]);
  const { flags, command } = messageOf(frame);
  return messageBytes({ ...command, body: after }, { ...idsOf(frame), flags });
}

/** `lsid: { id: UUID }`. */
function sessionIn(lsid: RawValue | undefined): Buffer | undefined {
  const id = lsid?.type === bsonType.document ? fieldOf(lsid.bytes, 'id') : undefined;
  return id?.type === bsonType.binary && id.bytes.length === 21 ? Buffer.from(id.bytes.subarray(5)) : undefined;
}

function documentIn(command: RawCommand, foreignDatabase: string | undefined): Document {
  const { $db: _, ...document } = decoded(command);
  return foreignDatabase === undefined ? document : { ...document, $db: foreignDatabase };
}
