import type { DocumentValue, DocumentWrite } from '../../model/document';
import { booleanOf, textOf } from '../../model/document-value';
import { conditionsOf, lacks } from '../../rollback/mongodb/filters';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { earlierOn, ownName, writesOf } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile, usersMade } from './example-file';
import { changesOf } from './repeated';
import { callPlace } from './source-call';

export const statusApart: Rule = {
  id: 'status-apart',
  title: 'Marker that is set in another update than the data',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `The data is written by one update and the marker that says so, \`status: 'complete'\`, by another. When the migration stops between the two, and is resumed, the marker
says nothing any more about the data: documents that were only begun are marked complete, and no retry looks at them again.

A document is written whole or not at all, so set data and marker in one update.

Silent where one update sets both, within transactions, and where the second filter asks for the data that the first has written.`,
  bad: [
    {
      title: 'Complete, whatever happened',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-full', [
          "await db.collection('users').updateMany({ migrationId: 'full', status: 'migrating' }, [{ $set: { full: { $concat: ['$first', ' ', '$last'] } } }]);",
          "await db.collection('users').updateMany({ migrationId: 'full' }, { $set: { status: 'complete' } });",
        ]),
      ],
      findings: [
        { at: "db.collection('users').updateMany({ migrationId: 'full' }, { $set: { status: 'complete' } })", says: 'one update' },
      ],
    },
  ],
  good: [
    {
      title: 'In one update; of what has the data',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-full', [
          "await db.collection('users').updateMany({ full: { $exists: false } }, [{ $set: { full: { $concat: ['$first', ' ', '$last'] }, status: 'complete' } }]);",
          "await db.collection('users').updateMany({ total: { $exists: false } }, { $set: { total: 0 } });",
          "await db.collection('users').updateMany({ total: { $exists: true }, status: 'migrating' }, { $set: { status: 'complete' } });",
        ]),
      ],
    },
    {
      title: 'A field called status is data, too',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-status', [
          "await db.collection('users').updateMany({ level: { $exists: false } }, { $set: { level: 1 } });",
          "await db.collection('users').updateMany({ status: 'new' }, { $set: { status: 'pending' } });",
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
  const { circumstances } = step.statement;
  if (name === undefined || circumstances?.transaction !== undefined || command.session) return undefined;
  const marked = writesOf(command).find((write): write is Update => write.kind === 'update' && setsOnlyMarkers(write.change));
  if (marked === undefined) return undefined;
  const data = earlierOn(context, step, name).flatMap(({ command: earlier }) => writesOf(earlier).flatMap(dataFields));
  if (data.length === 0 || asksFor(marked.filter, data)) return undefined;
  return {
    ...callPlace(context, step.statement),
    message: `This marks documents of ${name} as done, apart from the update that writes their data: when the migration stops between the two and is resumed, documents without the data are marked as well.`,
    help: 'Set the data and the marker in one update, which a document gets whole or not at all; or let the filter ask for the data itself.',
    fixes: [],
  };
}

/** Nothing but words that say that something is done. */
function setsOnlyMarkers(change: DocumentValue): boolean {
  const changes = changesOf(change).filter(({ operator, field }) => operator !== '$currentDate' && !/(?:At|_at|Date)$/.test(field));
  return changes.length > 0 && changes.every(({ operator, field, value }) => operator === '$set' && isDone(field, value));
}

function isDone(field: string, value: DocumentValue): boolean {
  const last = field.split('.').at(-1) ?? field;
  const word = textOf(value);
  if (/migrat|backfill/i.test(last))
    return booleanOf(value) === true || (word !== undefined && /^(?:complete|completed|done|migrated|finished|success)$/i.test(word));
  if (/^(?:status|state|phase)$/i.test(last))
    return word !== undefined && /^(?:complete|completed|done|migrated|finished|success|processed)$/i.test(word);
  return /^(?:done|complete|completed|processed|finished)$/i.test(last) && booleanOf(value) === true;
}

/** Fields of data that a write sets; those that only mark, or say when, are none. */
function dataFields(write: DocumentWrite): readonly string[] {
  if (write.kind !== 'update' || setsOnlyMarkers(write.change)) return [];
  const changes = changesOf(write.change);
  if (changes.some(({ operator, field, value }) => operator === '$set' && isDone(field, value))) return [];
  return changes
    .filter(({ field, value }) => !/migrat|backfill|^(?:status|state|phase)$|(?:At|_at)$/i.test(field) && value !== undefined)
    .map(({ field }) => field);
}

function asksFor(filter: DocumentValue, fields: readonly string[]): boolean {
  return (
    filter.kind === 'hole' ||
    conditionsOf(filter).some(
      ({ name }) => name === '_id' || name === '$expr' || fields.some((field) => name === field && lacks(filter, field) === undefined),
    )
  );
}
