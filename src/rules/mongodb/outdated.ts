import type { CallExpression } from '@babel/types';
import type { DocumentCommand, DocumentValue } from '../../model/document';
import { fieldOf, fieldsOf, isTrue } from '../../model/document-value';
import type { Fix } from '../../model/finding';
import type { TextEdit } from '../../model/text';
import type { RuleContext } from '../context';
import type { PlacedCommand } from './commands';
import { editCall, propertyName, sourceCall, spanOf } from './source-call';

/** What drivers, shell and servers no longer have, or will not have for long; by their release notes. */
export interface Outdated {
  /** `fails`: it is gone. `ignored`: it says nothing any more. `deprecated`: it still works. */
  readonly state: 'fails' | 'ignored' | 'deprecated';
  /** As a sentence. */
  readonly message: string;
  readonly help: string;
  readonly fix?: Fix;
}

type Names = Readonly<Record<string, string>>;

/** Methods of collections that the Node driver had once, with when it lost them. */
const goneFromDriver: Names = {
  ...{ insert: '7.0', update: '7.0', remove: '7.0', mapReduce: '5.0', findAndModify: '4.0', save: '4.0', ensureIndex: '4.0' },
  ...{ group: '4.0', geoNear: '4.0', geoHaystackSearch: '4.0', parallelCollectionScan: '4.0', reIndex: '4.0', findAndRemove: '4.0' },
};

/** Methods that mongosh has not, though the old shell had. */
const goneFromShell: ReadonlySet<string> = new Set(['save', 'copyTo', 'group', 'eval', 'geoNear', 'repairDatabase', 'cloneCollection']);
const deprecatedInShell: ReadonlySet<string> = new Set(['insert', 'update', 'remove', 'ensureIndex', 'count', 'mapReduce']);

/** Commands that servers had once, with the first that has not. */
const goneFromServer: Names = {
  ...{ eval: '4.2', $eval: '4.2', copydb: '4.2', clone: '4.2', geoNear: '4.2', group: '4.2', parallelCollectionScan: '4.2', touch: '4.2' },
  ...{ repairDatabase: '4.2', cloneCollection: '4.4', geoSearch: '5.0', getPrevError: '5.0', resetError: '5.0', getLastError: '5.1' },
};

/** Operators, wherever they stand in a filter, a change or a pipeline. */
const goneOperators: Names = { $pushAll: '3.6', $isolated: '4.0', $atomic: '4.0' };
const scripts: ReadonlySet<string> = new Set(['$where', '$function', '$accumulator']);

/** Everything that is outdated about one command. */
export function outdatedOf(context: RuleContext, placed: PlacedCommand): readonly Outdated[] {
  return [methodOf(context, placed), ...operatorsOf(placed.command), ...indexOptionsOf(context, placed)].filter(
    (found) => found !== undefined,
  );
}

function methodOf(context: RuleContext, { step, command }: PlacedCommand): Outdated | undefined {
  if (command.isCommand) return commandOf(command);
  if (step.statement.circumstances?.ownMethod) return undefined;
  const call = sourceCall(context, step.statement, command.method)?.call;
  // What is read of a call may have its new name already.
  const written = call?.callee.type === 'MemberExpression' ? propertyName(call.callee.property) : undefined;
  const name = written ?? command.method;
  if (call !== undefined && name === 'save' && isSaveOfMongoose(call, command)) return undefined;
  const told = methodWords(name, context.framework.name === 'mongosh');
  if (told === undefined) return undefined;
  const instead = replacementOf(name, command);
  const help = instead === undefined ? (insteadInWords[name] ?? 'Write it with what has taken its place.') : `Use ${instead}.`;
  const fix = instead === undefined || call === undefined ? undefined : renameFix(context, call, instead);
  return { ...told, help, ...(fix && { fix }) };
}

