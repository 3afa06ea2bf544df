import type { Statement } from '../../../model/migration';
import { mysqlWords } from '../../../rollback/dialect';
import type { RecoverySituation } from '../../situation';
import { defineMode, type Finding } from '../mode';

/** Statement k of N failed: what came before it is committed, whatever transaction it was sent in (manual, Implicit Commit). */
export const committedOneByOne = defineMode<Finding>({
  name: 'statements committed one by one',
  engines: ['mysql', 'mariadb'],
  detect: (situation) => {
    const { migration, completed } = situation;
    const total = migration.up.statements.length;
    if (completed === 0 || completed >= total) return [];
    const done = completed === 1 ? 'Statement 1 is' : `Statements 1 to ${completed} are`;
    const rest = completed + 1 === total ? `statement ${total} is` : `${completed + 1} to ${total} are`;
    return [
      {
        object: `statement ${completed + 1} of ${total}`,
        detail: `${done} committed; ${rest} not done. No ROLLBACK takes DDL back: the way back undoes each, last one first, and the way forward goes on with statement ${completed + 1}.`,
        query: queryOf(situation),
      },
    ];
  },
  // The writer of DDL undoes what is there of them, and the way forward runs the rest.
  back: () => [],
  forward: () => [],
  validate: () => [],
});

/** Shows the tables that the statements which are done were about. */
function queryOf({ migration, completed }: RecoverySituation): string {
  const named = (statement: Statement) =>
    statement.operations.flatMap((operation) => {
      if (operation.kind === 'create index') return [operation.index.table.name];
      return 'table' in operation && operation.table !== undefined && 'name' in operation.table ? [operation.table.name] : [];
    });
  const tables = [...new Set(migration.up.statements.slice(0, completed + 1).flatMap(named))];
  if (tables.length === 0) return 'SHOW FULL TABLES;';
  return tables.map((name) => `SHOW CREATE TABLE ${mysqlWords.quoteIdentifier(name)};`).join(' ');
}
