import type pg from 'pg';
import type { Statement } from '../../../model/migration';
import type { RequestOrder } from '../../../wire/postgres/handlers';
import { gateText, joined } from '../execution/texts';
import { isAboutSession } from '../measure/texts';

export const pauseNotice = 'Faultline: pause';

/** Advisory locks of two numbers are apart from those of one, which the migration's own gates have; "load" in ASCII. */
const keySpace = 1819238756;

/** Gates behind statements, each with a key of its own, so that opening one can't let the server through the next. */
export class Gates {
  private closed = 0;
  private opened = 0;

  /** @param client holds the gates closed; the end of its session opens all. */
  constructor(private readonly client: pg.ClientBase) {}

  /** A request with a gate behind each statement that does something. The gates are closed when this resolves. */
  async behind(statements: readonly Statement[]): Promise<RequestOrder> {
    const texts: string[] = [];
    const hide: number[] = [];
    for (const statement of statements) {
      texts.push(statement.sent);
      if (isAboutSession(statement)) continue;
      this.closed += 1;
      await this.client.query(`SELECT pg_advisory_lock(${keySpace}, ${this.closed})`);
      hide.push(texts.length);
      texts.push(gateText(`${keySpace}, ${this.closed}`, pauseNotice));
    }
    return { text: joined(texts), hide };
  }

  /** Opens the gate at which the server stands. */
  async open(): Promise<void> {
    this.opened += 1;
    await this.client.query(`SELECT pg_advisory_unlock(${keySpace}, ${this.opened})`);
  }

  /** The request has ended: what of its gates was not reached never will be. */
  skip(): void {
    this.opened = this.closed;
  }
}
