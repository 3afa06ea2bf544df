import { callBack } from '../callbacks';
import { type NativeCall, type NativeUse, type NativeValue, native } from '../native';
import { undefinedValue, unknown, type Value } from '../value';
import { bsonTypes } from './bson';
import { ClientData } from './callback';
import { clientBulkWrite } from './client-bulk';
import { databaseOf } from './database';
import type { MongoRun, OwnConnection } from './run';
import { startSession, withSession } from './session';
import { concernOf } from './write-concern';

/** The driver's `MongoClient`: the one a migration is given, or one that it opens itself. */
export function clientOf(run: MongoRun, own?: OwnConnection): NativeValue {
  const self: NativeValue = native({
    name: 'the client',
    data: new ClientData(),
    call: () => undefinedValue,
    methods: {
      db: (call) =>
        databaseOf(run, () => self, {
          concern: concernOf(call.arg(1)),
          ...(isNothing(call.arg(0)) ? {} : { other: { name: call.arg(0), site: call.argPlaces[0] ?? call.place } }),
        }),
      startSession: startSession(run),
      withSession: withSession(run),
      connect(call) {
        callBack(call, self);
        return self;
      },
      close(call) {
        if (own !== undefined) own.closed = true;
        callBack(call, undefinedValue);
        return undefinedValue;
      },
      bulkWrite: (call) => clientBulkWrite(run, call),
      isConnected: (call) => unknown(call.machine.textOf(call.place)),
    },
    member: (name, use) =>
      /^(?:options|s|topology|readPreference|writeConcern|readConcern|bsonOptions|timeoutMS)$/.test(name)
        ? told(use)
        : listening(name, self),
  });
  return self;
}

/** Listeners of events reach no database by themselves. */
function listening(name: string, self: NativeValue): Value | undefined {
  return /^(?:on|once|off|addListener|removeListener|setMaxListeners|removeAllListeners)$/.test(name)
    ? native({ name: `client.${name}`, reachesDatabase: false, call: () => self })
    : undefined;
}

function told({ machine, place }: NativeUse): Value {
  return unknown(machine.textOf(place), { source: place });
}

function isNothing(value: Value): boolean {
  return value.kind === 'primitive' && (value.value === undefined || value.value === null);
}

/** A connection that the code opens: noted, with what it may be closed by. */
export function opened(run: MongoRun, call: NativeCall): OwnConnection {
  const known = run.connections.find(({ place }) => place.path === call.place.path && place.span.start === call.place.span.start);
  const own = known ?? { place: call.place, closed: false };
  if (known === undefined) run.connections.push(own);
  return own;
}

/** The package `mongodb`. */
export function driverPackage(run: MongoRun): NativeValue {
  const open = (call: NativeCall): Value => {
    const client = clientOf(run, opened(run, call));
    callBack(call, client);
    return client;
  };
  const classOfClient = native({ name: 'MongoClient', construct: open, methods: { connect: open } });
  const types = bsonTypes();
  const self: NativeValue = native({
    name: 'mongodb',
    reachesDatabase: false,
    member: (name, use) => {
      if (name === 'MongoClient') return classOfClient;
      if (name === 'default') return self;
      if (name === 'BSON') return native({ name: 'BSON', reachesDatabase: false, member: (inner) => types.get(inner) });
      const type = types.get(name);
      // Errors, enumerations of read preferences and the like.
      return (
        type ??
        native({ name, reachesDatabase: false, member: () => told(use), construct: (call) => told(call), call: (call) => told(call) })
      );
    },
  });
  return self;
}

/** The package `bson`. */
function bsonPackage(): NativeValue {
  const types = bsonTypes();
  const self: NativeValue = native({
    name: 'bson',
    reachesDatabase: false,
    member: (name) => (name === 'default' ? self : types.get(name)),
  });
  return self;
}

/** The packages that migrations of MongoDB import, for one run. */
export function driverPackages(run: MongoRun): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ['mongodb', driverPackage(run)],
    ['bson', bsonPackage()],
  ]);
}
