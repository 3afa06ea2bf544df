import type { Operation } from '../../model/operation';
import { looksFirst, operationRange, perOperation, type RuleContext, type Step } from '../context';
import type { Rule } from '../rule';
import { columnExamples, namedColumn, neededColumn, retypedColumn } from './mysql-still-needed/columns';
import { indexExamples, neededIndex } from './mysql-still-needed/indexes';
import type { Need } from './mysql-still-needed/need';
import { referredTable, tableExamples, truncatedTable } from './mysql-still-needed/tables';

const parts = [tableExamples, indexExamples, columnExamples];

export const mysqlStillNeeded: Rule = {
  id: 'mysql-still-needed',
  title: 'Drop or change of something that others need',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `The server refuses to drop what something else needs, whatever the rows are: a table that a foreign key of another table refers to (TRUNCATE too, even when the other table is empty), a column on either side of a foreign key, the last index
that serves one, the key by which AUTO_INCREMENT counts, and a column that a generated column, a CHECK over several columns, an index over an expression, a default or the partitioning names. MySQL does not rename such a
column either; MariaDB writes the new name where the old one was. A column of a foreign key can't get another type, nor NOT NULL where the foreign key sets NULL.

Switching foreign_key_checks off lets tables be dropped and emptied; it does not help a change of type: of integers it is refused all the same. Drop first what stands in the way, in the same ALTER TABLE or before it; in a
rollback drop tables in the reverse of the order in which they were made. What the migration did before has been committed when the statement fails.

Silent about what the migrations of the folder don't show, and in code with conditions, which may have looked first.`,
  bad: parts.flatMap(({ bad }) => bad),
  good: parts.flatMap(({ good }) => good),
  check: (context) =>
    perOperation(context, (step, operation) => {
      const need = needed(context, step, operation);
      if (need === undefined || looksFirst(context)) return undefined;
      const { what, by, code, help, fix } = need;
      const range = operationRange(context, step.statement, operation);
      return { range, message: `${what} is needed by ${by} (${code}), so this always fails.`, help, fixes: fix === undefined ? [] : [fix] };
    }),
};

function needed(context: RuleContext, step: Step, operation: Operation): Need | undefined {
  switch (operation.kind) {
    case 'drop object':
      return referredTable(context, step, operation) ?? neededIndex(context, step, operation);
    case 'drop constraint':
      return neededIndex(context, step, operation);
    case 'truncate':
      return truncatedTable(context, step, operation);
    case 'drop column':
      return neededColumn(context, step, operation);
    case 'rename column':
      return namedColumn(context, step, operation.table, operation.column);
    case 'redefine column':
      return retypedColumn(context, step, operation);
    default:
      return undefined;
  }
}
