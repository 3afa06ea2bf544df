import type { Statement } from '../../../../model/migration';
import type { DatabaseAddress } from '../../../../model/sandbox';

/** The moment before a session of the migration is given a statement to execute. */
export interface Moment {
  readonly address: DatabaseAddress;
  /** The migration's own session, as the server numbers its connections. */
  readonly serverProcessId: number;
  readonly isMariadb: boolean;
  readonly statement: Statement;
}
