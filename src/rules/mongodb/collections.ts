import type { Table } from '../../model/catalog';
import type { DocumentCommand, DocumentWrite } from '../../model/document';
import { isEmptyDocument } from '../../model/document-value';
import { findTable } from '../../schema/lookup';
import type { RuleContext, Step } from '../context';
import { commandsIn, type PlacedCommand } from './commands';

/** The name of a command's collection, where it is one of the migration's own database. */
export function ownName({ collection }: DocumentCommand): string | undefined {
  return collection?.database === undefined ? collection?.name : undefined;
}

/** The collection as it is before a step, where anything is known of it. */
export function collectionBefore(step: Step, name: string): Table | undefined {
  return findTable(step.before, { name });
}

/** Was it created by this program before the step? Then nobody else uses it, and it holds what the program itself wrote. */
export function isMadeHere(context: RuleContext, step: Step, name: string): boolean {
  const table = collectionBefore(step, name);
  if (table === undefined || table.presumed === true || table.complete === false) return false;
  return !context.before.tables.some(({ identity }) => identity === table.identity);
}

/** Did the program put in all that the collection holds: it created it, or emptied it, or replaced what was in it by `$out`? */
export function isFilledHere(context: RuleContext, step: Step, name: string): boolean {
  if (isMadeHere(context, step, name)) return true;
  return commandsIn(context).some(({ step: earlier, command }) => {
    if (earlier.statement.index >= step.statement.index) return false;
    const { effect } = command;
    if (effect.kind === 'aggregate') return isOut(effect, name);
    if (ownName(command) !== name) return false;
    return effect.kind === 'drop collection' || (effect.kind === 'write' && effect.writes.some(deletesAll));
  });
}

function isOut({ into }: Extract<DocumentCommand['effect'], { kind: 'aggregate' }>, name: string): boolean {
  return into?.stage === '$out' && into.collection.name === name && into.collection.database === undefined;
}

function deletesAll(write: DocumentWrite): boolean {
  return write.kind === 'delete' && write.many && isEmptyDocument(write.filter);
}

/** Can it hold documents, and can others be using it? What no migration shows was there before all of them. */
export function isLive(context: RuleContext, step: Step, name: string): boolean {
  return !isMadeHere(context, step, name);
}

/** Commands of the program before a step, on one collection. */
export function earlierOn(context: RuleContext, step: Step, name: string): readonly PlacedCommand[] {
  return commandsIn(context).filter((placed) => placed.step.statement.index < step.statement.index && ownName(placed.command) === name);
}

/** Does the program look at the collection before: count, find, aggregate without writing? */
export function isReadBefore(context: RuleContext, step: Step, name: string): boolean {
  return earlierOn(context, step, name).some(({ command }) => isRead(command));
}

export function isRead({ effect }: DocumentCommand): boolean {
  return effect.kind === 'read' || (effect.kind === 'aggregate' && effect.into === undefined);
}

export function writesOf({ effect }: DocumentCommand): readonly DocumentWrite[] {
  return effect.kind === 'write' ? effect.writes : [];
}

/** The newest name under which a collection's documents are kept, made of the migration's own: `users_before_20240101000000`. */
export function keptName(context: RuleContext, name: string): string {
  // With the time of day, where a name has it: `2025.01.31T10.00.00.add-users`.
  const [version = ''] = /^\d{4}(?:[.-]\d\d){2}(?:T[\d.]+)?|^\d+/.exec(context.migration.id.split('/').at(-1) ?? '') ?? [];
  return `${name}_before_${version === '' ? context.migration.id.replace(/\W+/g, '_') : version.replace(/\D/g, '')}`;
}
