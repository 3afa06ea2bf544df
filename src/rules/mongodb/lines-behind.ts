import type { TextEdit } from '../../model/text';
import { indentationAt } from '../../parse/lines';
import type { RuleContext } from '../context';
import { sourceText } from '../edits';
import { commandsIn } from './commands';
import { editCall, sourceCall, spanOf } from './source-call';

/**
 * Puts statements of mongosh behind the program's last command: as they are in a script, as calls of the driver in code. Undefined where the
 * framework has no words for one of them, or the last command stands where no line can follow.
 */
export function linesBehind(context: RuleContext, statements: readonly string[]): TextEdit | undefined {
  const last = commandsIn(context).at(-1);
  const found = last === undefined ? undefined : sourceCall(context, last.step.statement, last.command.method);
  if (found === undefined || statements.length === 0) return undefined;
  const at = found.around.findLastIndex(({ type }) => type === 'ExpressionStatement');
  const parent = found.around[at - 1]?.type;
  const line = found.around[at];
  if (line === undefined || (parent !== 'BlockStatement' && parent !== 'Program')) return undefined;
  const text = sourceText(context);
  const bare = statements.map((statement) => statement.replace(/;\s*$/, ''));
  const written =
    context.source === undefined
      ? bare.map((statement) => `${statement};`)
      : bare.map((statement) => context.framework.rawCall?.(statement, { program: context.program, text, call: spanOf(found.whole) }));
  if (!written.every((each) => each !== undefined)) return undefined;
  const { start, end } = spanOf(line);
  const indent = indentationAt(text, start);
  return editCall(context, { start: end, end }, written.map((each) => `\n${indent}${each}`).join(''));
}
