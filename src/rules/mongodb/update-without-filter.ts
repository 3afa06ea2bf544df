import type { DocumentCommand, DocumentValue, DocumentWrite } from '../../model/document';
import { fieldsOf, isEmptyDocument } from '../../model/document-value';
import type { TextEdit } from '../../model/text';
import { writeFieldName } from '../../parse/mongodb/write';
import { isConstant } from '../../rollback/mongodb/marker';
import type { RuleContext, Step } from '../context';
import type { Rule, Violation } from '../rule';
import { isMadeHere, ownName, writesOf } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile, usersMade } from './example-file';
import { changesOf, repeatedBy } from './repeated';
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

Silent in rollbacks and transactions, for collections that the same migration creates, and for \`$unset\` and \`$rename\`, of which \`documents-destroyed\` speaks.`,
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
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? []));
  },
};

type Update = Extract<DocumentWrite, { kind: 'update' }>;

function violation(context: RuleContext, { step, command }: PlacedCommand): Violation | undefined {
  const name = ownName(command);
  if (name === undefined || isMadeHere(context, step, name) || command.session || step.statement.circumstances?.transaction !== undefined)
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

function isOfAll({ filter, change, many, upsert }: Update): boolean {
  const sets = changesOf(change).some(({ operator }) => operator !== '$unset' && operator !== '$rename');
  return many && !upsert && isEmptyDocument(filter) && sets;
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
    return key === undefined || field.type !== 'ObjectProperty'
      ? undefined
      : `{ ${writeFieldName(key)}: { $ne: ${sourceSlice(context, spanOf(field.value))} } }`;
  });
  if (conditions.length === 0 || !conditions.every((each) => each !== undefined)) return undefined;
  const [only] = conditions;
  const text = conditions.length === 1 && only !== undefined ? only : `{ $or: [${conditions.join(', ')}] }`;
  return editCall(context, spanOf(filter), text);
}
