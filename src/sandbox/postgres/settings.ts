/** The superuser of a sandbox. */
export const administratorName = 'postgres';

/**
 * Settings of every Postgres sandbox, embedded or not. None changes what a migration sees, locks or leaves behind; they make the
 * server quick (no waiting for the disk: a SIGKILL of processes keeps the page cache, so recovery still works), quiet and repeatable.
 */
const common: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'on',
  // A vacuum at a time of its own choosing would change locks, statistics and row visibility between two runs.
  autovacuum: 'off',
  jit: 'off',
  // A session that the system kills would take all others with it, in the middle of their cells: the server ends then, which is noticed.
  restart_after_crash: 'off',
  // A simulation holds one or two sessions per cell of the matrix at a time.
  max_connections: '200',
  max_prepared_transactions: '10',
  // Room for a whole simulation between two checkpoints: those are asked for by CREATE DATABASE only.
  max_wal_size: '4GB',
  checkpoint_timeout: '1h',
  shared_buffers: '64MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
};

/** Settings for a server of this major version, as name and value. */
export function serverSettings(major: number): readonly (readonly [name: string, value: string])[] {
  // io_method (18): by default three more processes, which only matter for data larger than memory.
  return Object.entries(major >= 18 ? { ...common, io_method: 'sync' } : common);
}

/**
 * Arguments of `initdb`: the same encoding and sort order on every platform. From 17 on the built-in provider knows Unicode upper and
 * lower case; before, locale C is the only one that exists everywhere. Checksums, on by default from 18, would only slow it down.
 */
export function initdbParameters(major: number): readonly string[] {
  const locale = major >= 17 ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : ['--locale=C'];
  const checksums = major >= 18 ? ['--no-data-checksums'] : [];
  return ['--encoding=UTF8', ...locale, ...checksums, '--text-search-config=english', '--no-sync'];
}
