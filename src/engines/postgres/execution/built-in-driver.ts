import type pg from 'pg';
import type { Migration } from '../../../model/migration';
import type { RunProtocol } from '../../../model/run-protocol';
import type { DatabaseAddress } from '../../../model/sandbox';
import type { PostgresConnection } from '../../../wire/postgres/connection';
import type { WireRequest } from '../../../wire/postgres/handlers';
import type { Ending } from '../../carrier';
import { createClient, migrationApplicationName } from '../connect';
import type { Driver } from './driver';
import { runSteps } from './run';

/** Sends the steps of a framework's protocol over one connection, one request each. */
export class BuiltInDriver implements Driver {
  private client: pg.Client | undefined;

  constructor(
    private readonly migration: Migration,
    private readonly protocol: RunProtocol,
  ) {}

  async run(through: DatabaseAddress): Promise<Ending> {
    this.client = createClient(through, migrationApplicationName);
    await this.client.connect();
    return runSteps(this.client, this.protocol.steps(this.migration), this.protocol.onError(this.migration));
  }

  stepOf({ number }: WireRequest): number {
    return number;
  }

  completed(): void {}

  farewell(): void {}

  copied(): void {}

  struck(): void {}

  async die(): Promise<void> {}

  async leave(idling: PostgresConnection | undefined): Promise<void> {
    if (idling === undefined) await this.client?.end();
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
  }
}
