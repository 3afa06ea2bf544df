import type { Statement } from '../../model/migration';
import type { Operation } from '../../model/operation';
import { quoteQualified } from '../../parse/mysql/identifiers';
import { type DownPart, notUndone, statement as undo } from '../down-part';

/**
 * Sequences of MariaDB, which the virtual schema does not hold: those that the migration makes go, behind all that draws from them, and of
 * others it can only be said.
 */
export function sequencesDown(statements: readonly Statement[]): DownPart[] {
  const made = new Map<string, string>();
  const told = statements.flatMap(({ operations, index }) => operations.flatMap((operation) => followed(operation, index, made)));
  return [...told, ...[...made.values()].reverse().map(undo)];
}

/** @param made how those that the migration made go, by name; written to. */
function followed(operation: Operation, index: number, made: Map<string, string>): DownPart[] {
  if (operation.kind === 'drop object' && operation.objectKind === 'sequence') {
    const others = operation.objects.filter(({ schema, name }) => !made.delete(quoteQualified(schema, name)));
    return operation.ifExists ? [] : others.map(({ name }) => notUndone(`sequence ${name} that statement ${index} drops`));
  }
  if (operation.kind !== 'create object' || operation.objectKind !== 'sequence') return [];
  const { object, orReplace, ifNotExists } = operation;
  const name = quoteQualified(object.schema, object.name);
  if (orReplace && !made.has(name)) return [notUndone(`sequence ${object.name} as it was, where statement ${index} replaces one`)];
  made.set(name, `DROP SEQUENCE ${ifNotExists ? 'IF EXISTS ' : ''}${name}`);
  return [];
}
