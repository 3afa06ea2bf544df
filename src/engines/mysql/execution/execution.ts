import type { Migration } from '../../../model/migration';
import type { RunProtocol } from '../../../model/run-protocol';
import type { Carrier } from '../../carrier';
import { type BuiltInClient, carrierOf } from '../../execution/built-in';
import { openStepClient } from './client';
import { mysqlDialect } from './dialect';
import type { MysqlWire } from './types';

const builtInClient: BuiltInClient<MysqlWire> = { dialect: mysqlDialect, open: openStepClient };

/** The built-in client, which sends what the framework would send. */
export function builtInCarrier(migration: Migration, protocol: RunProtocol): Carrier {
  return carrierOf(builtInClient, migration, protocol);
}
