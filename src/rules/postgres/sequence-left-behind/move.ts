import type { Table } from '../../../model/catalog';
import { relationKey } from '../../../model/catalog';
import type { Fix } from '../../../model/finding';
import type { ObjectName } from '../../../model/operation';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../parse/postgres/identifiers';
import type { RuleContext, Step } from '../../context';
import { insertBehind } from '../../edits';

/** Moves the sequence of a column behind its rows; right for an empty table too. */
export function moveStatement(table: ObjectName, column: string): string {
  const target = quoteQualified(table.schema, table.name);
  const quoted = quoteIdentifier(column);
  return `SELECT setval(pg_get_serial_sequence(${quoteLiteral(target)}, ${quoteLiteral(column)}), coalesce(max(${quoted}), 1), max(${quoted}) IS NOT NULL) FROM ${target};`;
}

export function moveFix(context: RuleContext, step: Step, column: string, move: string): Fix {
  return {
    title: `Move the sequence past the greatest ${column}`,
    safe: false,
    edits: [insertBehind(context, step.statement.span, `\n${move}`)],
  };
}

/** Whether the sequence is set afterwards: by setval, or ALTER ... RESTART. */
export function isMoved(context: RuleContext, step: Step, table: Table): boolean {
  const later = [...context.steps, ...context.nested].filter((candidate) => candidate.statement.index > step.statement.index);
  // A sequence may have a name that says nothing of its table.
  const names = [table.name, ...sequenceNames(step, table)].map((name) => name.replaceAll(/[^\w]/g, '\\$&')).join('|');
  const named = new RegExp(`(?<![\\w$])(?:${names})`, 'i');
  return later.some(({ statement }) => /\bsetval\s*\(|\brestart\b/i.test(statement.text) && named.test(statement.text));
}

/** Those that belong to the table, and those that its defaults draw from. */
function sequenceNames(step: Step, table: Table): readonly string[] {
  const owned = step.before.sequences.filter(({ ownedBy }) => ownedBy?.table === relationKey(table)).map(({ name }) => name);
  const drawn = table.columns.flatMap((column) => /nextval\s*\(\s*'(?:[^']*[."])?([^'."]+)"?'/i.exec(column.default ?? '')?.[1] ?? []);
  return [...owned, ...drawn];
}