/** `document.save({ session })` of mongoose is there for good: it is given options at most, where the driver's was given the document. */
function isSaveOfMongoose({ arguments: [first] }: CallExpression, { method }: DocumentCommand): boolean {
  if (first === undefined || method === 'updateOne') return true;
  const options = /^(?:session|timestamps|validateBeforeSave|validateModifiedOnly|w|j|wtimeout|writeConcern|checkKeys|pathsToSave)$/;
  return (
    first.type === 'ObjectExpression' &&
    first.properties.every((each) => each.type === 'ObjectProperty' && options.test(propertyName(each.key) ?? ''))
  );
}

function methodWords(name: string, inShell: boolean): Pick<Outdated, 'state' | 'message'> | undefined {
  if (inShell) {
    if (goneFromShell.has(name)) return { state: 'fails', message: `mongosh has no ${name}: the script stops here.` };
    if (!deprecatedInShell.has(name)) return undefined;
    return { state: 'deprecated', message: `${name} is deprecated in mongosh, and will be gone one day.` };
  }
  const gone = Object.hasOwn(goneFromDriver, name) ? goneFromDriver[name] : undefined;
  if (gone !== undefined)
    return {
      state: 'fails',
      message: `The driver has no ${name} since ${gone}, and warned of that before: with a present one the call fails before anything is sent.`,
    };
  if (name !== 'count') return undefined;
  return { state: 'deprecated', message: 'count is deprecated: after an unclean shutdown, and on sharded clusters, it counts wrongly.' };
}

const insteadInWords: Names = {
  save: 'Use replaceOne with `upsert: true`, or insertOne.',
  mapReduce: 'Use an aggregation pipeline with $group, and $merge to keep its result.',
  group: 'Use an aggregation pipeline with $group.',
  copyTo: 'Use an aggregation pipeline with $out.',
  eval: 'Do in the migration what it did on the server.',
  findAndModify: 'Use findOneAndUpdate, findOneAndReplace or findOneAndDelete.',
  reIndex: 'Drop the index and create it again.',
};

/** The method that does the same with the same arguments. */
function replacementOf(name: string, { effect }: DocumentCommand): string | undefined {
  if (name === 'ensureIndex') return 'createIndex';
  if (name === 'count') return 'countDocuments';
  if (effect.kind !== 'write' || effect.partial) return undefined;
  const [write] = effect.writes;
  if (name === 'insert')
    return effect.writes.length === 1 && write?.kind === 'insert' && write.document.kind === 'document' ? 'insertOne' : 'insertMany';
  if (name === 'remove' && write?.kind === 'delete') return write.many ? 'deleteMany' : 'deleteOne';
  if (name !== 'update' || write === undefined) return undefined;
  if (write.kind === 'replace') return 'replaceOne';
  return write.kind === 'update' ? (write.many ? 'updateMany' : 'updateOne') : undefined;
}

/** The new name; what the old method was told by `multi` and `justOne`, the new one is told by its name. */
function renameFix(context: RuleContext, call: CallExpression, instead: string): Fix | undefined {
  if (call.callee.type !== 'MemberExpression' || call.callee.property.type !== 'Identifier') return undefined;
  const [first, second] = call.arguments;
  const renamed = instead === 'insertOne' && first?.type === 'ArrayExpression' ? 'insertMany' : instead;
  const edits = [editCall(context, spanOf(call.callee.property), renamed)];
  const last = call.arguments.at(-1);
  if (last?.type === 'BooleanLiteral') {
    if (call.arguments.length !== 2 || first === undefined || second === undefined) return undefined;
    edits.push(editCall(context, { start: spanOf(first).end, end: spanOf(second).end }, ''));
  }
  for (const name of ['multi', 'justOne', 'single']) {
    const without = optionRemoval(context, call, name);
    if (without !== undefined) edits.push(without);
  }
  return { title: `Use ${renamed}`, safe: false, edits };
}

