import type { Statement } from '../../../../model/migration';
import type { DatabaseAddress } from '../../../../model/sandbox';
import type { MysqlConnection } from '../../../../wire/mysql/connection';
import type { RequestOrder, WireRequest } from '../../../../wire/mysql/handlers';
import type { Completion } from '../../../../wire/mysql/responses';
import type { Inside } from '../../../carrier';
import { type Entrance, Entry, type EntryTools } from '../../../execution/entry';
import type { WayIn as AnyWayIn, WayInEvents as AnyWayInEvents } from '../../../execution/wire';
import { gated } from '../../execution/texts';
import type { MysqlWire } from '../../execution/types';
import { placeBarrier } from './barrier';
import type { Moment } from './moment';
import { hiddenSettings, noTimeouts } from './settings';

type WayInEvents = AnyWayInEvents<MysqlWire>;

const tools: EntryTools<Moment> = {
  place: placeBarrier,
  hasSetting: async ({ isMariadb }, name) => isMariadb || name !== 'max_statement_time',
  noTimeouts,
};

/** The way into one statement over the wire: as a request of its own, or behind a gate in a request of several. */
export class WayIn implements AnyWayIn<MysqlWire> {
  private readonly entry: Entry<Moment>;
  private connection: MysqlConnection | undefined;
  private behindGate: Statement | undefined;
  /** Puts back what was set on a connection for the statement. */
  private readonly restorations = new Map<MysqlConnection, string>();

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

  async withRequest({ connection }: WireRequest, statement: Statement | undefined): Promise<RequestOrder> {
    try {
      await this.prepare(connection, statement, true);
      await connection.ask(this.settings(connection).before);
      this.entry.follow();
    } catch (error) {
      this.events.failed(error);
    }
    return {};
  }

  gatedRequest({ connection }: WireRequest, statements: readonly Statement[], position: number): RequestOrder {
    this.behindGate = statements[position];
    const { before } = this.settings(connection);
    // A failure of the statement's own reaches the client; what is struck from outside is withheld as at every gate.
    return { ...gated(statements, position, this.address.database, [before]), holdResponse: !this.entry.answers };
  }

  async throughGate(connection: MysqlConnection, open: () => Promise<void>): Promise<void> {
    try {
      await this.prepare(connection, this.behindGate, false);
      await open();
      this.entry.follow();
    } catch (error) {
      this.events.failed(error);
    }
  }

  takeRestoration(connection: MysqlConnection): string | undefined {
    const text = this.restorations.get(connection);
    this.restorations.delete(connection);
    return text;
  }

  answer(completion: Completion): void {
    this.entry.answer(completion);
  }

  struck(): void {
    this.entry.struck();
  }

  release(): Promise<void> {
    return this.entry.release();
  }

  /** For the statement, and back again before the next request. */
  private settings(connection: MysqlConnection): { readonly before: string } {
    const { before, after } = hiddenSettings(this.entry.settings, connection.isMariadb);
    this.restorations.set(connection, after);
    return { before };
  }

  private async prepare(connection: MysqlConnection, statement: Statement | undefined, alone: boolean): Promise<void> {
    const { serverProcessId, isMariadb } = connection;
    if (serverProcessId === undefined || statement === undefined) throw new Error('The statement to be inside of is not known.');
    this.connection = connection;
    await this.entry.prepare({ address: this.address, serverProcessId, isMariadb, statement }, alone);
  }
}
