import { countOf, type Probe } from '../../probe';
import { type RecoverySituation, textStep } from '../../situation';
import { defineMode, type Finding } from '../mode';

const tablesOf = ({ plan }: RecoverySituation) => (plan.engine.name === 'mysql' ? 'INNODB_TABLES' : 'INNODB_SYS_TABLES');

const probeOf = (situation: RecoverySituation): Probe => ({
  database: 'partial',
  text: `SELECT count(*) FROM information_schema.${tablesOf(situation)} WHERE NAME LIKE CONCAT(DATABASE(), '/#sql%')`,
});

/** What a rebuild was writing when the server died: current versions clean it up when they start; others keep it, and it takes space. */
export const engineTableLeft = defineMode<Finding>({
  name: 'table of an interrupted rebuild left',
  engines: ['mysql', 'mariadb'],
  probes: (situation) => [probeOf(situation)],
  detect: (situation) => {
    const count = countOf(situation.answers, probeOf(situation)) ?? 0;
    if (count === 0) return [];
    const query = `SELECT NAME FROM information_schema.${tablesOf(situation)} WHERE NAME LIKE '%/#sql%';`;
    return [{ object: '#sql tables', detail: `InnoDB keeps ${count} of them in this database.`, query }];
  },
  back: () => [restart],
  forward: () => [restart],
  validate: () => [],
});

const restart = textStep(
  'Restart the server once nothing is altered any more',
  'MySQL 8.0 and MariaDB 10.6 and later undo or finish an interrupted ALTER when they start, from their DDL log. Tables that are still there afterwards are dropped by name.',
  'DROP TABLE `#mysql50##sql-ib...`;\nwith the name that the query above shows, once no ALTER is running.',
);
