import { leavesNoneOut } from '../../schema/copied-values';
import { findTable } from '../../schema/lookup';
import { copyingAssignments } from '../../schema/mysql/assignments';
import { sameName } from '../../schema/mysql/parts';
import type { OperationOf, RuleContext, Step } from '../context';

/**
 * The column of the same table into which an earlier UPDATE of the migration wrote all values of the one that is dropped, and that is there at
 * the end; by the name that it has then.
 */
export function copiedInto(context: RuleContext, step: Step, { table, column }: OperationOf<'drop column'>): string | undefined {
  const known = findTable(step.before, table);
  const dropped = known?.columns.find(({ name }) => sameName(name, column));
  const atEnd = context.after.tables.find(({ identity }) => identity === known?.identity);
  if (dropped === undefined || atEnd === undefined) return undefined;
  for (const { statement, before } of context.steps) {
    if (statement.index >= step.statement.index) break;
    const write = statement.operations.find((operation) => operation.kind === 'update');
    const then = write?.kind === 'update' ? findTable(before, write.table) : undefined;
    if (write?.kind !== 'update' || then?.identity !== known?.identity || then === undefined) continue;
    if (write.ignore === true || /\blimit\b/i.test(statement.sent)) continue;
    const where = write.where?.replaceAll('`', '').toLowerCase();
    for (const { column: target, value } of copyingAssignments(statement.sent, context.engine)) {
      // It may have had another name then.
      const source = then.columns.find(({ name }) => sameName(name, value));
      const copy = then.columns.find(({ name }) => sameName(name, target));
      if (source?.identity !== dropped.identity || !leavesNoneOut(where, value.toLowerCase(), target.toLowerCase())) continue;
      const left = atEnd.columns.find(({ identity }) => identity === copy?.identity);
      if (left !== undefined) return left.name;
    }
  }
  return undefined;
}
