import { relationKey, type Table } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../../parse/postgres/identifiers';
import { findIndex, findTable } from '../../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../../context';
import { replaceSpan } from '../../edits';
import { sameColumns } from '../unique-keys';
import type { Need } from './need';

/** A key that foreign keys refer to. */
export function neededKey(step: Step, { table: name, constraint }: OperationOf<'drop constraint'>): Need | undefined {
  const table = findTable(step.before, name);
  const key = table?.constraints.find((candidate) => candidate.name === constraint);
  if (table === undefined || key === undefined || (key.kind !== 'primary key' && key.kind !== 'unique')) return undefined;
  return foreignKeyOn(step, table, key.columns, key.kind === 'primary key');
}

/** A foreign key that refers to exactly these columns, when no other key of the table has them. */
export function foreignKeyOn(step: Step, target: Table, columns: readonly string[], isPrimary: boolean): Need | undefined {
  const rivals = target.indexes.filter(({ unique, keys }) => unique && sameColumns(keys, columns));
  if (rivals.length > 1) return undefined;
  const key = relationKey(target);
  const goes = (name: string) =>
    step.statement.operations.some((operation) => operation.kind === 'drop constraint' && operation.constraint === name);
  for (const table of step.before.tables) {
    const found = table.constraints.find((constraint) => {
      if (constraint.kind !== 'foreign key' || constraint.references !== key || (table === target && goes(constraint.name))) return false;
      const named = referencedColumns(constraint.definition);
      return named === undefined ? isPrimary : sameColumns(named, columns);
    });
    if (found !== undefined)
      return { what: `the key (${columns.join(', ')})`, by: `the foreign key ${found.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

/** The columns behind REFERENCES table; undefined when it names none, which means the primary key. */
function referencedColumns(definition: string): readonly string[] | undefined {
  const list = /\breferences\s+(?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))?\s*\(([^)]*)\)/i.exec(definition)?.[1];
  return list?.split(',').map((name) => name.trim().replace(/^"|"$/g, '').replaceAll('""', '"'));
}

/** The index of a constraint. With CASCADE too: it is part of the constraint. */
export function keyOfIndex(context: RuleContext, step: Step, operation: OperationOf<'drop object'>, name: ObjectName): Need | undefined {
  const found = findIndex(step.before, name);
  const constraint = found?.index.constraint;
  if (found === undefined || constraint === undefined) return undefined;
  const { schema, name: table } = found.owner;
  const words = `DROP CONSTRAINT ${operation.ifExists ? 'IF EXISTS ' : ''}${quoteIdentifier(constraint)}${operation.cascade ? ' CASCADE' : ''}`;
  const text = `ALTER TABLE ${quoteQualified(name.schema === undefined ? undefined : schema, table)} ${words}`;
  const edits = [replaceSpan(context, step.statement.span, text)];
  return {
    what: `index ${name.name}`,
    by: `the constraint ${constraint}`,
    code: '2BP01',
    help: 'Drop the constraint: its index goes with it.',
    ...(operation.objects.length === 1 &&
      found.index.inherited !== true && { fix: { title: `Drop the constraint ${constraint}`, safe: false, edits } }),
  };
}
