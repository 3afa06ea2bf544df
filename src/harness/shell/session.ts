import { type Bridge, optionsOf } from './bridge';

const numbers = new WeakMap<object, number>();

/** The number of a session among the options of a call. */
export function sessionNumber(session: unknown): number | undefined {
  return typeof session === 'object' && session !== null ? numbers.get(session) : undefined;
}

/** A session of the shell. Its databases use it for all that is asked of them; `databaseIn` makes one. */
export class Session {
  private readonly number: number;

  constructor(
    private readonly bridge: Bridge,
    private readonly databaseIn: (name: string, session: number) => unknown,
    options: object,
  ) {
    this.number = bridge.ask({ what: 'session', method: 'start', options: optionsOf(options) }) as number;
    numbers.set(this, this.number);
  }

  getDatabase(name: string): unknown {
    return this.databaseIn(name, this.number);
  }

  startTransaction(options: object = {}): void {
    this.ask('startTransaction', options);
  }

  commitTransaction(): void {
    this.ask('commitTransaction');
  }

  abortTransaction(): void {
    this.ask('abortTransaction');
  }

  endSession(): void {
    this.ask('endSession');
  }

  /** Again from its beginning when the server says that it may be tried again, as drivers do. */
  withTransaction(work: () => unknown, options: object = {}): unknown {
    for (let attempt = 1; ; attempt++) {
      this.startTransaction(options);
      try {
        const result = work();
        this.commitTransaction();
        return result;
      } catch (error) {
        try {
          this.abortTransaction();
        } catch {
          // The server has ended it already.
        }
        const labels = (error as { errorLabels?: unknown }).errorLabels;
        if (attempt === 10 || !Array.isArray(labels) || !labels.includes('TransientTransactionError')) throw error;
      }
    }
  }

  private ask(method: string, options: object = {}): void {
    this.bridge.ask({ what: 'session', method, session: this.number, options: optionsOf(options) });
  }
}
