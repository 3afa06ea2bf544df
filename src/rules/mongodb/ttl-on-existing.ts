import type { DocumentValue } from '../../model/document';
import { fieldOf, numberOf } from '../../model/document-value';
import { keyFields } from '../../schema/mongodb/canonical';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { isMadeHere, isReadBefore, ownName } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile } from './example-file';
import { callPlace } from './source-call';

const sessions = exampleFile('20230101000000-sessions', [
  "await db.createCollection('sessions');",
  "await db.collection('sessions').createIndex({ seen: 1 }, { name: 'sessions_seen' });",
]);

export const ttlOnExisting: Rule = {
  id: 'ttl-on-existing',
  title: 'TTL index on a collection that holds documents',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `As soon as a TTL index is there, the server begins to delete every document that is past its time, once a minute and without asking: on a collection of years that
is most of it. It can't be taken back, and the load of millions of deletes slows everybody down.

Count first what would go, \`countDocuments({ seen: { $lt: ... } })\`, copy aside what is wanted, and delete the old documents in batches before the index is made.
To begin carefully, make the index with a time so long that nothing is past it, and shorten it by \`collMod\` in steps.

Silent for collections that the same migration creates, and where it counts or reads the collection before.`,
  bad: [
    {
      title: 'As a new index, and by collMod',
      framework: 'migrate-mongo',
      files: [
        sessions,
        exampleFile('20240102000000-ttl', [
          "await db.collection('events').createIndex({ createdAt: 1 }, { name: 'events_ttl', expireAfterSeconds: 3600 });",
          "await db.command({ collMod: 'sessions', index: { name: 'sessions_seen', expireAfterSeconds: 60 } });",
        ]),
      ],
      findings: [
        {
          at: "db.collection('events').createIndex({ createdAt: 1 }, { name: 'events_ttl', expireAfterSeconds: 3600 })",
          says: 'createdAt',
        },
        { at: "db.command({ collMod: 'sessions', index: { name: 'sessions_seen', expireAfterSeconds: 60 } })", says: 'deleted' },
      ],
    },
  ],
  good: [
    {
      title: 'A new collection; counted before',
      framework: 'migrate-mongo',
      files: [
        sessions,
        exampleFile('20240102000000-ttl', [
          "await db.createCollection('tokens');",
          "await db.collection('tokens').createIndex({ at: 1 }, { name: 'tokens_ttl', expireAfterSeconds: 60 });",
          "const old = await db.collection('events').countDocuments({ createdAt: { $lt: new Date(Date.now() - 3600000) } });",
          "if (old > 1000) throw new Error('delete the old events in batches first');",
          "await db.collection('events').createIndex({ createdAt: 1 }, { name: 'events_ttl', expireAfterSeconds: 3600 });",
        ]),
      ],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? []));
  },
};

function violation(context: RuleContext, { step, command }: PlacedCommand): Violation | undefined {
  const name = ownName(command);
  const what = expiring(command.effect);
  if (name === undefined || what === undefined || isMadeHere(context, step, name) || isReadBefore(context, step, name)) return undefined;
  return {
    ...callPlace(context, step.statement),
    message: `From the minute on in which this is there, all documents of ${name} are deleted whose ${what} is past: it can't be taken back.`,
    help: 'Count first what would go, copy aside what is wanted, and delete the old documents in batches; or begin with a long time, and shorten it by collMod in steps.',
    fixes: [],
  };
}

/** What decides when a document goes; undefined where nothing expires. */
function expiring(effect: PlacedCommand['command']['effect']): string | undefined {
  if (effect.kind === 'create index') {
    const index = effect.indexes.find(({ options }) => isSet(fieldOf(options, 'expireAfterSeconds')));
    return index === undefined ? undefined : (keyFields(index.keys)[0]?.name ?? 'time');
  }
  if (effect.kind !== 'modify collection') return undefined;
  const index = fieldOf(effect.options, 'index');
  return isSet(fieldOf(index, 'expireAfterSeconds')) || isSet(fieldOf(effect.options, 'expireAfterSeconds')) ? 'time' : undefined;
}

/** `"off"` ends it. */
function isSet(value: DocumentValue | undefined): boolean {
  return value !== undefined && (value.kind === 'hole' || numberOf(value) !== undefined);
}
