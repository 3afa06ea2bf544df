import { UUID } from 'bson';
import { MongodbConnection, SharedView } from '../../../wire/mongodb/connection';
import type { WireRequest } from '../../../wire/mongodb/handlers';
import { encoded } from '../../../wire/mongodb/messages';
import { askOnce } from '../../../wire/mongodb/own-client';
import type { Instrument } from '../../carrier';
import type { ConnectionEvents, ExecutionDialect } from '../../execution/wire';
import { WayIn } from '../faults/inside/way-in';
import { mongodbFault } from '../faults/registry';
import { sessionNumber } from '../session-number';
import type { MongodbInstrument, MongodbWire } from './types';

/** What drivers send of themselves, beside the migration: it is no step, and no sign that a migration is still at work. */
const background: ReadonlySet<string> = new Set([
  'ping',
  'endSessions',
  'refreshSessions',
  'buildInfo',
  'buildinfo',
  'killCursors',
  'saslStart',
  'saslContinue',
  'authenticate',
  'getnonce',
  'logout',
]);

/** What the connections of an execution share, by the events that they have in common. */
const views = new WeakMap<ConnectionEvents<MongodbWire>, SharedView>();

function viewOf(events: ConnectionEvents<MongodbWire>, database: string): SharedView {
  const view = views.get(events) ?? new SharedView(database);
  views.set(events, view);
  return view;
}

/** How an execution goes on MongoDB. */
export const mongodbDialect: ExecutionDialect<MongodbWire> = {
  displayName: 'MongoDB',
  fault: mongodbFault,
  connect(client, address, number, events) {
    const handlers = {
      request(request: WireRequest) {
        const order = background.has(request.name) ? undefined : events.request(request);
        return request.connection.shared.answerTo(request)?.then((answer) => ({ answer })) ?? order;
      },
      completed: (request: WireRequest, completion: MongodbWire['completion']) => {
        if (!background.has(request.name)) events.completed(request, completion);
      },
    };
    return new MongodbConnection(client, address, handlers, number, viewOf(events, address.database));
  },
  connectionOf: ({ connection }) => connection,
  closeGate: () => Promise.reject(new Error('A command of MongoDB is a request of its own: there is no place between statements of one.')),
  gated: () => ({}),
  marked: () => undefined,
  hidden: () => new Set(),
  rowsOf: ({ rows }) => rows,
  wayIn: (address, entrance, patience, events) => new WayIn(address, entrance, patience, events),
  ownInstrument,
  instrumented: () => undefined,
  answered: () => undefined,
  sessionsOf: (connection) => connection.sessionIds.flatMap((id) => sessionNumber(id) ?? []),
  async endSessions(address, connections) {
    const sessions = connections[0]?.shared.transactionSessions ?? [];
    if (sessions.length === 0) return;
    const killSessions = sessions.map((id) => ({ id: new UUID(id) }));
    // A server that is gone has none left.
    await askOnce(address, encoded({ killSessions, $db: 'admin' })).catch(() => undefined);
  },
};

function ownInstrument(instrument: Instrument): MongodbInstrument {
  if (isOwn(instrument)) return instrument;
  throw new TypeError(`An instrument for ${instrument.engine} can't look on here.`);
}

function isOwn(instrument: Instrument): instrument is MongodbInstrument {
  return instrument.engine === 'mongodb';
}
