import type { Socket } from 'node:net';
import { WireConnection } from '../connection';
import { executedValues, type ParameterType } from './binary-values';
import type { RequestOrder, WireHandlers, WireRequest } from './handlers';
import { handshakeResponse } from './handshake';
import { command, errorBody, queryBody, type TransactionStatus } from './messages';
import { bodyOf, numbered, type Packet, PacketReader, packetsOf, sequenceOf, WireFormatError } from './packets';
import { type AnswerForm, type Completion, type Pending, ResponseReader } from './responses';

/** Longest message of which the text is kept whole: what servers take, unless they are told to take more (max_allowed_packet). */
const greatestMessage = 64 << 20;

interface Prepared {
  readonly text: string;
  readonly parameters: number;
  types: readonly ParameterType[];
  /** Parameters whose values were sent ahead. */
  readonly long: Set<number>;
}

/** MariaDB: "the statement that was prepared last". */
const lastPrepared = 0xff_ff_ff_ff;

/** A client's connection in the MySQL protocol. */
export class MysqlConnection extends WireConnection<Packet> {
  /** The database that the client is meant to use; empty where none was named. */
  readonly database: string;
  private readonly handlers: WireHandlers;
  private readonly fromClient = new PacketReader();
  private readonly fromServer = new PacketReader();
  private readonly responses: ResponseReader;
  private readonly prepared = new Map<number, Prepared>();
  private lastPreparedStatement = 0;
  private requestCount = 0;
  private signedIn = false;
  /** Packets of a message that is not whole yet. */
  private message: Packet[] = [];
  private messageLength = 0;
  /** The rest of a message that is passed on without being kept. */
  private passing = false;

  constructor(
    client: Socket,
    target: { readonly host: string; readonly port: number; readonly database?: string },
    handlers: WireHandlers,
    number: number,
  ) {
    super(client, target, number);
    this.handlers = handlers;
    this.database = target.database ?? '';
    this.responses = new ResponseReader({ now: () => performance.now(), farewell: (error) => handlers.farewell?.(error, this) });
  }

  get serverProcessId(): number | undefined {
    return this.responses.processId;
  }

  /** MariaDB says so in its version, for clients that must know. */
  get isMariadb(): boolean {
    return /mariadb/i.test(this.responses.serverVersion);
  }

  get transactionStatus(): TransactionStatus {
    return this.responses.status;
  }

  ask(text: string): Promise<Completion> {
    return new Promise((resolve, reject) => {
      void this.serverClosed.then(() => reject(new Error('The connection ended before the server had answered.')));
      this.responses.expect({ ...this.pending('results', 0), own: true, completed: resolve });
      this.toServer(packetsOf(queryBody(text)));
    });
  }

  protected segmentsFrom(side: 'client' | 'server', chunk: Buffer): readonly Packet[] {
    return (side === 'client' ? this.fromClient : this.fromServer).push(chunk);
  }

  protected get isIdle(): boolean {
    return this.responses.idle;
  }

  protected releaseOldest(): void {
    this.responses.releaseOldest();
  }

  protected handleServer(packet: Packet): void {
    const action = this.responses.accept(packet);
    const bytes = numbered(action.bytes ?? packet.bytes, action.sequence);
    if (this.responses.takesFile && !this.severed && !this.muted) this.output.flush();
    this.deliver(bytes, action);
  }

  protected handleClient(packet: Packet): Promise<void> | undefined {
    if (this.severed) return undefined;
    if (!this.signedIn) return this.signIn(packet);
    if (this.message.length === 0 && !this.passing && this.responses.continues) return this.goOn(packet);
    if (this.passing) {
      this.passing = !packet.last;
      this.toServer([packet.bytes]);
      return undefined;
    }
    this.message.push(packet);
    this.messageLength += packet.bytes.length;
    const tooLong = this.messageLength > greatestMessage;
    if (!packet.last && !tooLong) return undefined;
    const packets = this.message;
    this.message = [];
    this.messageLength = 0;
    this.passing = !packet.last;
    return this.command(packets, packet.last);
  }

  /** The first packet of a client, which answers the greeting. */
  private signIn(packet: Packet): undefined {
    this.signedIn = true;
    try {
      this.responses.clientSent(sequenceOf(packet));
      this.toServer([handshakeResponse(packet)]);
    } catch (error) {
      if (!(error instanceof WireFormatError)) throw error;
      this.problem = error;
      const report = { code: '1043', sqlState: '08S01', message: error.message };
      this.client.end(Buffer.concat(packetsOf(errorBody(report), sequenceOf(packet) + 1)));
      this.server.end();
    }
  }

