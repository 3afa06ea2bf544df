import type { CallExpression, ObjectExpression } from '@babel/types';
import type { DocumentCommand } from '../../model/document';
import type { Statement } from '../../model/migration';
import type { TextEdit } from '../../model/text';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { isMadeHere, ownName, writesOf } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand, shownCollection } from './commands';
import { exampleFile, usersMade } from './example-file';
import { changesOf, type Repeated, repeatedBy } from './repeated';
import { callPlace, insertInCall, propertyName, sourceCall, spanOf } from './source-call';

export const updateRepeated: Rule = {
  id: 'update-repeated',
  title: 'Update that a retry would do a second time',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `Outside of a transaction an update of many documents is not one step: each document commits by itself, and a failure midway leaves some done and some
not. The tool has not recorded the migration, so it runs again from its beginning. \`$inc\`, \`$mul\`, \`$push\` and expressions on a field's own value then change
what is done already a second time, and nothing tells these documents from the others. A driver's retryable writes don't help: they do not cover updates of
many documents.

Let the filter leave out what is done: \`{ migrationId: { $ne: '...' } }\` with \`$set: { migrationId: '...' }\` in the same update, or a field that the
update itself adds, \`{ total: { $exists: false } }\`.

Silent where the filter leaves out what is done, for what gives the same result twice (\`$set\` of a value, \`$unset\`, \`$addToSet\`, \`$toLower\`), within
transactions, and for collections that the same migration creates.`,
  bad: [
    {
      title: 'A number that is raised for all',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-bonus', ["await db.collection('users').updateMany({ active: true }, { $inc: { points: 10 } });"]),
      ],
      findings: [{ at: "db.collection('users').updateMany({ active: true }, { $inc: { points: 10 } })", says: 'a second time' }],
      fixed: [
        exampleFile('20240102000000-bonus', [
          "await db.collection('users').updateMany({ active: true, migrationId: { $ne: '20240102000000-bonus' } }, { $inc: { points: 10 }, $set: { migrationId: '20240102000000-bonus' } });",
        ]),
      ],
    },
    {
      title: 'An expression on the own value, and a list that grows',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-cents', [
          "await db.collection('users').updateMany({}, [{ $set: { price: { $multiply: ['$price', 100] } } }]);",
          "await db.collection('users').updateMany({ kind: 'a' }, { $push: { tags: 'new' } });",
        ]),
      ],
      findings: [
        { at: "db.collection('users').updateMany({}, [{ $set: { price: { $multiply: ['$price', 100] } } }])", says: '$multiply' },
        { at: "db.collection('users').updateMany({ kind: 'a' }, { $push: { tags: 'new' } })", says: '$push' },
      ],
    },
  ],
  good: [
    {
      title: 'A marker, a field that is added, and what gives the same twice',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-all', [
          "await db.collection('users').updateMany({ migrationId: { $ne: 'cents' } }, { $inc: { points: 10 }, $set: { migrationId: 'cents' } });",
          "await db.collection('users').updateMany({ cents: { $exists: false } }, [{ $set: { cents: { $multiply: ['$price', 100] } } }]);",
          "await db.collection('users').updateMany({ tags: { $ne: 'new' } }, { $push: { tags: 'new' } });",
          "await db.collection('users').updateMany({}, { $set: { active: true }, $addToSet: { tags: 'a' } });",
          "await db.collection('users').updateMany({}, [{ $set: { email: { $toLower: '$email' } } }]);",
          "await db.collection('users').updateOne({ _id: 1, version: 3 }, { $inc: { version: 1 } });",
        ]),
      ],
    },
    {
      title: 'A collection of the same migration',
      framework: 'migrate-mongo',
      files: [
        exampleFile('20240102000000-new', [
          "await db.createCollection('counters');",
          "await db.collection('counters').updateMany({}, { $inc: { n: 1 } });",
        ]),
      ],
    },
  ],
  check: (context) =>
    context.program.direction === 'down' ? [] : oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? [])),
};

