import type { Document } from 'bson';
import type { DatabaseAddress } from '../../../../model/sandbox';
import { errorIn } from '../../../../wire/mongodb/answers';
import type { Completion, RequestOrder, WireRequest } from '../../../../wire/mongodb/handlers';
import { encoded, type RawCommand } from '../../../../wire/mongodb/messages';
import { askOnce } from '../../../../wire/mongodb/own-client';
import { fieldOf, int32Value, numberOf, withField, without } from '../../../../wire/mongodb/raw';
import type { Inside } from '../../../carrier';
import type { WayIn as AnyWayIn, WayInEvents as AnyWayInEvents } from '../../../execution/wire';
import { ImpossibleHere } from '../../../impossible';
import type { MongodbWire } from '../../execution/types';
import { inPlaceOf } from '../commands';
import { type Blocker, block, wholeTarget } from './blocker';
import type { Entrance } from './entrance';
import { type Split, splitOf } from './split';
import { ownNamespaceOf, targetOf, writeListOf } from './statements';

type WayInEvents = AnyWayInEvents<MongodbWire>;

/** What mongod answers to a command that was interrupted (manual, "killSessions"; error_codes.yml of its source). */
const interrupted: Document = { ok: 0, errmsg: 'operation was interrupted', code: 11601, codeName: 'Interrupted' };
/** MaxTimeMSExpired; LockTimeout; WriteConflict; ExceededTimeLimit. */
const outOfTime: ReadonlySet<string> = new Set(['50', '262']);
const stoppedByOthers: ReadonlySet<string> = new Set(['50', '262', '24', '112']);

const blockedForMs = 1_000;

/** The first half of a write, as it was answered. */
interface Half {
  readonly split: Split;
  readonly first: Document;
}

/** The way into one command. */
export class WayIn implements AnyWayIn<MongodbWire> {
  inside: Inside | undefined;
  private blocker: Blocker | undefined;
  /** What is to be done when it is let go after a fault has struck; once. */
  private finish: (() => Promise<void>) | undefined;
  /** The server remembers each entry of a retryable write. */
  private serverKnows: Promise<boolean> | undefined;
  private isStruck = false;
  private isOver = false;
  private letGo: () => void = () => undefined;
  private setStruck: () => void = () => undefined;
  private readonly released: Promise<void>;
  private readonly strikes: Promise<void>;

  constructor(
    private readonly address: DatabaseAddress,
    private readonly entrance: Entrance,
    private readonly patience: number,
    private readonly events: WayInEvents,
  ) {
    this.released = new Promise((resolve) => {
      this.letGo = resolve;
    });
    this.strikes = new Promise((resolve) => {
      this.setStruck = resolve;
    });
  }

  async withRequest(request: WireRequest): Promise<RequestOrder> {
    try {
      return await this.orderFor(request);
    } catch (error) {
      this.fail(error);
      return {};
    }
  }

  private orderFor(request: WireRequest): Promise<RequestOrder> {
    switch (this.entrance.kind) {
      case 'held':
        return this.hold(request, this.entrance.rest);
      case 'timed out':
        return this.outOfTime(request);
      case 'blocked':
        return this.blocked(request);
    }
  }

  /** A command is one request: no other one goes before it. */
  gatedRequest(): RequestOrder {
    return {};
  }

  async throughGate(): Promise<void> {}

  takeRestoration(): undefined {}

  answer({ error }: Completion): void {
    const expected = this.entrance.kind === 'blocked' ? stoppedByOthers : outOfTime;
    if (this.entrance.kind === 'held' || this.isOver) return;
    if (error !== undefined && expected.has(error.code)) {
      this.isOver = true;
    } else {
      const ending = error === undefined ? 'The command ended' : `The command ended by itself (${error.message})`;
      const how = this.entrance.kind === 'blocked' ? 'without waiting for what another session held' : 'before its time was over';
      this.fail(new ImpossibleHere(`${ending} ${how}.`));
    }
    void this.blocker?.release();
  }

  struck(): void {
    this.isStruck = true;
    this.setStruck();
  }

  async release(): Promise<void> {
    this.letGo();
    const { finish } = this;
    this.finish = undefined;
    if (this.isStruck) await finish?.();
    await this.blocker?.release();
  }

  private fail(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.events.failed(error);
  }

  /** Writes the first half, waits there, and then does with the rest as the fault has it. */
  private async hold(request: WireRequest, rest: Extract<Entrance, { kind: 'held' }>['rest']): Promise<RequestOrder> {
    const { split, first } = await this.firstHalf(request, await this.splitOf(request));
    if (rest === 'finished') this.finish = () => this.finishBehind(request, { split, first });
    this.events.arrived(request.connection);
    await this.released;
    if (rest === 'interrupted' && this.isStruck) return { answer: interrupted };
    return { command: split.rest, changeAnswer: (answer) => split.merged(first, answer) };
  }

  /** The server goes on with the rest, and the client is not there to hear of it. It may ask again for the whole. */
  private async finishBehind(request: WireRequest, { split, first }: Half): Promise<void> {
    const whole = askOnce(this.address, split.rest).then((answer) => split.merged(first, answer));
    if (!(await this.serverKnows)) request.connection.shared.rememberAnswer(request, whole);
    await whole;
  }

