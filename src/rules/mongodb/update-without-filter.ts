import type { DocumentCommand, DocumentValue, DocumentWrite } from '../../model/document';
import { fieldOf, fieldsOf, isEmptyDocument, itemsOf, textOf } from '../../model/document-value';
import type { TextEdit } from '../../model/text';
import { writeFieldName } from '../../parse/mongodb/write';
import { isConstant } from '../../rollback/mongodb/marker';
import type { RuleContext, Step } from '../context';
import type { Rule, Violation } from '../rule';
import { isFilledHere, ownName, writesOf } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile, usersMade } from './example-file';
import { changesOf, type FieldChange, repeatedBy } from './repeated';
import { callPlace, editCall, propertyName, sourceCall, sourceSlice, spanOf } from './source-call';

export const updateWithoutFilter: Rule = {
  id: 'update-without-filter',
  title: 'Update of every document of a live collection',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `\`updateMany({}, ...)\` writes every document, also those that have the value already and those that running code has given another one. It can't be resumed: after
a failure the next run begins with the first document again, and sets back what was changed in the meantime.

Let the filter find what is still to be done: \`{ status: { $exists: false } }\` for a new field, \`{ status: { $ne: 'new' } }\` for one value for all, a marker for what is
computed. On a large collection go by ranges of \`_id\`, so that each batch is short.

Silent in rollbacks and transactions, for collections that the same migration creates, empties or fills by \`$out\`, and where a second run changes nothing: \`$unset\`
and \`$rename\`, of which \`documents-destroyed\` speaks, \`$pull\`, \`$addToSet\`, \`$min\` and \`$max\`, array filters, and a pipeline that keeps the value that is there
(\`{ $ifNull: ['$status', 'new'] }\`).`,
  bad: [
    {
      title: 'One value for all',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-locale', ["await db.collection('users').updateMany({}, { $set: { locale: 'en' } });"]),
      ],
      findings: [{ at: "db.collection('users').updateMany({}, { $set: { locale: 'en' } })", says: 'every document of users' }],
      fixed: [
        exampleFile('20240102000000-locale', [
          "await db.collection('users').updateMany({ locale: { $ne: 'en' } }, { $set: { locale: 'en' } });",
        ]),
      ],
    },
    {
      title: 'Computed, and in a bulk',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-lower', [
          "await db.collection('users').updateMany({}, [{ $set: { email: { $toLower: '$email' } } }]);",
          "await db.collection('users').bulkWrite([{ updateMany: { filter: {}, update: { $set: { a: 1, b: 2 } } } }]);",
        ]),
      ],
      findings: [
        { at: "db.collection('users').updateMany({}, [{ $set: { email: { $toLower: '$email' } } }])", says: 'every document' },
        {
          at: "db.collection('users').bulkWrite([{ updateMany: { filter: {}, update: { $set: { a: 1, b: 2 } } } }])",
          says: 'every document',
        },
      ],
    },
  ],
  good: [
    {
      title: 'What is still to be done; a new collection; one document',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-locale', [
          "await db.collection('users').updateMany({ locale: { $exists: false } }, { $set: { locale: 'en' } });",
          "await db.createCollection('tags');",
          "await db.collection('tags').updateMany({}, { $set: { a: 1 } });",
          "await db.collection('settings').updateOne({}, { $set: { a: 1 } }, { upsert: true });",
        ]),
      ],
    },
    {
      title: 'What leaves out by itself what is done',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-locale', [
          "await db.collection('users').updateMany({}, [{ $set: { locale: { $ifNull: ['$locale', 'en'] } } }]);",
          "await db.collection('users').updateMany({}, { $addToSet: { roles: 'reader' } });",
          "await db.collection('users').updateMany({}, { $set: { 'phones.$[one].kind': 'home' } }, { arrayFilters: [{ 'one.kind': null }] });",
        ]),
      ],
    },
    {
      title: 'What the migration itself has filled',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-report', [
          "await db.collection('users').aggregate([{ $group: { _id: '$city' } }, { $out: 'cities_tmp' }]).toArray();",
          "await db.collection('cities_tmp').updateMany({}, { $set: { checked: false } });",
        ]),
      ],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? []));
  },
};