  /** A part of signing in, or of a file: goes on without being a command. */
  private goOn(packet: Packet): undefined {
    const { fileSequence, takesFile } = this.responses;
    if (takesFile) this.handlers.copied?.(this, bodyOf(packet));
    this.responses.clientSent(sequenceOf(packet));
    this.toServer([takesFile ? numbered(packet.bytes, fileSequence) : packet.bytes]);
  }

  private command(packets: readonly Packet[], whole: boolean): Promise<void> | undefined {
    const [first] = packets;
    const last = packets.at(-1);
    if (!first || !last) return undefined;
    const body = packets.length === 1 ? bodyOf(first) : Buffer.concat(packets.map(bodyOf));
    const kind = body[0] ?? 0;
    const bytes = packets.map((packet) => packet.bytes);
    const next = (sequenceOf(last) + 1) & 0xff;
    if (kind === command.query || kind === command.execute || kind === command.bulkExecute) {
      return this.request(body, bytes, next, whole);
    }
    const form = formOf(kind);
    if (kind === command.sendLongData) this.prepared.get(body.readUInt32LE(1))?.long.add(body.readUInt16LE(5));
    if (kind === command.closeStatement) this.prepared.delete(body.readUInt32LE(1));
    if (form !== undefined) {
      const noted = (statement: number, parameters: number): void => {
        this.lastPreparedStatement = statement;
        this.prepared.set(statement, { text: body.toString('utf8', 1), parameters, types: [], long: new Set() });
      };
      this.responses.expect({ ...this.pending(form, next), ...(kind === command.prepare && { prepared: noted }) });
    }
    this.toServer(bytes);
    return undefined;
  }

  private request(body: Buffer, bytes: readonly Buffer[], sequence: number, complete: boolean): Promise<void> | undefined {
    this.requestCount += 1;
    const request = this.requestOf(body, complete);
    return this.whenDecided(this.ordered(request), (order) => {
      this.responses.expect({
        ...this.pending('results', sequence),
        hide: new Set(order?.hide),
        hold: order?.holdResponse === true,
        resultDone: (ordinal) => {
          if (ordinal === order?.announce) this.handlers.announced?.(this);
        },
        completed: (completion) => this.handlers.completed?.(request, completion),
      });
      this.toServer(order?.text === undefined ? bytes : packetsOf(queryBody(order.text)));
    });
  }

  private ordered(request: WireRequest): Promise<RequestOrder> | RequestOrder | undefined {
    const order = this.handlers.request?.(request);
    return order instanceof Promise ? order.then((decided) => this.afterAhead(decided)) : order && this.afterAhead(order);
  }

  /** What is to be asked before the request has been asked. */
  private afterAhead(order: RequestOrder): Promise<RequestOrder> | RequestOrder {
    const { ahead = [] } = order;
    if (ahead.length === 0 || this.severed) return order;
    return (async () => {
      for (const text of ahead) await this.ask(text);
      return order;
    })();
  }

  private requestOf(body: Buffer, complete: boolean): WireRequest {
    const common = { connection: this, number: this.requestCount };
    if (body[0] === command.query) {
      return { ...common, protocol: 'text', texts: [body.toString('utf8', 1)], values: [], complete };
    }
    const named = body.readUInt32LE(1);
    const statement = this.prepared.get(named === lastPrepared ? this.lastPreparedStatement : named);
    if (!statement) return { ...common, protocol: 'prepared', texts: [''], values: undefined, complete: false };
    const executed = executedValues(body, statement.parameters, statement.types, statement.long);
    const wasLong = statement.long.size > 0;
    statement.long.clear();
    if (executed) statement.types = executed.types;
    return { ...common, protocol: 'prepared', texts: [statement.text], values: wasLong ? undefined : executed?.values, complete };
  }

  private pending(form: AnswerForm, clientSequence: number): Pending {
    return { form, sentAt: performance.now(), hide: new Set(), hold: false, own: false, clientSequence };
  }
}

/** How a command is answered; undefined for one that is not. */
function formOf(kind: number): AnswerForm | undefined {
  switch (kind) {
    case command.quit:
    case command.sendLongData:
    case command.closeStatement:
      return undefined;
    case command.prepare:
      return 'prepared';
    case command.processInfo:
      return 'results';
    case command.fieldList:
    case command.fetch:
      return 'rows';
    case command.changeUser:
      return 'sign in';
    default:
      return 'single';
  }
}
