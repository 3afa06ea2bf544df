import type { DocumentCommand, DocumentIndex } from '../../model/document';
import { fieldOf, isTrue, itemsOf } from '../../model/document-value';
import { keyFields } from '../../schema/mongodb/canonical';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { collectionBefore, earlierOn, isMadeHere, isRead, ownName, writesOf } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile, usersMade } from './example-file';
import { callPlace } from './source-call';
import { insertLines } from './source-lines';

const orders = exampleFile('20230101000000-orders', ["await db.createCollection('orders');"]);

export const uniqueIndexUnchecked: Rule = {
  id: 'unique-index-unchecked',
  title: 'Unique index on an existing collection that nobody has looked at',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `A unique index over values that stand twice fails with 11000, after the whole collection was read; what the migration did before stays, and no index is left.
A missing field counts as null, and null may stand only once as well.

Ask for duplicates first: group by the keys and look for counts above 1. Mend what it finds in a migration of its own. Since 6.0 there is a way without a
moment of danger: an index that is not unique, \`collMod\` with \`prepareUnique: true\`, so that no new duplicate comes, and when the old ones are gone \`unique: true\`.

Silent for new collections, for partial indexes, where some of the keys are unique already, and where the migration looks for duplicates or deletes them before.`,
  bad: [
    {
      title: 'Of a collection that holds documents',
      framework: 'migrate-mongo',
      files: [
        orders,
        exampleFile('20240102000000-number', [
          "await db.collection('orders').createIndex({ number: 1 }, { unique: true, name: 'orders_number' });",
        ]),
      ],
      findings: [{ at: "db.collection('orders').createIndex({ number: 1 }, { unique: true, name: 'orders_number' })", says: '11000' }],
      fixed: [
        exampleFile('20240102000000-number', [
          'const [duplicate] = await db.collection(\'orders\').aggregate([{ $group: { _id: "$number", count: { $sum: 1 } } }, { $match: { count: { $gt: 1 } } }, { $limit: 1 }]).toArray();',
          "if (duplicate) throw new Error('orders has documents with the same number: mend them first');",
          "await db.collection('orders').createIndex({ number: 1 }, { unique: true, name: 'orders_number' });",
        ]),
      ],
    },
    {
      title: 'Of several keys',
      framework: 'migrate-mongo',
      files: [
        exampleFile('20240102000000-unseen', [
          "await db.collection('unseen').createIndexes([{ key: { a: 1, 'b.c': 1 }, name: 'by_a', unique: true }, { key: { d: 1 }, name: 'by_d' }]);",
        ]),
      ],
      findings: [
        {
          at: "db.collection('unseen').createIndexes([{ key: { a: 1, 'b.c': 1 }, name: 'by_a', unique: true }, { key: { d: 1 }, name: 'by_d' }])",
          says: 'a, b.c',
        },
      ],
    },
  ],
  good: [
    {
      title: 'Asked before; a new collection; keys that are unique already',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-number', [
          "const duplicates = await db.collection('orders').aggregate([{ $group: { _id: '$number', count: { $sum: 1 } } }, { $match: { count: { $gt: 1 } } }]).toArray();",
          "if (duplicates.length > 0) throw new Error('orders has documents with the same number');",
          "await db.collection('orders').createIndex({ number: 1 }, { unique: true, name: 'orders_number' });",
          "await db.createCollection('tags');",
          "await db.collection('tags').createIndex({ name: 1 }, { unique: true, name: 'tags_name' });",
          "await db.collection('users').createIndex({ email: 1, tenant: 1 }, { unique: true, name: 'users_email_tenant' });",
          "await db.collection('users').createIndex({ phone: 1 }, { unique: true, name: 'users_phone', partialFilterExpression: { phone: { $exists: true } } });",
        ]),
      ],
    },
  ],
  check: (context) => oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? [])),
};

function violation(context: RuleContext, placed: PlacedCommand): Violation | undefined {
  const { step, command } = placed;
  const name = ownName(command);
  if (name === undefined || command.effect.kind !== 'create index' || context.program.direction === 'down') return undefined;
  const index = command.effect.indexes.find((each) => isUnchecked(context, placed, name, each));
  if (index === undefined) return undefined;
  const keys = keyFields(index.keys).map((field) => field.name);
  const edit = insertLines(context, step.statement, command.method, ({ collection, wait }) => {
    if (collection === undefined) return undefined;
    const pipeline = `[{ $group: { _id: ${groupOf(keys)}, count: { $sum: 1 } } }, { $match: { count: { $gt: 1 } } }, { $limit: 1 }]`;
    return [
      `const [duplicate] = ${wait}${collection}.aggregate(${pipeline}).toArray();`,
      `if (duplicate) throw new Error('${name} has documents with the same ${keys.join(', ')}: mend them first');`,
    ];
  });
  return {
    ...callPlace(context, step.statement),
    message: `This fails with 11000 when two documents of ${name} have the same ${keys.join(', ')}, after all of it was read; where the field is missing it counts as null, which may stand once.`,
    help: 'Look for duplicates first, and mend them in a migration of its own; or create it without unique, and use collMod with prepareUnique and then unique.',
    fixes: edit === undefined ? [] : [{ title: 'Look for duplicates first', safe: false, edits: [edit] }],
  };
}

function groupOf(keys: readonly string[]): string {
  const [first = ''] = keys;
  if (keys.length === 1) return JSON.stringify(`$${first}`);
  return `{ ${keys.map((key) => `${key.replaceAll('.', '_')}: ${JSON.stringify(`$${key}`)}`).join(', ')} }`;
}

function isUnchecked(context: RuleContext, { step }: PlacedCommand, name: string, { keys, options }: DocumentIndex): boolean {
  const fields = keyFields(keys).map((field) => field.name);
  if (!isTrue(fieldOf(options, 'unique')) || fieldOf(options, 'partialFilterExpression') !== undefined || fields.length === 0) return false;
  if (isMadeHere(context, step, name)) return false;
  const known = collectionBefore(step, name)?.indexes ?? [];
  if (known.some((index) => index.unique && index.keys.length > 0 && index.keys.every((key) => fields.includes(key)))) return false;
  return !earlierOn(context, step, name).some(({ command }) => (isRead(command) && looksForDuplicates(command)) || deletes(command));
}

/** An aggregate that groups and counts, or the distinct values of a key. */
function looksForDuplicates({ effect, method }: DocumentCommand): boolean {
  if (effect.kind !== 'aggregate') return /^(?:distinct|mapReduce)$/.test(method);
  const stages = itemsOf(effect.pipeline).map((stage) => (stage.kind === 'document' ? (stage.fields[0]?.name ?? '') : '$group'));
  return effect.pipeline.kind !== 'array' || stages.some((stage) => /^\$(?:group|sortByCount|setWindowFields)$/.test(stage));
}

function deletes(command: DocumentCommand): boolean {
  return writesOf(command).some((write) => write.kind === 'delete') || (command.effect.kind === 'write' && command.effect.partial);
}
