/** How long our own questions wait for a lock that a session of the migration holds. Use `captureSessions` to find out who. */
const lockTimeoutSeconds = 5;

/** Fixes every setting of a session that changes how a value or a definition is written, so that texts of two databases can be compared. */
export const valueSettings = [
  "SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = '', sql_quote_show_create = 1, div_precision_increment = 4",
  `SET lock_wait_timeout = ${lockTimeoutSeconds}, innodb_lock_wait_timeout = ${lockTimeoutSeconds}`,
].join('; ');
