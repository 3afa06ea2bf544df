import type { Document } from 'bson';
import type { DocumentCommand, DocumentNode, DocumentValue } from '../../../model/document';
import { fieldOf, fieldsOf, isPartial, textOf } from '../../../model/document-value';
import { failure, type Result, success } from '../../../model/result';
import { array, document, documentOf, hole, scalar } from '../../../parse/mongodb/document';
import { indexName, keyFields } from '../../../schema/mongodb/canonical';
import { type CommandParts, given, picked } from './parts';
import { readingCommand } from './read-commands';
import { bsonOf } from './value';
import { writeCommands } from './write-commands';

/** A command as it is sent: `db.command(document)` on this database. */
export interface ShellCommand {
  readonly database: string;
  readonly document: Document;
}

/**
 * What the shell sends for one call, in order; `database` is the migration's own. Sessions are left to who sends it. Cursors are opened by
 * the command and not read to their end. Fails when some of it is known to a run alone, and for helpers of the shell that are more than
 * commands.
 */
export function commandsOf(operation: DocumentCommand, database: string): Result<readonly ShellCommand[]> {
  if (isPartial(operation.options)) return refusal(`the options of ${operation.method} are known only to the migration's run`);
  const parts = operation.isCommand === true ? ownCommand(operation) : commandParts(operation, database);
  if (!parts.ok) return parts;
  const own = operation.collection?.database ?? operation.database ?? database;
  const sent: ShellCommand[] = [];
  for (const { fields, isAdmin } of parts.value) {
    const made = bsonOf(documentOf(given(fields)));
    if (!made.ok) return made;
    sent.push({ database: isAdmin === true ? 'admin' : own, document: plain(made.value) });
  }
  return success(sent);
}

/** The names of commands never look like numbers, so a plain object keeps their order. */
function plain(value: unknown): Document {
  return value instanceof Map ? Object.fromEntries(value) : (value as Document);
}

function refusal(why: string): Result<never> {
  return failure({ message: `This can't be sent as a command: ${why}.` });
}

/** `db.runCommand({ ... })`: the document itself; a text is a command that takes no value. */
function ownCommand(operation: DocumentCommand): Result<readonly CommandParts[]> {
  const [first] = operation.arguments;
  const name = textOf(first);
  const command = name === undefined ? first : document({ [name]: 1 });
  if (command?.kind !== 'document' || command.fields.length === 0) return refusal('it has no command document');
  const fields = command.fields.filter((field) => field.name !== 'session').map((field) => [field.name, field.value] as const);
  return success([{ fields: command.partial === true ? [...fields, ['partial', hole('rest')]] : fields }]);
}

function commandParts(operation: DocumentCommand, database: string): Result<readonly CommandParts[]> {
  const { effect, options, collection } = operation;
  if (collection !== undefined && collection.name === undefined)
    return refusal("the collection's name is known only to the migration's run");
  const name = collection?.name ?? 1;
  const common = picked(options, ['comment', 'maxTimeMS']);
  const concern = writeConcernOf(options);
  switch (effect.kind) {
    case 'write':
      return writeCommands(operation, effect, [...concern, ...common]);
    case 'create index':
      return indexCommand(name, effect, [...picked(options, ['commitQuorum']), ...concern, ...common]);
    case 'drop index':
      if (effect.indexes === undefined) return refusal("the indexes are known only to the migration's run");
      return success([{ fields: [['dropIndexes', name], ['index', whichIndexes(effect.indexes)], ...concern, ...common] }]);
    case 'create collection':
      return optionsCommand('create', name, effect.options, concern);
    case 'modify collection':
      return optionsCommand('collMod', name, effect.options, concern);
    case 'drop collection':
      return success([{ fields: [['drop', name], ...concern, ...common] }]);
    case 'drop database':
      return success([{ fields: [['dropDatabase', 1], ...concern, ...common] }]);
    case 'rename collection':
      return renameCommand(operation, effect, database, [...concern, ...common]);
    case 'aggregate':
      return success([aggregateCommand(name, effect.pipeline, options, [...concern, ...common])]);
    case 'read':
      return readingCommand(operation, common) ?? unsent(operation);
    case 'other':
      return otherCommand(operation) ?? unsent(operation);
  }
}

