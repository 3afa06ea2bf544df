import type { SessionSettings } from '../../../execution/entry';

/** No timeout of the migration's own ends its waiting while it is held: a year and three years, the greatest values that all servers take. */
export const noTimeouts: SessionSettings = {
  lock_wait_timeout: '31536000',
  innodb_lock_wait_timeout: '100000000',
  max_statement_time: '0',
};

/** Settings that MariaDB alone has. */
const ofMariadb: ReadonlySet<string> = new Set(['max_statement_time']);

/** Texts that change settings of a session for one statement, and put back what was: it waits in variables of the session meanwhile. */
export function hiddenSettings(settings: SessionSettings, isMariadb: boolean): { readonly before: string; readonly after: string } {
  const names = Object.keys(settings).filter((name) => isMariadb || !ofMariadb.has(name));
  const kept = names.map((name) => `@faultline_${name} = @@SESSION.${name}`);
  const wanted = names.map((name) => `@@SESSION.${name} = ${settings[name]}`);
  const back = names.map((name) => `@@SESSION.${name} = @faultline_${name}`);
  return { before: `SET ${[...kept, ...wanted].join(', ')}`, after: `SET ${back.join(', ')}` };
}
