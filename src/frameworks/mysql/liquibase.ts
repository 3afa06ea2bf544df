import type { Migration } from '../../model/migration';
import type { RunProtocol } from '../../model/run-protocol';
import { quoteLiteral } from '../../parse/mysql/identifiers';
import { liquibaseHistory } from '../histories/liquibase';
import { statementSteps } from '../history';
import { partsOfChangeset } from '../liquibase-file';

/**
 * Liquibase on MySQL and MariaDB, from `ChangeSet.execute` (autocommit is off, a commit before the row is written), `StandardLockService`
 * and `StandardChangeLogHistoryService` (the two tables, as `update-sql` of 4.25 writes them). Its checksums are left NULL: Liquibase
 * fills them in when it next sees the row.
 */

const history = 'DATABASECHANGELOG';
const lock = 'DATABASECHANGELOGLOCK';

const unlock = `UPDATE ${lock} SET \`LOCKED\` = 0, LOCKEDBY = NULL, LOCKGRANTED = NULL WHERE ID = 1`;

const { decide, decideByLock, ...marks } = liquibaseHistory({
  table: history,
  insertRow,
  deleteRow: (migration) => `DELETE FROM ${history} WHERE ${rowOf(migration)}`,
  unlock,
});

export const liquibaseOnMysql: RunProtocol = {
  bookkeepingTables: [history, lock],
  setup: [
    `CREATE TABLE IF NOT EXISTS ${lock} (ID INT NOT NULL, \`LOCKED\` TINYINT NOT NULL, LOCKGRANTED datetime NULL, LOCKEDBY VARCHAR(255) NULL, CONSTRAINT PK_${lock} PRIMARY KEY (ID))`,
    `INSERT IGNORE INTO ${lock} (ID, \`LOCKED\`) VALUES (1, 0)`,
    `CREATE TABLE IF NOT EXISTS ${history} (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL, FILENAME VARCHAR(255) NOT NULL, DATEEXECUTED datetime NOT NULL, ORDEREXECUTED INT NOT NULL, EXECTYPE VARCHAR(10) NOT NULL, MD5SUM VARCHAR(35) NULL, \`DESCRIPTION\` VARCHAR(255) NULL, COMMENTS VARCHAR(255) NULL, TAG VARCHAR(255) NULL, LIQUIBASE VARCHAR(20) NULL, CONTEXTS VARCHAR(255) NULL, LABELS VARCHAR(255) NULL, DEPLOYMENT_ID VARCHAR(10) NULL)`,
  ],
  steps(migration) {
    const { wrapped } = migration.up.execution;
    return [
      {
        kind: 'check',
        text: `SELECT ID FROM ${history} WHERE ${rowOf(migration)}`,
        decide: (rows) => decide(migration, rows),
      },
      {
        kind: 'check',
        text: `SELECT \`LOCKED\` FROM ${lock} WHERE ID=1`,
        decide: decideByLock,
      },
      {
        kind: 'lock',
        text: `UPDATE ${lock} SET \`LOCKED\` = 1, LOCKEDBY = 'faultline', LOCKGRANTED = NOW() WHERE ID = 1 AND \`LOCKED\` = 0`,
      },
      ...(wrapped ? [{ kind: 'begin', text: 'SET autocommit=0' } as const] : []),
      ...statementSteps(migration),
      ...(wrapped ? [{ kind: 'commit', text: 'COMMIT' } as const] : []),
      { kind: 'record', text: `${wrapped ? 'SET autocommit=1; ' : ''}${insertRow(migration)}` },
      { kind: 'unlock', text: unlock },
    ];
  },
  onError: ({ up }) => [
    ...(up.execution.wrapped ? [{ kind: 'record', text: 'ROLLBACK; SET autocommit=1' } as const] : []),
    { kind: 'unlock', text: unlock },
  ],
  ...marks,
};

function insertRow(migration: Migration): string {
  const { id, author, path } = partsOfChangeset(migration);
  const values = [id, author, path].map(quoteLiteral).join(', ');
  return `INSERT INTO ${history} (ID, AUTHOR, FILENAME, DATEEXECUTED, ORDEREXECUTED, MD5SUM, \`DESCRIPTION\`, COMMENTS, EXECTYPE) SELECT ${values}, NOW(), COALESCE(MAX(ORDEREXECUTED), 0) + 1, NULL, 'sql', '', 'EXECUTED' FROM ${history}`;
}

/** By id, author and the file's own name: the folders in front of it are those that Liquibase was called with. */
function rowOf(migration: Migration): string {
  const { id, author, fileName } = partsOfChangeset(migration);
  return `ID = ${quoteLiteral(id)} AND AUTHOR = ${quoteLiteral(author)} AND RIGHT(FILENAME, ${fileName.length}) = ${quoteLiteral(fileName)}`;
}
