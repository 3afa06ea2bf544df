import { type Engine, isAtLeast } from '../../model/engine';

/** The superuser of a sandbox. */
export const administratorName = 'root';

/**
 * Settings of every MySQL and MariaDB sandbox. None changes what a migration sees, locks or leaves behind; they make the server quick
 * (no waiting for the disk: a SIGKILL of the process keeps the page cache, so that what was committed is there again), quiet and
 * repeatable. `loose-` is for what not every version knows: an image of the other engine should start, and be told by its version.
 */
const common: Readonly<Record<string, string>> = {
  // On a full disk a server with a binary log waits for ever.
  'skip-log-bin': '',
  // Written to the system at each commit, never flushed by it: 0 would lose up to a second in a crash.
  'innodb-flush-log-at-trx-commit': '2',
  'innodb-flush-method': 'nosync',
  'innodb-buffer-pool-size': '128M',
  'skip-name-resolve': '',
  // An event at a time of its own choosing would change rows between two runs.
  'event-scheduler': 'OFF',
  'local-infile': 'ON',
  'max-connections': '300',
  'default-time-zone': '+00:00',
  'performance-schema': 'ON',
  'performance-schema-instrument': 'wait/lock/metadata/sql/mdl=ON',
};

const mysql: Readonly<Record<string, string>> = {
  'loose-mysqlx': 'OFF',
  'loose-innodb-redo-log-capacity': '64M',
  // One thread writes the log as fast as the four of a large machine, and leaves the processors to the migration.
  'loose-innodb-log-writer-threads': 'OFF',
};

const mariadb: Readonly<Record<string, string>> = {
  'loose-innodb-log-file-size': '64M',
  'loose-debug-no-sync': 'ON',
  'character-set-server': 'utf8mb4',
};

/** Options for a server of this engine, as the command line takes them; with a small disk also for tables on it. */
export function serverParameters(engine: Engine, smallDisk: string | undefined): readonly string[] {
  const own = engine.name === 'mariadb' ? mariadb : mysql;
  // A table may lie outside of the data directory only where the server was told to look for tables (manual, innodb_directories).
  const elsewhere = smallDisk === undefined || engine.name === 'mariadb' ? {} : { 'innodb-directories': smallDisk };
  const all = {
    ...common,
    ...own,
    ...elsewhere,
    ...(engine.name === 'mysql' && !isAtLeast(engine, 8, 4) ? { 'innodb-adaptive-hash-index': 'OFF' } : {}),
  };
  return Object.entries(all).map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`));
}