function violation(context: RuleContext, { step, command }: PlacedCommand): Violation | undefined {
  const name = ownName(command);
  const { circumstances } = step.statement;
  if (circumstances?.transaction !== undefined || command.session || (name !== undefined && isMadeHere(context, step, name)))
    return undefined;
  const isLoop = circumstances?.loop?.over === 'documents';
  const found = writesOf(command).flatMap((write): readonly Repeated[] => {
    if (write.kind !== 'update') return [];
    // In a loop the cursor's own filter may leave out what the update marks.
    if (isLoop && changesOf(write.change).some(({ operator }) => operator === '$set')) return [];
    const repeated = repeatedBy(write);
    return repeated === undefined ? [] : [repeated];
  });
  const [first] = found;
  if (first === undefined) return undefined;
  const fix = isMarkedElsewhere(context, step.statement, name) ? undefined : withMarker(context, step.statement, command);
  return {
    ...callPlace(context, step.statement),
    message: `A retry runs this from its beginning, and ${first.operator} changes ${shownCollection(command)}.${first.field} a second time in the documents that are done already: nothing in the filter leaves them out.`,
    help: "Let the filter leave out what is done, by a marker that the same update sets: `{ migrationId: { $ne: '...' } }` and `$set: { migrationId: '...' }`.",
    fixes: fix === undefined ? [] : [{ title: 'Mark what is done, and leave it out', safe: false, edits: fix }],
  };
}

/** A second update of the same documents would find the marker of the first, and do nothing. */
function isMarkedElsewhere(context: RuleContext, { index }: Statement, name: string | undefined): boolean {
  return commandsIn(context).some(
    ({ step, command }) =>
      step.statement.index !== index &&
      ownName(command) === name &&
      writesOf(command).some(
        (write) =>
          write.kind === 'update' &&
          (repeatedBy(write) !== undefined || changesOf(write.change).some(({ field }) => field === 'migrationId')),
      ),
  );
}

/** A marker in filter and update, where both are literals. */
function withMarker(context: RuleContext, statement: Statement, { method }: DocumentCommand): readonly TextEdit[] | undefined {
  const call = method === 'updateMany' || method === 'updateOne' ? sourceCall(context, statement, method)?.call : undefined;
  const [filter, change] = call === undefined ? [] : literals(call);
  if (filter === undefined || change === undefined) return undefined;
  const id = `'${context.migration.id.replace(/\.[cm]?[jt]s$/, '').replaceAll(/['\\]/g, '')}'`;
  const marked = filter.type === 'ObjectExpression' ? withProperty(context, filter, `migrationId: { $ne: ${id} }`) : undefined;
  if (marked === undefined) return undefined;
  if (change.type === 'ArrayExpression') {
    const last = change.elements.at(-1);
    return last == null ? undefined : [marked, insertInCall(context, spanOf(last).end, `, { $set: { migrationId: ${id} } }`)];
  }
  const set = change.properties.find((each) => each.type === 'ObjectProperty' && propertyName(each.key) === '$set');
  if (set === undefined) return [marked, withProperty(context, change, `$set: { migrationId: ${id} }`)];
  if (set.type !== 'ObjectProperty' || set.value.type !== 'ObjectExpression') return undefined;
  return [marked, withProperty(context, set.value, `migrationId: ${id}`)];
}

type Literal = ObjectExpression | Extract<CallExpression['arguments'][number], { type: 'ArrayExpression' }>;

function literals({ arguments: given }: CallExpression): readonly Literal[] {
  return given.slice(0, 2).flatMap((each) => (each.type === 'ObjectExpression' || each.type === 'ArrayExpression' ? [each] : []));
}

function withProperty(context: RuleContext, literal: ObjectExpression, text: string): TextEdit {
  const last = literal.properties.at(-1);
  return last === undefined
    ? insertInCall(context, spanOf(literal).start + 1, ` ${text} `)
    : insertInCall(context, spanOf(last).end, `, ${text}`);
}
