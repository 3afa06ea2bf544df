import type { Migration } from '../../../model/migration';
import type { RunProtocol } from '../../../model/run-protocol';
import type { Carrier, CarryRequest, Execution } from '../../carrier';
import { type BuiltInClient, carrierOf, startBuiltIn } from '../../execution/built-in';
import { openStepClient } from './client';
import { postgresDialect } from './dialect';
import type { PostgresWire } from './types';

export interface ExecutionRequest extends CarryRequest {
  readonly migration: Migration;
  readonly protocol: RunProtocol;
}

const builtInClient: BuiltInClient<PostgresWire> = { dialect: postgresDialect, open: openStepClient };

/** Starts a migration with the built-in client. Nothing is thrown: problems come through `outcome`. */
export function startExecution({ migration, protocol, ...request }: ExecutionRequest): Execution {
  return startBuiltIn(builtInClient, request, migration, protocol);
}

/** The built-in client, which sends what the framework would send. */
export function builtInCarrier(migration: Migration, protocol: RunProtocol): Carrier {
  return carrierOf(builtInClient, migration, protocol);
}
