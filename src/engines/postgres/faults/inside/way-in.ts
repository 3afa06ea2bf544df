import type { Statement } from '../../../../model/migration';
import type { DatabaseAddress } from '../../../../model/sandbox';
import type { PostgresConnection } from '../../../../wire/postgres/connection';
import type { RequestOrder, WireRequest } from '../../../../wire/postgres/handlers';
import type { Completion } from '../../../../wire/postgres/responses';
import type { Inside } from '../../../carrier';
import { type Entrance, Entry, type EntryTools } from '../../../execution/entry';
import type { WayIn as AnyWayIn, WayInEvents as AnyWayInEvents } from '../../../execution/wire';
import { gated } from '../../execution/texts';
import type { PostgresWire } from '../../execution/types';
import { placeBarrier } from './barrier';
import type { Moment } from './moment';
import { Sampling } from './sampling';
import { hiddenSettings, noTimeouts, settingStatement } from './settings';
import { withTextGate } from './text-gate';

type WayInEvents = AnyWayInEvents<PostgresWire>;

const tools: EntryTools<Moment> = { place: placeBarrier, sample: (moment) => Sampling.begin(moment), noTimeouts };

/** The way into one statement over the wire: as a request of its own, or behind a gate in a request of several. */
export class WayIn implements AnyWayIn<PostgresWire> {
  private readonly entry: Entry<Moment>;
  private connection: PostgresConnection | undefined;
  /** The statement behind the gate, and whether it was sent with a gate in its own text too. */
  private behindGate: { readonly statement: Statement; readonly gateInText: boolean } | undefined;
  /** Puts back what was set on a connection for the statement. */
  private readonly restorations = new Map<PostgresConnection, string>();

  constructor(
    private readonly address: DatabaseAddress,
    entrance: Entrance,
    patience: number,
    private readonly events: WayInEvents,
  ) {
    this.entry = new Entry(tools, entrance, patience, {
      arrived: () => this.connection && events.arrived(this.connection),
      failed: events.failed,
    });
  }

  get inside(): Inside | undefined {
    return this.entry.inside;
  }

  /** Prepares everything while a request is held, and says as what to send it. Never rejects. */
  async withRequest(request: WireRequest, statement: Statement | undefined): Promise<RequestOrder> {
    const { connection } = request;
    const gatedText = gatedTextOf(request, statement);
    try {
      await this.prepare(connection, statement, { alone: true, gateInText: gatedText !== undefined });
      const { before, after } = hiddenSettings(this.entry.settings, connection.transactionStatus);
      await connection.ask(before);
      if (after !== undefined) this.restorations.set(connection, after);
      this.entry.follow();
    } catch (error) {
      this.events.failed(error);
    }
    if (!this.entry.needsTextGate || gatedText === undefined) return {};
    return { text: gatedText, extended: { execution: 0, texts: [], keep: true, text: gatedText } };
  }

  /** The request of several statements, with a gate and settings before the one at `position`. */
  gatedRequest({ protocol }: WireRequest, statements: readonly Statement[], position: number): RequestOrder {
    const statement = statements[position];
    const gatedText = statement && protocol === 'simple' ? withTextGate(statement.sent) : undefined;
    this.behindGate = statement && { statement, gateInText: gatedText !== undefined };
    const sent = statements.map((each) => (each === statement && gatedText !== undefined ? { ...each, sent: gatedText } : each));
    // A failure of the statement's own reaches the client; what is struck from outside is withheld as at every gate.
    return { ...gated(sent, position, settingStatement(this.entry.settings)), holdResponse: !this.entry.answers };
  }

  /** The server has come to the gate: prepares everything, and has it opened. */
  async throughGate(connection: PostgresConnection, open: () => Promise<void>): Promise<void> {
    try {
      const { statement, gateInText = false } = this.behindGate ?? {};
      await this.prepare(connection, statement, { alone: false, gateInText });
      await open();
      this.entry.follow();
    } catch (error) {
      this.events.failed(error);
    }
  }

  /** What must be asked on a connection before its next request; once. */
  takeRestoration(connection: PostgresConnection): string | undefined {
    const text = this.restorations.get(connection);
    this.restorations.delete(connection);
    return text;
  }

  /** The server has answered the request of the statement. */
  answer(completion: Completion): void {
    this.entry.answer(completion);
  }

  /** The fault strikes from outside. */
  struck(): void {
    this.entry.struck();
  }

  /** Lets the server go on. Idempotent. */
  release(): Promise<void> {
    return this.entry.release();
  }

  private async prepare(
    connection: PostgresConnection,
    statement: Statement | undefined,
    { alone, gateInText }: { readonly alone: boolean; readonly gateInText: boolean },
  ): Promise<void> {
    const { serverProcessId } = connection;
    if (serverProcessId === undefined || statement === undefined) throw new Error('The statement to be inside of is not known.');
    this.connection = connection;
    await this.entry.prepare({ address: this.address, serverProcessId, statement, gateInText }, alone);
  }
}

/** The one statement of a request with a gate in it. With parameters it is the request that has the text: the statement's has values in it. */
function gatedTextOf({ protocol, texts, replaceable }: WireRequest, statement: Statement | undefined): string | undefined {
  if (protocol === 'simple') return statement && withTextGate(statement.sent);
  const [text] = texts;
  return texts.length === 1 && text !== undefined && replaceable[0] === true ? withTextGate(text) : undefined;
}
