import type pg from 'pg';
import type { DatabaseAddress } from '../../../model/sandbox';
import { openControlClient } from '../connect';
import { gateKey } from './texts';

/** Holds the server inside a request: the statement that was put into it waits for an advisory lock that this session has. */
export class Gate {
  private readonly client: pg.Client;
  private opening: Promise<void> | undefined;

  private constructor(client: pg.Client) {
    this.client = client;
  }

  /** A closed gate. Rejects as `pg` does. */
  static async close(address: DatabaseAddress): Promise<Gate> {
    const client = await openControlClient(address);
    await client.query(`SELECT pg_catalog.pg_advisory_lock(${gateKey})`);
    return new Gate(client);
  }

  /** Lets through whoever waits. Resolves when the session has ended, whether by us or with its server. Idempotent. */
  open(): Promise<void> {
    this.opening ??= this.client.end().catch(() => undefined);
    return this.opening;
  }
}
