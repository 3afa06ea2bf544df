import { type NativeCall, type NativeUse, type NativeValue, native } from '../../native';
import { unknown, type Value } from '../../value';
import { bsonTypes } from '../bson';
import { driverPackage, opened } from '../client';
import type { MongoRun } from '../run';
import { connectionOf } from './connection';
import { schemaType } from './schema';

/**
 * The package `mongoose`. Its own connection is one that the migration was not given, unless the tool connects it; models that are made on
 * it use it, which is what models are for, and count as a handle of the application only where the code asks for the connection itself.
 */
export function mongoosePackage(run: MongoRun): NativeValue {
  const shared = connectionOf(run);
  const schema = schemaType();
  const driver = driverPackage(run);
  const types = bsonTypes();
  const open = (call: NativeCall): Value => {
    opened(run, call);
    return self;
  };
  const close = (): Value => {
    for (const connection of run.connections) connection.closed = true;
    return unknown('undefined');
  };
  const foreign: NativeValue = native({
    name: 'mongoose.connection',
    member(name, use) {
      if (!/^(?:on|once|close|readyState|asPromise)$/.test(name)) run.noteForeign(use);
      return name === 'close' ? native({ name: 'close', reachesDatabase: false, call: close }) : shared.member?.(name, use);
    },
  });
  const self: NativeValue = native({
    name: 'mongoose',
    methods: {
      connect: open,
      createConnection: (call) => connectionOf(run, opened(run, call)),
      disconnect: close,
      startSession: (call) => delegated(shared, 'startSession', call),
      model: (call) => delegated(shared, 'model', call),
    },
    properties: {
      Schema: schema,
      mongo: driver,
      connection: () => foreign,
      connections: () => foreign,
    },
    member(name, use) {
      if (name === 'default' || name === 'mongoose' || name === 'Mongoose') return self;
      if (name === 'models') return shared.member?.('models', use);
      if (name === 'Types') return native({ name: 'mongoose.Types', reachesDatabase: false, member: (inner) => types.get(inner) });
      if (name === 'SchemaTypes') return schema.member?.('Types', use);
      if (/^(?:set|plugin|get|isValidObjectId|isObjectIdOrHexString|pluralize|now|sanitizeFilter|trusted|syncIndexes)$/.test(name)) {
        return native({ name: `mongoose.${name}`, reachesDatabase: name === 'syncIndexes', call: (call) => told(call) });
      }
      return native({ name, reachesDatabase: false, construct: told, call: told, member: (_, inner) => told(inner) });
    },
  });
  return self;
}

function delegated(target: NativeValue, name: string, call: NativeCall): Value {
  const method = target.member?.(name, call);
  return method?.kind === 'native' && method.call !== undefined ? method.call(call) : unknown(name);
}

function told({ machine, place }: NativeUse): Value {
  return unknown(machine.textOf(place), { source: place });
}
