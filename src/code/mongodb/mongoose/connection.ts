import { type NativeCall, type NativeUse, type NativeValue, native } from '../../native';
import { constantText } from '../../text';
import { undefinedValue, unknown, type Value } from '../../value';
import { clientOf } from '../client';
import { databaseOf, type OtherDatabase } from '../database';
import type { MongoRun, OwnConnection } from '../run';
import { sessionOf, startSession } from '../session';
import type { ShellText } from '../write';
import { modelOf } from './model';
import { collectionOfSchema, concernOfSchema } from './schema';

/** mongoose's `Connection`: what a migration is given, or one that it opens; `own` is set for the latter. */
export function connectionOf(run: MongoRun, own?: OwnConnection, other?: OtherDatabase): NativeValue {
  const models = new Map<string, NativeValue>();
  const client = clientOf(run, own);
  const db = databaseOf(run, () => client, other === undefined ? {} : { other });
  const database = (text: ShellText): void => {
    if (other === undefined) text.add('db');
    else text.add('db.getSiblingDB(').value(other.name, other.site).add(')');
  };
  const close = (): Value => {
    if (own !== undefined) own.closed = true;
    return undefinedValue;
  };
  const self: NativeValue = native({
    name: 'the connection',
    methods: {
      model(call) {
        const made = modelFor(run, call, database, models);
        return made;
      },
      collection: (call) => delegated(db, 'collection', call),
      startSession: startSession(run),
      transaction: (call) => inTransaction(run, call),
      withSession: (call) => delegated(client, 'withSession', call),
      useDb: (call) => connectionOf(run, own, { name: call.arg(0), site: call.argPlaces[0] ?? call.place }),
      getClient: () => client,
      asPromise: () => self,
      openUri: () => self,
      close,
      destroy: close,
      disconnect: close,
    },
    properties: { db: () => db, client: () => client, connection: () => self },
    member(name, use) {
      if (name === 'models' || name === 'collections') return modelsOf(models);
      if (/^(?:name|host|port|readyState|id|config|states|user|pass)$/.test(name)) return told(use);
      if (/^(?:on|once|off|set|get|plugin)$/.test(name))
        return native({ name: `connection.${name}`, reachesDatabase: false, call: () => self });
      // createCollection, dropCollection, dropDatabase, listCollections: as the driver's database has them.
      return db.member?.(name, use);
    },
  });
  return self;
}

function delegated(target: NativeValue, name: string, call: NativeCall): Value {
  const method = target.member?.(name, call);
  return method?.kind === 'native' && method.call !== undefined ? method.call(call) : undefinedValue;
}

function told({ machine, place }: NativeUse): Value {
  return unknown(machine.textOf(place), { source: place });
}

/** `model(name, schema, collection)`; without a schema it is one that was made before. */
function modelFor(run: MongoRun, call: NativeCall, database: (text: ShellText) => void, models: Map<string, NativeValue>): Value {
  const name = call.arg(0);
  const key = constantText(name);
  const known = key === undefined ? undefined : models.get(key);
  if (known !== undefined && call.args.length === 1) return known;
  const named = call.arg(2);
  const collection = named.kind === 'text' ? named : collectionOfSchema(call.arg(1));
  const site = call.argPlaces[0] ?? call.place;
  const made = modelOf({ run, database, name, collection, site, concern: concernOfSchema(call.arg(1)) });
  if (key !== undefined) models.set(key, made);
  return made;
}

/** `connection.models.User`: models that were made before. */
function modelsOf(models: ReadonlyMap<string, NativeValue>): NativeValue {
  return native({ name: 'the models', member: (name) => models.get(name) ?? undefinedValue });
}

/** `connection.transaction(async (session) => { ... })`: as withTransaction of a session of its own. */
function inTransaction(run: MongoRun, call: NativeCall): Value {
  const work = call.arg(0);
  const parameter = work.kind === 'function' ? work.node.params[0] : undefined;
  const session = sessionOf(run, parameter?.type === 'Identifier' ? parameter.name : 'session');
  return delegated(session, 'withTransaction', call);
}
