import type { Operation } from '../../model/operation';

/** Scopes in which a SET changes nothing for the statements behind it in this session; SET STATEMENT holds for its own statement alone. */
const elsewhere: ReadonlySet<string | undefined> = new Set(['global', 'persist', 'persist only', 'user', 'statement']);

/**
 * Whether the server checks foreign keys behind these operations. A value that is not written out, `@old_checks`, mostly puts back what was
 * there before, and counts as on.
 */
export function checksForeignKeysAfter(operations: readonly Operation[], before: boolean): boolean {
  const set = operations.findLast(
    (operation) => operation.kind === 'set' && operation.name.toLowerCase() === 'foreign_key_checks' && !elsewhere.has(operation.scope),
  );
  return set?.kind === 'set' ? !/^['"]?(?:0|off|false)['"]?$/i.test(set.value ?? '') : before;
}
