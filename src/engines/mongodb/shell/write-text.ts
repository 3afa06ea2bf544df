import type { DocumentValue } from '../../../model/document';
import { fieldOf, isTrue, itemsOf } from '../../../model/document-value';
import { array, documentOf, without } from '../../../parse/mongodb/document';
import { writeExpression } from '../../../parse/mongodb/write';
import { type CommandParts, given, picked } from './parts';
import { fieldsAs, isZero, type WireCommand } from './wire-fields';

/** The calls that send insert, update, delete and findAndModify: one document by its own method, several as a bulk. */

type Fields = CommandParts['fields'];
type CallWriter = (wire: WireCommand) => string | undefined;

const common = ['let', 'bypassDocumentValidation', 'writeConcern', 'comment', 'maxTimeMS'] as const;

/** What every such command says of its list; ordered is what goes without saying. */
function listOptions(wire: WireCommand): Fields {
  const ordered = wire.take('ordered');
  return [...(ordered === undefined || isTrue(ordered) ? [] : ([['ordered', false]] as const)), ...wire.options(common)];
}

const insert: CallWriter = (wire) => {
  const receiver = wire.receiver;
  const documents = wire.take('documents');
  if (receiver === undefined || documents?.kind !== 'array') return undefined;
  const [first] = documents.items;
  const options = wire.optionsOf(listOptions(wire));
  if (documents.items.length === 1 && first !== undefined) return writeExpression(receiver, 'insertOne', [first, options]);
  return writeExpression(receiver, 'insertMany', [documents, options]);
};

/** A write of a list as the method that writes it alone. */
interface Alone {
  readonly method: string;
  /** Its arguments before the options, by the names that they have in a bulk. */
  readonly parts: Fields;
  readonly options: Fields;
}

function listed(field: string, read: (item: DocumentValue) => Alone | undefined): CallWriter {
  return (wire) => {
    const receiver = wire.receiver;
    const items = itemsOf(wire.take(field)).map(read);
    const known = items.filter((item) => item !== undefined);
    if (receiver === undefined || known.length === 0 || known.length < items.length) return undefined;
    const [alone] = known;
    const options = listOptions(wire);
    if (alone !== undefined && known.length === 1) {
      const values = alone.parts.map(([, value]) => value as DocumentValue);
      // A single write has no order.
      const own = options.filter(([name]) => name !== 'ordered');
      return writeExpression(receiver, alone.method, [...values, wire.optionsOf([...alone.options, ...own])]);
    }
    const bulk = known.map(({ method, parts, options: own }) => documentOf([[method, documentOf([...parts, ...own])]]));
    return writeExpression(receiver, 'bulkWrite', [array(bulk), wire.optionsOf(options)]);
  };
}

const updateFields: ReadonlySet<string> = new Set(['q', 'u', 'multi', 'upsert', 'arrayFilters', 'collation', 'hint', 'sort']);

function updateAlone(item: DocumentValue): Alone | undefined {
  const [filter, change] = [fieldOf(item, 'q'), fieldOf(item, 'u')];
  if (filter === undefined || change === undefined || !knowsAll(item, updateFields)) return undefined;
  const isMany = isTrue(fieldOf(item, 'multi'));
  const isReplacement = change.kind === 'document' && !change.fields.some(({ name }) => name.startsWith('$'));
  // The server refuses a replacement of many: only the command itself says that.
  if (isMany && isReplacement) return undefined;
  const upsert = isTrue(fieldOf(item, 'upsert')) ? true : undefined;
  const options = given([['upsert', upsert], ...picked(item, ['arrayFilters', 'collation', 'hint', 'sort'])]);
  const method = isReplacement ? 'replaceOne' : isMany ? 'updateMany' : 'updateOne';
  return {
    method,
    parts: [
      ['filter', filter],
      [isReplacement ? 'replacement' : 'update', change],
    ],
    options,
  };
}

const deleteFields: ReadonlySet<string> = new Set(['q', 'limit', 'collation', 'hint']);

function deleteAlone(item: DocumentValue): Alone | undefined {
  const filter = fieldOf(item, 'q');
  if (filter === undefined || !knowsAll(item, deleteFields)) return undefined;
  const method = isZero(fieldOf(item, 'limit')) ? 'deleteMany' : 'deleteOne';
  return { method, parts: [['filter', filter]], options: picked(item, ['collation', 'hint']) };
}

function knowsAll(item: DocumentValue, names: ReadonlySet<string>): boolean {
  return item.kind === 'document' && without(item, names).fields.length === 0;
}

const findAndModify: CallWriter = (wire) => {
  const receiver = wire.receiver;
  if (receiver === undefined) return undefined;
  const filter = wire.take('query') ?? documentOf([]);
  const change = wire.take('update');
  const isRemoval = wire.isOn('remove');
  const isNew = wire.isOn('new');
  const upsert = wire.isOn('upsert') ? true : undefined;
  const options = wire.optionsOf(
    given([
      ['upsert', upsert],
      ['returnDocument', isNew ? 'after' : undefined],
      ['projection', wire.take('fields')],
      ...wire.options(['sort', 'arrayFilters', 'collation', 'hint', ...common]),
    ]),
  );
  if (isRemoval) return writeExpression(receiver, 'findOneAndDelete', [filter, options]);
  if (change === undefined) return undefined;
  const isReplacement = change.kind === 'document' && !fieldsAs(change).some(([name]) => name.startsWith('$'));
  return writeExpression(receiver, isReplacement ? 'findOneAndReplace' : 'findOneAndUpdate', [filter, change, options]);
};

export const writingCalls: Readonly<Record<string, CallWriter>> = {
  insert,
  update: listed('updates', updateAlone),
  delete: listed('deletes', deleteAlone),
  findAndModify,
  findandmodify: findAndModify,
};
