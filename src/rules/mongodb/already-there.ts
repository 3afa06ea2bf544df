import type { DocumentIndex, DocumentValue } from '../../model/document';
import { fieldOf } from '../../model/document-value';
import { sameValue } from '../../model/same-value';
import { collectionOptions, indexName, indexOf, viewOf } from '../../schema/mongodb/canonical';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { collectionBefore, ownName } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile, usersMade } from './example-file';
import { callPlace } from './source-call';

export const alreadyThere: Rule = {
  id: 'already-there',
  title: 'What is created is there already, or what is dropped is not',
  severity: 'error',
  engines: ['mongodb'],
  explanation: `The server refuses a collection whose name is taken by one with other options with 48 (from 7.0 on the same again does nothing), an index whose keys have one under another name with 85, one whose name belongs to other keys or
options with 86, and dropping an index that is not there with 27. What the migration did before stays.

Ask first (\`listCollections({ name })\`, \`indexExists(name)\`), drop or rename what is in the way, or use \`dropTarget: true\` where the old one is to go.

It goes by what the earlier migrations show. Silent where the migration asks first.`,
  bad: [
    {
      title: 'Collections',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20230201000000-people', ["await db.createCollection('people');"]),
        exampleFile('20240102000000-again', [
          "await db.createCollection('users', { capped: true, size: 4096 });",
          "await db.collection('people').rename('users');",
        ]),
      ],
      findings: [
        { at: "db.createCollection('users', { capped: true, size: 4096 })", says: '48' },
        { at: "db.collection('people').rename('users')", says: 'dropTarget' },
      ],
    },
    {
      title: 'Indexes',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-index', [
          "await db.collection('users').createIndex({ email: 1 }, { name: 'by_email', unique: true });",
          "await db.collection('users').createIndex({ email: -1 }, { name: 'users_email' });",
          "await db.collection('users').dropIndex('users_mail');",
        ]),
      ],
      findings: [
        { at: "db.collection('users').createIndex({ email: 1 }, { name: 'by_email', unique: true })", says: '85' },
        { at: "db.collection('users').createIndex({ email: -1 }, { name: 'users_email' })", says: '86' },
        { at: "db.collection('users').dropIndex('users_mail')", says: '27' },
      ],
    },
  ],
  good: [
    {
      title: 'Asked first; the same collection or index again; another collation or filter; what is gone before',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-index', [
          "const [known] = await db.listCollections({ name: 'users' }).toArray();",
          "if (!known) await db.createCollection('users', { capped: true, size: 4096 });",
          "await db.createCollection('tags');",
          "await db.createCollection('tags');",
          "await db.collection('users').createIndex({ email: 1 }, { name: 'users_email', unique: true });",
          "await db.collection('users').createIndex({ email: 1 }, { name: 'users_email_de', collation: { locale: 'de' } });",
          "await db.collection('users').dropIndex('users_email');",
          "await db.collection('users').createIndex({ email: 1 }, { name: 'users_email' });",
          "await db.collection('unseen').dropIndex('by_a');",
        ]),
      ],
    },
  ],
  check: (context) => oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? [])),
};

function violation(context: RuleContext, placed: PlacedCommand): Violation | undefined {
  const name = ownName(placed.command);
  const found =
    name === undefined || placed.step.statement.circumstances?.swallowed !== undefined ? undefined : refused(context, placed, name);
  return found === undefined ? undefined : { ...callPlace(context, placed.step.statement), ...found, fixes: [] };
}

type Refusal = Pick<Violation, 'message' | 'help'>;

function refused(context: RuleContext, { step, command }: PlacedCommand, name: string): Refusal | undefined {
  const { effect } = command;
  const table = collectionBefore(step, name);
  const isThere = (other: string) =>
    collectionBefore(step, other) !== undefined || step.before.definitions.some((view) => view.name === other);
  switch (effect.kind) {
    case 'create collection':
      if (
        !isThere(name) ||
        isSame(step, name, effect.options) ||
        isAsked(context, step.statement.index, /^(?:listCollections|collections|getCollectionNames|getCollectionInfos)$/)
      )
        return undefined;
      return {
        message: `The server refuses this with 48: ${name} is there already, and not the same.`,
        help: 'Ask by listCollections first, leave it out, or change it by collMod.',
      };
    case 'rename collection': {
      const target = effect.newName.name;
      if (
        target === undefined ||
        effect.dropTarget ||
        !isThere(target) ||
        isAsked(context, step.statement.index, /^(?:listCollections|collections|getCollectionNames)$/)
      )
        return undefined;
      return {
        message: `The server refuses this with 48: ${target} is there already.`,
        help: `Rename ${target} away first, or say dropTarget: true where it is to go.`,
      };
    }
    case 'create index': {
      if (isAsked(context, step.statement.index, /^(?:indexExists|indexes|listIndexes|getIndexes|indexInformation)$/)) return undefined;
      const known = table?.indexes ?? [];
      return effect.indexes.map((index) => conflict(index, known, name)).find((each) => each !== undefined);
    }
    case 'drop index': {
      if (
        table === undefined ||
        table.complete === false ||
        isAsked(context, step.statement.index, /^(?:indexExists|indexes|listIndexes|getIndexes|indexInformation)$/)
      )
        return undefined;
      const missing = (effect.indexes ?? []).find(
        (index) => typeof index === 'string' && index !== '*' && !table.indexes.some((known) => known.name === index),
      );
      return missing === undefined
        ? undefined
        : {
            message: `The server refuses this with 27: no migration makes an index ${String(missing)} of ${name}.`,
            help: 'Drop it by the name that it has, or ask by indexExists first.',
          };
    }
    default:
      return undefined;
  }
}

/** What is there with the very same options is left as it is (manual of 7.0, "create": no action is taken and success is returned). */
function isSame(step: PlacedCommand['step'], name: string, options: DocumentValue | undefined): boolean {
  const view = step.before.definitions.find((each) => each.name === name);
  if (view !== undefined) return viewOf(name, name, options).definition === view.definition;
  const table = collectionBefore(step, name);
  return table !== undefined && fieldOf(options, 'viewOn') === undefined && sameValue(collectionOptions(options), table.options ?? []);
}

/** Does the program ask before what is there? */
function isAsked(context: RuleContext, before: number, method: RegExp): boolean {
  return commandsIn(context).some(({ step, command }) => step.statement.index < before && method.test(command.method));
}

type Known = { readonly name: string; readonly definition: string };

function conflict({ keys, name, options }: DocumentIndex, known: readonly Known[], collection: string): Refusal | undefined {
  const called = name ?? indexName(keys);
  if (called === undefined) return undefined;
  const wanted = indexOf({ identity: '', name: called, keys, ...(options !== undefined && { options }) }).definition;
  if (wanted.includes('${')) return undefined;
  const sameName = known.find((index) => index.name === called);
  if (sameName !== undefined && sameName.definition !== wanted) {
    return {
      message: `The server refuses this with 86: ${collection} has an index ${called} already, with other keys or options.`,
      help: `Create it under another name, and drop ${called} when it is there; or change what collMod can change.`,
    };
  }
  const other = known.find((index) => index.name !== called && index.definition === wanted);
  if (sameName !== undefined || other === undefined) return undefined;
  return {
    message: `The server refuses this with 85: ${collection} has the same index already, under the name ${other.name}.`,
    help: `Use ${other.name}, or drop it first.`,
  };
}
