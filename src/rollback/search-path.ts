import type { Statement } from '../model/migration';
import { type DownPart, statement } from './down-part';

/** Statements that name other objects as the migrations wrote them: an index, a view, a function, a foreign key that comes back. */
const repeatsWords = /^CREATE\b|\bREFERENCES\b|\bADD\s+(?:COLUMN|CONSTRAINT)\b|\bSET\s+DEFAULT\b/im;

/**
 * The way back in the search path of the way there: what comes back was written under it, and names without a schema would be looked for,
 * and made, elsewhere. As it is set once, and perhaps reset; where a migration changes it midway, nothing is added.
 */
export function withSearchPath(parts: readonly DownPart[], statements: readonly Statement[]): readonly DownPart[] {
  const paths = statements.filter(({ operations }) =>
    operations.some((operation) => operation.kind === 'set' && operation.name === 'search_path'),
  );
  const [set, reset, ...others] = paths;
  if (set === undefined || others.length > 0 || !isPlain(set) || isReset(set)) return parts;
  if (reset !== undefined && !(isPlain(reset) && isReset(reset))) return parts;
  if (!parts.some(({ text }) => repeatsWords.test(text.join('\n')))) return parts;
  // SET LOCAL ends with a transaction of the migration's own, and the way back has none.
  const ownTransaction = statements.some(({ operations }) => operations.some(({ kind }) => kind === 'transaction'));
  const local = /^\s*set\s+local\b/i;
  if (ownTransaction && local.test(set.sent)) {
    return [statement(set.sent.replace(local, 'SET').trim()), ...parts, statement('RESET search_path')];
  }
  return [statement(set.sent.trim()), ...parts, ...(reset === undefined ? [] : [statement(reset.sent.trim())])];
}

function isPlain({ sent, operations }: Statement): boolean {
  return operations.length === 1 && /^\s*(?:re)?set\b/i.test(sent);
}

function isReset({ sent }: Statement): boolean {
  return /^\s*reset\b|\bto\s+default\s*;?\s*$|=\s*default\s*;?\s*$/i.test(sent);
}