type Update = Extract<DocumentWrite, { kind: 'update' }>;

function violation(context: RuleContext, { step, command }: PlacedCommand): Violation | undefined {
  const name = ownName(command);
  if (name === undefined || isFilledHere(context, step, name) || command.session || step.statement.circumstances?.transaction !== undefined)
    return undefined;
  const found = writesOf(command).find((write): write is Update => write.kind === 'update' && isOfAll(write));
  // That it changes what is done again is said by its own rule.
  if (found === undefined || repeatedBy(found) !== undefined) return undefined;
  const edit = withFilter(context, step, command, found.change);
  return {
    ...callPlace(context, step.statement),
    message: `This writes every document of ${name}, also those that are done already: a retry begins with the first again, and sets back what running code has changed in the meantime.`,
    help: 'Let the filter find what is still to be done: the field that is missing, another value than the new one, or a marker.',
    fixes: edit === undefined ? [] : [{ title: 'Leave out what has the values already', safe: false, edits: [edit] }],
  };
}

/** Every document is written, and a second run would write some of them again. */
function isOfAll({ filter, change, many, upsert }: Update): boolean {
  return many && !upsert && isEmptyDocument(filter) && changesOf(change).some(changesWhatIsDone);
}

/** Operators that do nothing to a document that they were applied to, whatever its fields were before. */
const settled: ReadonlySet<string> = new Set(['$unset', '$rename', '$pull', '$pullAll', '$addToSet', '$min', '$max', '$setOnInsert']);

function changesWhatIsDone({ operator, field, value }: FieldChange): boolean {
  // `items.$[item].x`: the array filters are the filter.
  return !settled.has(operator) && !/\.\$\[\w+\]/.test(field) && !keepsOwn(value, field);
}

/** An expression one of whose results is the field as it is: `$ifNull: ['$a', 1]`, `$cond: [..., 1, '$a']`. */
function keepsOwn(value: DocumentValue, field: string): boolean {
  return fieldsOf(value).some(({ name, value: given }) => {
    const results = name === '$ifNull' ? itemsOf(given).slice(0, 1) : name === '$cond' ? branchesOf(given) : [];
    const cases =
      name === '$switch' ? [...itemsOf(fieldOf(given, 'branches')).map((each) => fieldOf(each, 'then')), fieldOf(given, 'default')] : [];
    return [...results, ...cases].some((each) => textOf(each) === `$${field}`);
  });
}

function branchesOf(condition: DocumentValue): readonly (DocumentValue | undefined)[] {
  return condition.kind === 'array' ? condition.items.slice(1) : [fieldOf(condition, 'then'), fieldOf(condition, 'else')];
}

/** `{ a: { $ne: 1 } }` of `$set: { a: 1 }`, where all of it is constants in a literal. */
function withFilter(context: RuleContext, step: Step, { method }: DocumentCommand, change: DocumentValue): TextEdit | undefined {
  const isPlain =
    fieldsOf(change).length === 1 && fieldsOf(change)[0]?.name === '$set' && changesOf(change).every(({ value }) => isConstant(value));
  const call = method === 'updateMany' && isPlain ? sourceCall(context, step.statement, method)?.call : undefined;
  const [filter, update] = call?.arguments ?? [];
  const set = update?.type === 'ObjectExpression' ? update.properties[0] : undefined;
  if (filter === undefined || set?.type !== 'ObjectProperty' || set.value.type !== 'ObjectExpression') return undefined;
  const conditions = set.value.properties.map((field) => {
    const key = field.type === 'ObjectProperty' && !field.computed && !field.shorthand ? propertyName(field.key) : undefined;
    // A path of all items of an array is none that a filter takes.
    return key === undefined || key.includes('$') || field.type !== 'ObjectProperty'
      ? undefined
      : `{ ${writeFieldName(key)}: { $ne: ${sourceSlice(context, spanOf(field.value))} } }`;
  });
  if (conditions.length === 0 || !conditions.every((each) => each !== undefined)) return undefined;
  const [only] = conditions;
  const text = conditions.length === 1 && only !== undefined ? only : `{ $or: [${conditions.join(', ')}] }`;
  return editCall(context, spanOf(filter), text);
}