function commandOf({ method }: DocumentCommand): Outdated | undefined {
  const gone = Object.hasOwn(goneFromServer, method) ? goneFromServer[method] : undefined;
  if (gone !== undefined) {
    const help = insteadInWords[method] ?? 'Write it with what has taken its place.';
    return { state: 'fails', message: `The server has no command ${method} since ${gone}.`, help };
  }
  if (method !== 'mapReduce') return undefined;
  return { state: 'deprecated', message: 'mapReduce is deprecated since 5.0.', help: insteadInWords.mapReduce ?? '' };
}

function operatorsOf({ effect, arguments: given }: DocumentCommand): readonly Outdated[] {
  const found: Outdated[] = [];
  for (const name of new Set(given.flatMap(fieldNames))) {
    const gone = Object.hasOwn(goneOperators, name) ? goneOperators[name] : undefined;
    if (gone !== undefined)
      found.push({
        state: 'fails',
        message: `The server has no ${name} since ${gone}.`,
        help: 'Use what has taken its place: $push with $each.',
      });
    if (scripts.has(name) && (effect.kind !== 'write' || name === '$where'))
      found.push({
        state: 'deprecated',
        message: `${name} runs JavaScript on the server for each document, uses no index, is switched off on many servers, and is deprecated since 8.0.`,
        help: 'Write the condition with $expr and the operators of aggregations.',
      });
  }
  return found;
}

function fieldNames(value: DocumentValue): readonly string[] {
  if (value.kind === 'array') return value.items.flatMap(fieldNames);
  if (value.kind !== 'document') return [];
  return value.fields.flatMap((field) => [field.name, ...fieldNames(field.value)]);
}

function indexOptionsOf(context: RuleContext, { step, command }: PlacedCommand): readonly Outdated[] {
  const { effect } = command;
  if (effect.kind !== 'create index') return [];
  const options = [command.options, ...effect.indexes.map((index) => index.options)];
  const found: Outdated[] = [];
  if (effect.indexes.some(({ keys }) => fieldsOf(keys).some(({ value }) => value.kind === 'scalar' && value.value === 'geoHaystack')))
    found.push({ state: 'fails', message: 'The server has no geoHaystack indexes since 5.0.', help: 'Use a 2dsphere index.' });
  if (options.some((given) => isTrue(fieldOf(given, 'dropDups'))))
    found.push({
      state: 'ignored',
      message: 'dropDups says nothing since 3.0: where there are duplicates, the build fails.',
      help: 'Find the duplicates and settle them before the index.',
    });
  if (options.some((given) => fieldOf(given, 'background') !== undefined)) {
    const fix = withoutOption(context, sourceCall(context, step.statement, command.method)?.call, 'background');
    found.push({
      state: 'ignored',
      message: 'background says nothing since 4.2: every index is built so that reads and writes go on.',
      help: 'Leave it out.',
      ...(fix && { fix }),
    });
  }
  return found;
}

function withoutOption(context: RuleContext, call: CallExpression | undefined, name: string): Fix | undefined {
  const edit = call === undefined ? undefined : optionRemoval(context, call, name);
  return edit === undefined ? undefined : { title: `Leave ${name} out`, safe: true, edits: [edit] };
}

/** Takes an option out of the last argument; the argument goes when nothing else is in it. */
function optionRemoval(context: RuleContext, call: CallExpression, name: string): TextEdit | undefined {
  const options = call.arguments.at(-1);
  const before = call.arguments.at(-2);
  if (options?.type !== 'ObjectExpression') return undefined;
  const at = options.properties.findIndex((property) => property.type === 'ObjectProperty' && propertyName(property.key) === name);
  const own = options.properties[at];
  if (own === undefined) return undefined;
  const next = options.properties[at + 1];
  const previous = options.properties[at - 1];
  if (next !== undefined) return editCall(context, { start: spanOf(own).start, end: spanOf(next).start }, '');
  if (previous !== undefined) return editCall(context, { start: spanOf(previous).end, end: spanOf(own).end }, '');
  return before === undefined ? undefined : editCall(context, { start: spanOf(before).end, end: spanOf(options).end }, '');
}
