import type { DocumentCommand, DocumentValue, DocumentWrite } from '../../model/document';
import type { Migration, Statement } from '../../model/migration';
import { comparableOf } from './values';

/** The commands of a statement. */
export function commandsIn({ operations }: Statement): readonly DocumentCommand[] {
  return operations.flatMap((operation) => (operation.kind === 'document command' ? [operation] : []));
}

/** A write of a document, and the statement that it stands in. */
export interface PlacedWrite {
  readonly statement: number;
  readonly command: DocumentCommand;
  readonly write: DocumentWrite;
  readonly ordered: boolean;
}

/** The writes to a collection, in order, of the statements of which this says so by their number. */
export function writesTo(collection: string, { up }: Migration, isMeant: (index: number) => boolean): PlacedWrite[] {
  return up.statements
    .filter(({ index }) => isMeant(index))
    .flatMap((statement) =>
      commandsIn(statement).flatMap((command): PlacedWrite[] => {
        const { effect } = command;
        if (effect.kind !== 'write' || command.collection?.name !== collection || command.collection.database !== undefined) return [];
        return effect.writes.map((write) => ({ statement: statement.index, command, write, ordered: effect.ordered }));
      }),
    );
}

/** The collection that a command writes documents to, as the catalog calls it: `X.name` in another database. */
export function writtenCollection({ effect, collection }: DocumentCommand): string | undefined {
  const written = effect.kind === 'write' ? collection : effect.kind === 'aggregate' ? effect.into?.collection : undefined;
  return written?.database === undefined ? written?.name : `${written.database}.${written.name}`;
}

/** Statements that write documents of a collection, as ` (statement 2, 3)`; empty where none is known. */
export function writersOf(collection: string, { up }: Migration, isMeant: (index: number) => boolean): string {
  const numbers = up.statements
    .filter((statement) => isMeant(statement.index) && commandsIn(statement).some((command) => writtenCollection(command) === collection))
    .map(({ index }) => index);
  return numbers.length === 0 ? '' : ` (statement ${numbers.join(', ')})`;
}

/** All values that the migration's own text names, as `comparable` writes them, however deep they lie. */
export function namedValues({ up }: Migration): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (value: DocumentValue): void => {
    const text = comparableOf(value);
    if (text !== undefined) found.add(text);
    if (value.kind === 'array') for (const item of value.items) add(item);
    if (value.kind === 'document') for (const field of value.fields) add(field.value);
  };
  for (const statement of up.statements)
    for (const command of commandsIn(statement)) for (const argument of command.arguments) add(argument);
  return found;
}