function unsent({ method }: DocumentCommand): Result<never> {
  return refusal(`${method} is a helper of the shell; write the command itself, db.runCommand({ ... })`);
}

type Fields = CommandParts['fields'];

/** A write concern stands in a document of its own, or in the old way beside the options. */
function writeConcernOf(options: DocumentValue | undefined): Fields {
  const own = fieldOf(options, 'writeConcern');
  if (own !== undefined) return [['writeConcern', own]];
  const old = picked(options, ['w', 'j', 'wtimeout']);
  return old.length === 0 ? [] : [['writeConcern', documentOf(given(old))]];
}

function indexCommand(
  name: string | 1,
  effect: Extract<DocumentCommand['effect'], { kind: 'create index' }>,
  rest: Fields,
): Result<CommandParts[]> {
  if (effect.partial || effect.indexes.length === 0) return refusal("some of the indexes are known only to the migration's run");
  const indexes: DocumentValue[] = [];
  for (const index of effect.indexes) {
    const called = index.name ?? indexName(index.keys);
    if (called === undefined || isPartial(index.options)) return refusal("an index is known only to the migration's run");
    const keys: DocumentNode = { kind: 'document', fields: keyFields(index.keys), span: index.span };
    const options = fieldsOf(index.options).map((field) => [field.name, field.value] as const);
    indexes.push(documentOf([['key', keys], ['name', called], ...options]));
  }
  return success([{ fields: [['createIndexes', name], ['indexes', array(indexes)], ...rest] }]);
}

function whichIndexes(indexes: readonly (string | DocumentValue)[]): DocumentValue | string {
  const [first] = indexes;
  if (indexes.length === 1 && first !== undefined) return first;
  return array(indexes.map((index) => (typeof index === 'string' ? scalar(index) : index)));
}

function optionsCommand(command: string, name: string | 1, options: DocumentValue | undefined, concern: Fields): Result<CommandParts[]> {
  if (isPartial(options)) return refusal("some of the options are known only to the migration's run");
  const own = fieldsOf(options).map((field) => [field.name, field.value] as const);
  return success([{ fields: [[command, name], ...own, ...concern] }]);
}

/** A command of the server and not of the database, so both names are whole. */
function renameCommand(
  { collection, database: on }: DocumentCommand,
  { newName, dropTarget }: Extract<DocumentCommand['effect'], { kind: 'rename collection' }>,
  database: string,
  rest: Fields,
): Result<CommandParts[]> {
  if (newName.name === undefined || collection?.name === undefined)
    return refusal("a collection's name is known only to the migration's run");
  const own = collection.database ?? on ?? database;
  const fields: Fields = [
    ['renameCollection', `${own}.${collection.name}`],
    ['to', `${newName.database ?? own}.${newName.name}`],
    ...(dropTarget ? ([['dropTarget', true]] as const) : []),
    ...rest,
  ];
  return success([{ fields, isAdmin: true }]);
}

/** The options that the command knows; a batch size is the cursor's. */
function aggregateCommand(name: string | 1, pipeline: DocumentValue, options: DocumentValue | undefined, rest: Fields): CommandParts {
  const batchSize = picked(options, ['batchSize']);
  const own = picked(options, ['allowDiskUse', 'bypassDocumentValidation', 'collation', 'hint', 'let', 'readConcern', 'explain']);
  return { fields: [['aggregate', name], ['pipeline', pipeline], ['cursor', documentOf(given(batchSize))], ...own, ...rest] };
}

/** Helpers that are one command of another name. */
function otherCommand({ method, collection, arguments: values }: DocumentCommand): Result<readonly CommandParts[]> | undefined {
  const [first] = values;
  const name = collection?.name;
  if (name === undefined && method === 'killOp' && first !== undefined)
    return success([
      {
        fields: [
          ['killOp', 1],
          ['op', first],
        ],
        isAdmin: true,
      },
    ]);
  if (name === undefined && method === 'setProfilingLevel' && first !== undefined) return success([{ fields: [['profile', first]] }]);
  if (name !== undefined && method === 'reIndex') return success([{ fields: [['reIndex', name]] }]);
  if (name !== undefined && method === 'convertToCapped' && first !== undefined) {
    return success([
      {
        fields: [
          ['convertToCapped', name],
          ['size', first],
        ],
      },
    ]);
  }
  return undefined;
}
