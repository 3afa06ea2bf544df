import type { Engine } from '../../model/engine';
import type { Operation } from '../../model/operation';
import type { TableWork } from '../../model/plan';
import type { TextEdit } from '../../model/text';
import type { RuleContext, Step } from '../context';
import { insertAt } from '../edits';

/**
 * What a statement says to be refused instead of doing more than this. MySQL takes no LOCK= beside INSTANT, where nobody waits but for
 * a moment anyway.
 */
export function onlineDemand({ algorithm, lock }: Pick<TableWork, 'algorithm' | 'lock'>): readonly string[] {
  return algorithm === 'INSTANT' ? ['ALGORITHM=INSTANT'] : [`ALGORITHM=${algorithm}`, `LOCK=${lock}`];
}

/** Where the words go, and how they are joined there. Undefined where the statement knows none. */
export function onlineEdit(context: RuleContext, step: Step, words: readonly string[]): TextEdit | undefined {
  const [operation] = step.statement.operations;
  const offset = operation?.insertAt?.online;
  if (operation === undefined || offset === undefined || !takesWords(operation, context.engine)) return undefined;
  const isAlter = /^ALTER\b/i.test(step.statement.text);
  return insertAt(context, offset, isAlter ? `, ${words.join(', ')}` : ` ${words.join(' ')}`);
}

/** MariaDB's DROP INDEX has neither word; ALTER TABLE ... DROP INDEX has both. RENAME TABLE and partitions have places of their own. */
function takesWords(operation: Operation, engine: Engine): boolean {
  if (operation.kind === 'partitioning' || (operation.kind === 'rename object' && operation.objectKind === 'table')) return false;
  return !(engine.name === 'mariadb' && operation.kind === 'drop object' && operation.span === undefined);
}
