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
  const set = settingStatements(context);
  // A sequence may have a name that says nothing of its table.
  return [table.name, ...sequenceNames(step, table)].some((name) => (set.get(name.toLowerCase()) ?? 0) > step.statement.index);
}

const settings = new WeakMap<RuleContext, ReadonlyMap<string, number>>();

/** Every word of the statements that set a sequence, with the number of the last that has it. */
function settingStatements(context: RuleContext): ReadonlyMap<string, number> {
  const known = settings.get(context);
  if (known !== undefined) return known;
  const last = new Map<string, number>();
  for (const { statement } of [...context.steps, ...context.nested]) {
    if (!/\bsetval\s*\(|\brestart\b/i.test(statement.text)) continue;
    for (const [quoted = '', word = quoted] of statement.text.toLowerCase().matchAll(/"([^"]+)"|[\w$\u0080-\uffff]+/g)) {
      last.set(word, Math.max(last.get(word) ?? 0, statement.index));
    }
  }
  settings.set(context, last);
  return last;
}

/** Those that belong to the table, and those that its defaults draw from. */
function sequenceNames(step: Step, table: Table): readonly string[] {
  const key = relationKey(table);
  const owned = step.before.sequences.filter(({ ownedBy }) => ownedBy?.table === key).map(({ name }) => name);
  const drawn = table.columns.flatMap((column) => /nextval\s*\(\s*'(?:[^']*[."])?([^'."]+)"?'/i.exec(column.default ?? '')?.[1] ?? []);
  return [...owned, ...drawn];
}
