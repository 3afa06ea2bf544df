import type { TransactionStatus } from '../../../../wire/postgres/messages';
import type { SessionSettings } from '../../../execution/entry';

/** No timeout of the migration's own ends its waiting while it is held. */
export const noTimeouts: SessionSettings = { statement_timeout: '0', lock_timeout: '0', transaction_timeout: '0' };

export interface HiddenSettings {
  /** One request of our own on the migration's session, before its statement. */
  readonly before: string;
  /** Puts back what was. Absent where the end of the transaction does. */
  readonly after?: string;
}

/** Texts that change settings of a session for one statement. Inside a transaction they last to its end at most. */
export function hiddenSettings(settings: SessionSettings, status: TransactionStatus): HiddenSettings {
  const wanted = Object.entries(settings).map(([name, value]) => `('${name}', '${value}')`);
  const from = `FROM (VALUES ${wanted.join(', ')}) AS wanted (name, value) WHERE pg_catalog.current_setting(name, true) IS NOT NULL`;
  if (status !== 'I') return { before: `SELECT pg_catalog.set_config(name, value, true) ${from}` };
  return {
    before: `SELECT pg_catalog.set_config('faultline.' || name, pg_catalog.current_setting(name), false), pg_catalog.set_config(name, value, false) ${from}`,
    after: `SELECT pg_catalog.set_config(name, pg_catalog.current_setting('faultline.' || name), false) ${from}`,
  };
}

/** The same for statements that share a request: a statement that answers with no rows, for the rest of their transaction. */
export function settingStatement(settings: SessionSettings): string {
  const { before } = hiddenSettings(settings, 'T');
  return `DO $faultline$ BEGIN ${before.replace(/^SELECT/, 'PERFORM')}; END $faultline$`;
}
