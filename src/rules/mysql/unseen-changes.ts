import type { Operation } from '../../model/operation';
import type { RuleContext, Step } from '../context';
import { escapedName } from '../names';
import { onceForFolder } from '../once';

/** Words by which a file changes tables in ways that nobody follows: statements prepared from texts, and procedures. */
const running = /\b(?:prepare|execute\s+immediate|procedure|call)\b/i;

/**
 * May something that is not read have made, dropped or renamed what has this name? A text that is prepared (the usual guard around
 * ALTER TABLE in MySQL), a procedure, or the call of one that is told the name, here or in another file; a statement that is not readable.
 */
export function isSpokenOfUnseen({ files, program, migration }: RuleContext, { statement }: Step, name: string): boolean {
  const word = new RegExp(`(?<![\\w$])${escapedName(name)}(?![\\w$])`, 'i');
  if (files.some(({ path, text }) => path !== program.path && running.test(text) && word.test(text))) return true;
  const earlier = program.statements.filter(({ index }) => index < statement.index);
  return [...(program === migration.up ? [] : migration.up.statements), ...earlier].some(
    ({ operations, unreadable, sent }) => (unreadable !== undefined || operations.some(isRunLater)) && word.test(sent),
  );
}

function isRunLater(operation: Operation): boolean {
  if (operation.kind === 'create object') return operation.objectKind === 'procedure';
  return operation.kind === 'prepared statement' || operation.kind === 'call' || (operation.kind === 'set' && operation.scope === 'user');
}

/** USE: what is named without a database afterwards is in another one than the migration's own. */
export const changesDatabase = onceForFolder((files) => files.some(({ text }) => /^\s*use\s+[`\w]/im.test(text)));
