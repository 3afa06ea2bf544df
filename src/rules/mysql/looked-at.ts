import type { ObjectName } from '../../model/operation';
import { sameName } from '../../schema/mysql/parts';
import type { RuleContext, Step } from '../context';

/** Does the migration ask about these columns of the table, or mend them, before the statement? A question about the table is about all of it. */
export function isLookedAt({ steps }: RuleContext, step: Step, table: ObjectName, columns: readonly string[]): boolean {
  return steps.some(
    ({ statement }) =>
      statement.index < step.statement.index &&
      statement.operations.some((operation) => {
        if (operation.kind === 'select') return operation.tables.some(({ name }) => name === table.name);
        if (operation.kind === 'update')
          return operation.table.name === table.name && operation.columns.some((column) => columns.some((name) => sameName(name, column)));
        return operation.kind === 'delete' && operation.table.name === table.name;
      }),
  );
}
