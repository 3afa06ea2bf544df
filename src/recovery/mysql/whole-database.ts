import type { State } from '../../model/state';
import { type DraftCheck, gives, none } from '../check';
import { noSessionQuery } from './sessions';

/** What is asked of the whole database. The target's own numbers are expected. */
export function wholeDatabase({ catalog, preparedTransactions }: State): DraftCheck[] {
  const count = (title: string, text: string, expected: number) =>
    expected === 0 ? none(`No ${title}`, text) : gives(`As many as there should be: ${title}`, text, expected);
  const toolTriggers = catalog.tables.flatMap(({ triggers }) => triggers).filter(({ name }) => name.startsWith('pt_osc_')).length;
  const toolTables = catalog.tables.filter(({ name }) => /^_.+_(gho|ghc|ghk|del|new|old)$/.test(name)).length;
  return [
    count(
      'trigger of an online schema change is left',
      "SELECT count(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME LIKE 'pt\\\\_osc\\\\_%'",
      toolTriggers,
    ),
    count(
      'table of an online schema change is left',
      "SELECT count(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME REGEXP '^_.+_(gho|ghc|ghk|del|new|old)$'",
      toolTables,
    ),
    count(
      'prepared XA transaction is left without a session',
      'SELECT count(*) FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id = 0',
      preparedTransactions.length,
    ),
    none('No session is left in a transaction', noSessionQuery),
  ];
}
