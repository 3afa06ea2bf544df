import type { DocumentCommand, DocumentEffect, DocumentValue, DocumentWrite } from '../../../model/document';
import { fieldOf, fieldsOf, isTrue, itemsOf, textOf } from '../../../model/document-value';
import { failure, type Result, success } from '../../../model/result';
import { array, documentOf } from '../../../parse/mongodb/document';
import { type CommandParts, given, picked } from './parts';

type Writing = Extract<DocumentEffect, { readonly kind: 'write' }>;
type Fields = CommandParts['fields'];

/** The commands of a call that writes documents: one for each run of inserts, updates or deletes, as the driver sends a bulk. */
export function writeCommands(operation: DocumentCommand, effect: Writing, rest: Fields): Result<readonly CommandParts[]> {
  const { collection, method, options } = operation;
  if (collection?.name === undefined) return refusal('it names no collection');
  if (effect.partial || effect.writes.length === 0) return refusal("some of its writes are known only to the migration's run");
  const without = effect.writes.find(lacksOperators);
  if (without !== undefined) return refusal(`an update takes operators such as $set; to put a whole document in place, use replaceOne`);
  if (method.startsWith('findOneAnd') || method === 'findAndModify') return success([modifying(collection.name, operation, effect, rest)]);
  const ofCommand: Fields = [
    ['ordered', effect.ordered ? undefined : false],
    ...picked(options, ['let', 'bypassDocumentValidation']),
    ...rest,
  ];
  const name = collection.name;
  return success(runsOf(effect.writes, itemOptions(operation)).map((run) => ({ fields: [...runFields(run, name), ...ofCommand] })));
}

function refusal(why: string): Result<never> {
  return failure({ message: `This can't be sent as a command: ${why}.` });
}

/** The server would take such a document's fields for the whole document; driver and shell refuse it. */
function lacksOperators(write: DocumentWrite): boolean {
  if (write.kind !== 'update' || write.change.kind !== 'document') return false;
  return !write.change.fields.some((field) => field.name.startsWith('$')) && write.change.partial !== true;
}

/** Where the options of each write stand: of a bulk in its items, else in those of the call. */
function itemOptions({ method, arguments: values, options }: DocumentCommand): (index: number) => DocumentValue | undefined {
  if (method !== 'bulkWrite') return () => options;
  const items = itemsOf(values[0]);
  return (index) => fieldsOf(items[index])[0]?.value;
}

interface Item {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly value: DocumentValue;
}

function runsOf(writes: readonly DocumentWrite[], optionsOf: (index: number) => DocumentValue | undefined): Item[][] {
  const runs: Item[][] = [];
  for (const [index, write] of writes.entries()) {
    const item = itemOf(write, optionsOf(index));
    const run = runs.at(-1);
    if (run !== undefined && run[0]?.kind === item.kind) run.push(item);
    else runs.push([item]);
  }
  return runs;
}

function itemOf(write: DocumentWrite, options: DocumentValue | undefined): Item {
  switch (write.kind) {
    case 'insert':
      return { kind: 'insert', value: write.document };
    case 'delete': {
      const limit = write.many ? 0 : 1;
      return {
        kind: 'delete',
        value: documentOf(given([['q', write.filter], ['limit', limit], ...picked(options, ['collation', 'hint'])])),
      };
    }
    default: {
      const change = write.kind === 'update' ? write.change : write.document;
      const fields: Fields = [
        ['q', write.filter],
        ['u', change],
        ['multi', write.kind === 'update' && write.many ? true : undefined],
        ['upsert', write.upsert ? true : undefined],
        ...picked(options, ['arrayFilters', 'collation', 'hint', 'sort']),
      ];
      return { kind: 'update', value: documentOf(given(fields)) };
    }
  }
}

const listNames = { insert: 'documents', update: 'updates', delete: 'deletes' } as const;

function runFields(run: readonly Item[], collection: string): Fields {
  const kind = run[0]?.kind ?? 'insert';
  return [
    [kind, collection],
    [listNames[kind], array(run.map(({ value }) => value))],
  ];
}

/** findOneAndUpdate and its kin; the shell's findAndModify names its parts as the command does. */
function modifying(
  collection: string,
  { method, options, arguments: values }: DocumentCommand,
  effect: Writing,
  rest: Fields,
): CommandParts {
  const [write] = effect.writes;
  const own = method === 'findAndModify' ? values[0] : options;
  const isNew =
    isTrue(fieldOf(own, 'new')) || isTrue(fieldOf(own, 'returnNewDocument')) || textOf(fieldOf(own, 'returnDocument')) === 'after';
  const change = write?.kind === 'update' ? write.change : write?.kind === 'replace' ? write.document : undefined;
  const fields: Fields = [
    ['findAndModify', collection],
    ['query', write === undefined || write.kind === 'insert' ? undefined : write.filter],
    ...picked(own, ['sort']),
    ['remove', write?.kind === 'delete' ? true : undefined],
    ['update', change],
    ['new', isNew ? true : undefined],
    ['upsert', write !== undefined && 'upsert' in write && write.upsert ? true : undefined],
    ['fields', fieldOf(own, 'fields') ?? fieldOf(own, 'projection')],
    ...picked(own, ['arrayFilters', 'collation', 'hint', 'let', 'bypassDocumentValidation']),
    ...rest,
  ];
  return { fields: given(fields) };
}
