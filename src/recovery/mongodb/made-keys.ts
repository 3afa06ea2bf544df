import type { DocumentCommand, DocumentNode, DocumentValue } from '../../model/document';
import type { Statement } from '../../model/migration';
import { writeExpression } from '../../parse/mongodb/write';
import { collectionText } from '../../rollback/mongodb/collections';
import { asWritten } from '../situation';
import { commandsIn } from './operations';

/** A driver puts the `_id` that it makes behind all that the document says: it was never the migration's, and is another one on every run. */
export function hasMadeKey(document: DocumentValue): document is DocumentNode {
  const last = document.kind === 'document' ? document.fields.at(-1) : undefined;
  return (
    document.kind === 'document' &&
    document.fields.length > 1 &&
    last?.name === '_id' &&
    last.value.kind === 'bson' &&
    last.value.type === 'ObjectId'
  );
}

export function withoutMadeKey(document: DocumentValue): DocumentValue {
  return hasMadeKey(document) ? { ...document, fields: document.fields.slice(0, -1) } : document;
}

/** The statement as it is to be sent again: with its terminator, and without keys that the driver had made when it was recorded. */
export function textAgain(statement: Statement): string {
  const [command, ...others] = commandsIn(statement);
  if (command === undefined || others.length > 0 || !makesKeys(command)) return asWritten(statement).replace(/;+$/, ';');
  const made = new Set(insertedIn(command).filter(hasMadeKey));
  const values = command.arguments.map((value) => replaced(value, made));
  return `${writeExpression(collectionText(command.collection?.name ?? ''), command.method, values)};`;
}

function makesKeys(command: DocumentCommand): boolean {
  return (
    command.isCommand !== true &&
    command.collection?.name !== undefined &&
    command.collection.database === undefined &&
    insertedIn(command).some(hasMadeKey)
  );
}

function insertedIn({ effect }: DocumentCommand): DocumentValue[] {
  return effect.kind === 'write' ? effect.writes.flatMap((write) => (write.kind === 'insert' ? [write.document] : [])) : [];
}

function replaced(value: DocumentValue, made: ReadonlySet<DocumentValue>): DocumentValue {
  if (made.has(value)) return withoutMadeKey(value);
  if (value.kind === 'array') return { ...value, items: value.items.map((item) => replaced(item, made)) };
  if (value.kind !== 'document') return value;
  return { ...value, fields: value.fields.map((field) => ({ ...field, value: replaced(field.value, made) })) };
}
