import type { Fix } from '../../model/finding';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { tokenize } from '../../parse/postgres/lexer';
import { identifierOf } from '../../schema/definitions';
import { findColumn } from '../../schema/lookup';
import { makeObjectName } from '../../schema/server-names';
import { type OperationOf, type RuleContext, type Step, tableBefore } from '../context';
import { continueLater } from '../fixes/phases';
import { asFrameworkStatement } from '../fixes/statement';
import { batchedBlock } from './batches';

/**
 * The expanding half of "expand and contract" in place of a type change: a new column beside the old one, a trigger that keeps it in
 * step, and the old rows filled in batches. Moving the application over and dropping the old column is left to later migrations.
 * Undefined for a column of which nothing is known, or that a key or a generated value depends on.
 */
export function expandColumn(context: RuleContext, step: Step, operation: OperationOf<'alter column type'>): Fix | undefined {
  const { table, column, type } = operation;
  const known = tableBefore(step, table);
  const old = findColumn(known, column);
  const added = makeObjectName(column, undefined, 'new');
  const taken = findColumn(known, added) !== undefined;
  const isKey = known?.constraints.some((constraint) => constraint.columns.includes(column)) === true;
  if (known === undefined || old === undefined || taken || isKey || old.generated !== undefined || old.identityKind !== undefined)
    return undefined;
  if (step.statement.operations.length > 1) return undefined;
  const target = quoteQualified(table.schema, table.name);
  const [from, to] = [quoteIdentifier(column), quoteIdentifier(added)];
  const using = operation.using ?? `${from}::${type}`;
  const trigger = makeObjectName(table.name, added, 'sync');
  const block = batchedBlock({
    table: known,
    target,
    head: `UPDATE ${target} SET ${to} = ${using}`,
    remaining: `${to} IS NULL AND ${from} IS NOT NULL`,
  });
  if (block === undefined) return undefined;
  const functionName = quoteQualified(table.schema, trigger);
  const body = `CREATE FUNCTION ${functionName}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.${to} := ${ofNewRow(using, column)};
  RETURN NEW;
END
$$`;
  return continueLater(context, `Add ${added} beside it, kept in step by a trigger and filled in batches`, {
    step,
    patches: [{ span: step.statement.span, newText: `ALTER TABLE ${target} ADD COLUMN ${to} ${type}` }],
    following: [
      asFrameworkStatement(context, body),
      `CREATE TRIGGER ${quoteIdentifier(trigger)} BEFORE INSERT OR UPDATE ON ${target} FOR EACH ROW EXECUTE FUNCTION ${functionName}();`,
    ],
    later: [{ slug: `fill_${table.name}_${added}`, transactional: false, up: [block], down: [] }],
  });
}

/** The expression with the column read from the row that is being written. */
function ofNewRow(expression: string, column: string): string {
  let result = '';
  let copied = 0;
  let previous = '';
  for (const token of tokenize(expression)) {
    // Behind a dot it has its table already, behind a cast it is a type.
    if (identifierOf(expression, token) === column && previous !== '.' && previous !== '::') {
      result += `${expression.slice(copied, token.start)}NEW.`;
      copied = token.start;
    }
    previous = token.word;
  }
  return result + expression.slice(copied);
}
