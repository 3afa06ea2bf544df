import type { DocumentCommand } from '../../model/document';
import { fieldOf } from '../../model/document-value';
import type { TextEdit } from '../../model/text';
import { indexName } from '../../schema/mongodb/canonical';
import type { RuleContext, Step } from '../context';
import type { Rule, Violation } from '../rule';
import { isMadeHere, ownName } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile } from './example-file';
import { callPlace, insertInCall, sourceCall, spanOf } from './source-call';

export const indexWithoutName: Rule = {
  id: 'index-without-name',
  title: 'Index without a name',
  severity: 'info',
  engines: ['mongodb'],
  explanation: `The driver makes a name of the keys, \`email_1_tenant_1\`. Whoever drops the index, hides it or looks whether it is there has to know that name: a rollback
that says another one fails with 27, and when the keys are written differently later, the same index gets another name and is refused with 85.

The fix writes down the name that the driver makes, so that nothing changes.

Silent where nobody is left to guess: the rollback, or a later call, drops the index by that very name or by its keys, or drops all indexes, the collection
or the database; and the collection is made by the same migration.`,
  bad: [
    {
      title: 'Without options, and with others',
      framework: 'migrate-mongo',
      files: [
        exampleFile('20240101000000-index', [
          "await db.collection('users').createIndex({ email: 1, age: -1 });",
          "await db.collection('users').createIndex({ phone: 1 }, { sparse: true });",
        ]),
      ],
      findings: [
        { at: "db.collection('users').createIndex({ email: 1, age: -1 })", says: 'email_1_age_-1' },
        { at: "db.collection('users').createIndex({ phone: 1 }, { sparse: true })", says: 'phone_1' },
      ],
      fixed: [
        exampleFile('20240101000000-index', [
          "await db.collection('users').createIndex({ email: 1, age: -1 }, { name: 'email_1_age_-1' });",
          "await db.collection('users').createIndex({ phone: 1 }, { sparse: true });",
        ]),
      ],
    },
  ],
  good: [
    {
      title: 'With one',
      framework: 'migrate-mongo',
      files: [
        exampleFile('20240101000000-index', [
          "await db.collection('users').createIndex({ email: 1 }, { name: 'users_email' });",
          "await db.collection('users').createIndexes([{ key: { age: 1 }, name: 'users_age' }]);",
        ]),
      ],
    },
    {
      title: 'A rollback that has the name right, or needs none',
      framework: 'migrate-mongo',
      files: [
        exampleFile(
          '20240101000000-index',
          [
            "await db.collection('users').createIndex({ email: 1 }, { unique: true });",
            "await db.collection('users').createIndex({ age: -1 });",
          ],
          ["await db.collection('users').dropIndex('email_1');", "await db.collection('users').dropIndex({ age: -1 });"],
        ),
      ],
    },
    {
      title: 'A collection of its own',
      framework: 'migrate-mongo',
      files: [
        exampleFile('20240101000000-tags', [
          "await db.createCollection('tags');",
          "await db.collection('tags').createIndex({ name: 1 }, { unique: true });",
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
  if (command.effect.kind !== 'create index') return undefined;
  const collection = ownName(command);
  if (collection !== undefined && isMadeHere(context, step, collection)) return undefined;
  const made = command.effect.indexes
    .filter(({ name, options }) => name === undefined && fieldOf(options, 'name') === undefined && options?.kind !== 'hole')
    .map(({ keys }) => indexName(keys))
    .find((name) => name !== undefined && !isKnownTo(laterCommands(context, step), collection, name));
  if (made === undefined) return undefined;
  const edit =
    command.method === 'createIndex' || command.method === 'ensureIndex' ? named(context, step.statement, command.method, made) : undefined;
  return {
    ...callPlace(context, step.statement),
    message: `This index gets the name that the driver makes of its keys, ${made}: a rollback, a guard or hiding it has to know that.`,
    help: `Give it a name, and use that wherever the index is meant: { name: '${made}' } is what it gets now.`,
    fixes: edit === undefined ? [] : [{ title: `Write down its name, ${made}`, safe: true, edits: [edit] }],
  };
}

/** What runs on the collection afterwards: the rest of the program, and the rollback. */
function laterCommands({ migration, steps }: RuleContext, { statement }: Step): readonly DocumentCommand[] {
  const later = steps.flatMap((step) => (step.statement.index > statement.index ? step.statement.operations : []));
  const back = migration.down?.statements.flatMap(({ operations }) => operations) ?? [];
  return [...later, ...back].filter((operation) => operation.kind === 'document command');
}

/** Is the index meant by the name that it gets, by its keys, or with all there is? What can't be read is taken to be right. */
function isKnownTo(commands: readonly DocumentCommand[], collection: string | undefined, name: string): boolean {
  return commands.some((command) => {
    const { effect } = command;
    if (effect.kind === 'drop database') return true;
    if (ownName(command) !== collection) return false;
    if (effect.kind === 'drop collection') return true;
    if (effect.kind !== 'drop index') return false;
    return effect.indexes?.some((index) => index === '*' || (typeof index === 'string' ? index : indexName(index)) === name) ?? true;
  });
}

function named(context: RuleContext, statement: PlacedCommand['step']['statement'], method: string, name: string): TextEdit | undefined {
  const call = sourceCall(context, statement, method)?.call;
  const [keys, options, ...more] = call?.arguments ?? [];
  if (keys === undefined || more.length > 0 || /['\\]/.test(name)) return undefined;
  if (options === undefined) return insertInCall(context, spanOf(keys).end, `, { name: '${name}' }`);
  if (options.type !== 'ObjectExpression') return undefined;
  const last = options.properties.at(-1);
  return last === undefined
    ? insertInCall(context, spanOf(options).start + 1, ` name: '${name}' `)
    : insertInCall(context, spanOf(last).end, `, name: '${name}'`);
}
