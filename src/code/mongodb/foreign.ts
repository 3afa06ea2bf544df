import { type NativeUse, type NativeValue, native } from '../native';
import type { Value } from '../value';
import { clientOf } from './client';
import { databaseOf } from './database';
import type { MongoRun } from './run';

/** A database handle that the migration was not given: a global `db`, `mongoose.connection.db`. Its uses are noted; what it sends is read. */
export function databaseHandle(run: MongoRun): NativeValue {
  const own = databaseOf(run, () => clientOf(run));
  return native({
    name: 'db',
    member: (name, use: NativeUse): Value | undefined => {
      run.noteForeign(use);
      return own.member?.(name, use);
    },
  });
}
