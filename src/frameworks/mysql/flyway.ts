import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { flywayHistory, scriptOf } from '../histories/flyway';
import { statementSteps } from '../history';
import { namedLock, releasedLock } from './parts';

/**
 * Flyway on MySQL and MariaDB, from `MySQLDatabase.java` (history table), `MySQLNamedLockTemplate.java` (lock; the real name holds a hash of
 * the table's), `DbMigrate.java`: autocommit is off around the statements, and a failed migration always leaves its row, since
 * `supportsDdlTransactions` is false.
 */

const table = 'flyway_schema_history';
const lockName = `CONCAT('Flyway-', CRC32(CONCAT(DATABASE(), '.${table}')))`;

const { decide, ...history } = flywayHistory({ table, insertRow: (migration) => insertRow(migration, true), deleteRow });

export const flywayOnMysql: RunProtocol = {
  bookkeepingTables: [table],
  setup: [
    `CREATE TABLE \`${table}\` (
    \`installed_rank\` INT NOT NULL,
    \`version\` VARCHAR(50),
    \`description\` VARCHAR(200) NOT NULL,
    \`type\` VARCHAR(20) NOT NULL,
    \`script\` VARCHAR(1000) NOT NULL,
    \`checksum\` INT,
    \`installed_by\` VARCHAR(100) NOT NULL,
    \`installed_on\` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    \`execution_time\` INT NOT NULL,
    \`success\` BOOL NOT NULL,
    CONSTRAINT \`${table}_pk\` PRIMARY KEY (\`installed_rank\`)
)`,
    `CREATE INDEX \`${table}_s_idx\` ON \`${table}\` (\`success\`)`,
  ],
  steps(migration) {
    const statements = statementSteps(migration);
    return [
      namedLock(lockName, 10, 'Unable to acquire MySQL named lock: another Flyway holds it'),
      {
        kind: 'check',
        text: `SELECT \`installed_rank\`,\`version\`,\`description\`,\`script\`,\`checksum\`,\`success\` FROM \`${table}\` ORDER BY \`installed_rank\``,
        decide: (rows) => decide(migration, rows),
      },
      ...(migration.up.execution.wrapped
        ? ([
            { kind: 'begin', text: 'SET autocommit=0' },
            ...statements,
            { kind: 'commit', text: 'COMMIT' },
            { kind: 'record', text: `SET autocommit=1; ${insertRow(migration, true)}` },
          ] as const)
        : ([...statements, { kind: 'record', text: insertRow(migration, true) }] as const)),
      releasedLock(lockName),
    ];
  },
  onError: (migration) => [
    ...(migration.up.execution.wrapped ? ([{ kind: 'record', text: 'ROLLBACK; SET autocommit=1' }] as const) : []),
    { kind: 'record', text: insertRow(migration, false) },
    releasedLock(lockName),
  ],
  ...history,
};

function insertRow(migration: Migration, succeeded: boolean): string {
  const { version, description = '', type = 'SQL' } = migration.recordedAs ?? {};
  const values = [
    'COALESCE(MAX(`installed_rank`), 0) + 1',
    version === undefined ? 'NULL' : quoteLiteral(version),
    quoteLiteral(description),
    quoteLiteral(type),
    quoteLiteral(scriptOf(migration)),
    migration.checksum ?? 'NULL',
    "SUBSTRING_INDEX(USER(), '@', 1)",
    '0',
    succeeded ? '1' : '0',
  ];
  const columns = ['installed_rank', 'version', 'description', 'type', 'script', 'checksum', 'installed_by', 'execution_time', 'success'];
  return `INSERT INTO \`${table}\` (${columns.map((column) => `\`${column}\``).join(', ')}) SELECT ${values.join(', ')} FROM \`${table}\``;
}

function deleteRow(migration: Migration): string {
  return `DELETE FROM \`${table}\` WHERE \`script\` = ${quoteLiteral(scriptOf(migration))}`;
}