  private async splitOf(request: WireRequest): Promise<Split> {
    const ask = (command: RawCommand) => request.connection.askCommand(command);
    this.serverKnows ??= knowsStatements(this.address);
    return splitOf(request, ask, await this.serverKnows);
  }

  private async firstHalf(request: WireRequest, split: Split): Promise<Half> {
    const first = await request.connection.askCommand(split.first);
    const error = errorIn(first);
    const goesOn = Number(first.ok) === 1 && numberOf(fieldOf(request.raw.body, 'ordered')) === 0;
    if (error !== undefined && !goesOn) throw new ImpossibleHere(`The command fails by itself (${error.message}) before its middle.`);
    this.inside = { what: split.told, waitEvent: 'between documents' };
    return { split, first };
  }

  /** Undefined where the command is carried out as a whole, or not at all. */
  private async halfOf(request: WireRequest): Promise<Half | undefined> {
    const split = await this.splitOf(request).catch((error: unknown) => {
      if (error instanceof ImpossibleHere && isWhole(request)) return undefined;
      throw error;
    });
    return split && this.firstHalf(request, split);
  }

  /** The first half is written, and behind it the server is given something for which its time does not last. */
  private async outOfTime(request: WireRequest): Promise<RequestOrder> {
    const half = await this.halfOf(request);
    if (half === undefined) this.inside = { what: 'has no time left for it', waitEvent: 'maxTimeMS' };
    const slow = slowRead(request);
    await this.toBeStruck(request);
    return { command: half === undefined ? slow : continuedIn(request, slow) };
  }

  /** The server is about to end the command by itself: what the client hears from now on is the fault's. */
  private async toBeStruck({ connection }: WireRequest): Promise<void> {
    this.events.arrived(connection);
    await Promise.race([this.strikes, this.released]);
  }

  /** The first half is written, and what comes next is held. Outside of a transaction a server tries again until the command's time is over. */
  private async blocked(request: WireRequest): Promise<RequestOrder> {
    const half = await this.halfOf(request);
    this.blocker = await block(this.address, half?.split.next ?? wholeTarget(request));
    this.inside = { what: half ? `${half.split.told}, and ${this.blocker.what}` : this.blocker.what, waitEvent: 'WriteConflict' };
    await this.toBeStruck(request);
    const command = half?.split.rest ?? request.raw;
    const changeAnswer = (answer: Document): Document => (half ? half.split.merged(half.first, answer) : answer);
    if (request.inTransaction) return { command, changeAnswer };
    return { command: { ...command, body: withField(command.body, 'maxTimeMS', int32Value(blockedForMs * this.patience)) }, changeAnswer };
  }
}

/** One write of a document, an index build and a definition happen as a whole; $merge and a write of many do not. */
function isWhole(request: WireRequest): boolean {
  const list = writeListOf(request.name, request.raw);
  if (list !== undefined) return list.items.length === 1;
  return request.name !== 'aggregate' || !JSON.stringify(request.command.pipeline ?? []).includes('"$merge"');
}

/**
 * Something to count for which a millisecond does not last: the server ends it with MaxTimeMSExpired, as it would the command, and aborts the
 * transaction where there is one. The number depends on a field, or it would be counted before the time runs.
 */
function slowRead(request: WireRequest): RawCommand {
  const { name, raw, inTransaction } = request;
  const [item] = writeListOf(name, raw)?.items ?? [];
  const target = item ? targetOf(name, raw, item) : ownNamespaceOf(name, raw);
  if (target === undefined) throw new ImpossibleHere(`${name} is about no collection that could keep the server busy.`);
  const { database: $db, collection } = target;
  // A transaction reads collections alone; elsewhere it needs no document to be there.
  if (inTransaction) return inPlaceOf(request, { find: collection, filter: countingFilter(20_000), maxTimeMS: 1, $db });
  const documents = Array.from({ length: 20 }, (_, place) => ({ place }));
  const pipeline = [{ $documents: documents }, { $match: countingFilter(100_000) }];
  return inPlaceOf(request, { aggregate: 1, pipeline, cursor: {}, maxTimeMS: 1, $db });
}

function countingFilter(steps: number): Document {
  const count = { $cond: [{ $eq: ['$faultline', 1] }, 1, steps] };
  const work = { $reduce: { input: { $range: [0, count] }, initialValue: 0, in: { $add: ['$$value', { $mod: ['$$this', 7] }] } } };
  return { $expr: { $gt: [work, -1] } };
}

/** The same behind the first half of the same transaction. */
function continuedIn({ inTransaction }: WireRequest, command: RawCommand): RawCommand {
  if (!inTransaction || fieldOf(command.body, 'startTransaction') === undefined) return command;
  return { ...command, body: without(command.body, new Set(['startTransaction'])) };
}

/** A server with a storage engine of MongoDB's own remembers each entry of a retryable write. */
async function knowsStatements(address: DatabaseAddress): Promise<boolean> {
  const { storageEngines = [] } = await askOnce(address, encoded({ buildInfo: 1, $db: 'admin' }));
  return Array.isArray(storageEngines) && storageEngines.includes('wiredTiger');
}
