import type pg from 'pg';
import type { Inside } from '../../../carrier';
import type { Barrier } from '../../../execution/entry';
import { openControlClient } from '../../connect';
import type { Moment } from './moment';
import { readActivity, until } from './watch';

/** Where nothing can be held that the statement would wait for: it is caught while it runs, if it runs long enough. */
export class Sampling implements Barrier {
  readonly inText = false;
  readonly staged = false;
  private released: Promise<void> | undefined;

  private constructor(
    private readonly client: pg.Client,
    private readonly moment: Moment,
  ) {}

  static async begin(moment: Moment): Promise<Sampling> {
    return new Sampling(await openControlClient(moment.address), moment);
  }

  async reached(ended: () => boolean): Promise<Inside | undefined> {
    const { client, moment } = this;
    const seen = await until(async () => {
      const { rows } = await client.query<{ state: string }>('SELECT state FROM pg_stat_get_activity($1)', [moment.serverProcessId]);
      return rows[0]?.state === 'active';
    }, ended);
    return seen ? readActivity(client, moment.serverProcessId, 'is executing the statement') : undefined;
  }

  async waitBack(): Promise<boolean> {
    return false;
  }

  release(): Promise<void> {
    this.released ??= this.client.end().catch(() => undefined);
    return this.released;
  }
}
