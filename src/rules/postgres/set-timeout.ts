import type { Fix } from '../../model/finding';
import type { RuleContext, Step } from '../context';
import { endWithTerminator, insertAt, insertStatement } from '../edits';
import { onceForFolder } from '../once';

/** Two statements in one request are one transaction, so SET LOCAL has one to hold in. */
export function usesLocal(context: RuleContext, step: Step): boolean {
  return step.inTransaction || context.program.execution.requests === 'single-request';
}

/** It has to be the only statement of its request (DETACH PARTITION ... CONCURRENTLY), so no SET can stand in front of it. */
export function standsAlone(context: RuleContext, step: Step): boolean {
  return context.program.execution.requests === 'single-request' && !step.planned.transactional;
}

/**
 * A migration of the folder sets it for all sessions of a role or a database (manual, ALTER ROLE, ALTER DATABASE), and this one may be among
 * them; or the project has it set on the connection before each migration.
 */
export function isSetForSessions(context: RuleContext, name: string): boolean {
  return settingsOfSessions(context).has(name) || isSetAtStart(context, name);
}

function isSetAtStart({ framework, files, program }: RuleContext, name: string): boolean {
  const setup = framework.connectionSetup?.(files, program.direction) ?? '';
  return new RegExp(`\\bset\\s+(?:session\\s+|local\\s+)?${name}\\s*(?:=|\\bto\\b)\\s*'?[1-9]|'${name}'\\s*,\\s*'[1-9]`, 'i').test(setup);
}

const settingsOfSessions = onceForFolder(
  (files) =>
    new Set(
      files.flatMap(({ text }) =>
        [...text.matchAll(/\balter\s+(?:role|user|database)\s[^;]*?\sset\s+(\w+)/gi)].map(([, name]) => (name ?? '').toLowerCase()),
      ),
    ),
);

/**
 * Sets a timeout before a statement: LOCAL where there is a transaction with which it ends. It is set back before the next statement that
 * must not meet it (`spares`), and at the end where the framework goes on to the next migration in the same session. `safe`: as `Fix.safe`.
 */
export function setTimeout(
  context: RuleContext,
  step: Step,
  timeout: { readonly name: string; readonly value: string; readonly spares: (later: Step) => boolean },
  safe: boolean,
): Fix {
  const { name, value, spares } = timeout;
  const local = usesLocal(context, step);
  const edits = [insertStatement(context, step.statement.span.start, `SET ${local ? 'LOCAL ' : ''}${name} = '${value}';`)];
  const spared = context.steps.find((later) => later.statement.index > step.statement.index && spares(later));
  const meets = !local || spared?.transaction === step.transaction;
  if (meets && spared !== undefined) edits.push(insertStatement(context, spared.statement.span.start, `RESET ${name};`));
  else if (!local && context.framework.name !== 'sql') edits.push(resetAtEnd(context, name));
  return { title: `Set a ${name}${local ? ' for this transaction' : ''}`, safe, edits };
}

/** Frameworks run the next migration on the same connection. */
function resetAtEnd(context: RuleContext, name: string) {
  const last = context.steps.at(-1)?.statement.span ?? context.program.span;
  const end = endWithTerminator(context, last);
  return insertAt(context, end, `${end === last.end ? ';' : ''}\nRESET ${name};`);
}
