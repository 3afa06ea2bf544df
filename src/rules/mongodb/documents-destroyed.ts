import type { DocumentCommand, DocumentEffect, DocumentValue } from '../../model/document';
import { fieldOf, fieldsOf, isEmptyDocument, itemsOf, textOf } from '../../model/document-value';
import type { TextEdit } from '../../model/text';
import { writeValue } from '../../parse/mongodb/write';
import { keptCopy } from '../../rollback/mongodb/kept-copy';
import type { RuleContext, Step } from '../context';
import type { Rule, Violation } from '../rule';
import { collectionBefore, earlierOn, isMadeHere, keptName, ownName, writesOf } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { exampleFile, usersMade } from './example-file';
import { callPlace, callSpan, sourceCall, sourceSlice, spanOf } from './source-call';
import { insertLines } from './source-lines';

export const documentsDestroyed: Rule = {
  id: 'documents-destroyed',
  title: 'Documents or fields of a live collection are destroyed',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `\`drop\`, \`dropDatabase\`, \`deleteMany\`, \`$unset\`, \`$out\` over a collection that is there: none can be taken back, by no rollback and no transaction that has committed.
\`$rename\` loses nothing, but from that moment on running code that still reads the old name finds nothing, and so does the version before after a rollback of the
deployment.

Copy aside first what goes: \`aggregate([{ $match: ... }, { $out: 'users_before_...' }])\` runs on the server; rename a collection instead of dropping it, and
drop it in a later migration when nobody has missed it. Add the new field beside the old one, write both, and remove the old one later.

Silent in rollbacks, for collections that the same migration creates, for fields that it adds, for names that say that they are leftovers (\`users_old\`,
\`users_backup\`, \`users_before_...\`), where it has copied the documents before, and for what its own marker names.`,
  bad: [
    {
      title: 'Documents',
      framework: 'migrate-mongo',
      files: [usersMade, exampleFile('20240102000000-clean', ["await db.collection('users').deleteMany({ active: false });"])],
      findings: [{ at: "db.collection('users').deleteMany({ active: false })", says: "can't be taken back" }],
      fixed: [
        exampleFile('20240102000000-clean', [
          "await db.collection('users').aggregate([{ $match: { active: false } }, { $out: 'users_before_20240102000000' }]).toArray();",
          "await db.collection('users').deleteMany({ active: false });",
        ]),
      ],
    },
    {
      title: 'A collection, fields, what $out takes the place of',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-all', [
          "await db.collection('users').updateMany({}, { $unset: { phone: '' } });",
          "await db.collection('users').updateMany({}, { $rename: { mail: 'email' } });",
          "await db.collection('raw').aggregate([{ $group: { _id: '$user' } }, { $out: 'users' }]).toArray();",
          "await db.collection('orders').aggregate([{ $match: { open: true } }, { $out: 'orders' }]).toArray();",
          "await db.collection('events').drop();",
          "await db.dropCollection('logs');",
          'await db.dropDatabase();',
        ]),
      ],
      findings: [
        { at: "db.collection('users').updateMany({}, { $unset: { phone: '' } })", says: 'users.phone' },
        { at: "db.collection('users').updateMany({}, { $rename: { mail: 'email' } })", says: 'users.mail' },
        {
          at: "db.collection('raw').aggregate([{ $group: { _id: '$user' } }, { $out: 'users' }]).toArray()",
          says: 'all documents of users',
        },
        {
          at: "db.collection('orders').aggregate([{ $match: { open: true } }, { $out: 'orders' }]).toArray()",
          says: 'in the place of orders itself',
        },
        { at: "db.collection('events').drop()", says: 'events' },
        { at: "db.dropCollection('logs')", says: 'logs' },
        { at: 'db.dropDatabase()', says: 'whole database' },
      ],
    },
    {
      title: 'A collection that others use gets another name',
      framework: 'migrate-mongo',
      files: [usersMade, exampleFile('20240102000000-people', ["await db.collection('users').rename('people');"])],
      findings: [{ at: "db.collection('users').rename('people')", says: 'unning code' }],
    },
  ],
  good: [
    {
      title: 'Copied aside, renamed instead of dropped, leftovers, its own documents',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-all', [
          "await db.collection('users').aggregate([{ $match: { active: false } }, { $out: 'users_before_20240102' }]).toArray();",
          "await db.collection('users').deleteMany({ active: false });",
          "await db.collection('events').rename('events_before_20240102');",
          "await db.collection('users_old').drop();",
          "await db.createCollection('staging');",
          "await db.collection('staging').drop();",
          "await db.collection('users').deleteMany({ migrationId: 'all' });",
        ]),
      ],
    },
    {
      title: 'A swap with what was made of the old one',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-swap', [
          "await db.collection('users').aggregate([{ $out: 'users_next' }]).toArray();",
          "await db.collection('users_next').createIndex({ name: 1 }, { name: 'users_name' });",
          "await db.collection('users_next').rename('users', { dropTarget: true });",
        ]),
      ],
    },
    {
      title: 'A rollback',
      framework: 'migrate-mongo',
      files: [exampleFile('20240102000000-tags', ["await db.createCollection('tags');"], ["await db.collection('tags').drop();"])],
    },
  ],
  check: (context) => {
    if (context.program.direction === 'down') return [];
    return oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? []));
  },
};

/** What is destroyed, and how it can be kept. */
interface Destroyed {
  readonly message: string;
  readonly help: string;
  /** The documents to be copied aside; undefined where a copy is not the way. */
  readonly copy?: DocumentValue | 'all';
}

const copyFirst = 'Copy aside first what goes, by aggregate with $out, and drop the copy in a later migration.';

function violation(context: RuleContext, placed: PlacedCommand): Violation | undefined {
  const { step, command } = placed;
  const found = destroyedBy(context, placed);
  if (found === undefined) return undefined;
  const edit = found.copy === undefined ? undefined : copyAside(context, placed, found.copy);
  return {
    ...callPlace(context, step.statement),
    message: found.message,
    help: found.help,
    fixes:
      edit === undefined
        ? []
        : [{ title: `Copy aside first, to ${keptName(context, ownName(command) ?? '')}`, safe: false, edits: [edit] }],
  };
}

function destroyedBy(context: RuleContext, placed: PlacedCommand): Destroyed | undefined {
  const { step, command } = placed;
  const { effect } = command;
  if (effect.kind === 'drop database') {
    return {
      message: "This destroys the whole database with all that is in it, which can't be taken back.",
      help: 'Drop single collections, each copied aside or renamed first.',
    };
  }
  const name = ownName(command);
  if (name === undefined || isLeftover(name)) return undefined;
  if (effect.kind === 'aggregate') return replacedBy(context, placed, effect);
  if (isMadeHere(context, step, name)) return undefined;
  switch (effect.kind) {
    case 'drop collection':
      return dropped(context, step, name);
    case 'rename collection':
      return renamed(context, placed, name, effect);
    case 'write':
      return written(context, step, command, name);
    default:
      return undefined;
  }
}

function isLeftover(name: string): boolean {
  return /(?:^|[_.-])(?:old|backup|bak|kept|copy|tmp|temp|archived?|deprecated)(?:[_.-]?\d*)$|_before_|^faultline_|(?:^|_)(?:tmp|temp|backup|bak)_/i.test(
    name,
  );
}

function dropped(context: RuleContext, step: Step, name: string): Destroyed | undefined {
  if (step.before.definitions.some((view) => view.name === name)) return undefined;
  if (isCopied(context, step, name, 'all')) return undefined;
  return {
    message: `This destroys all documents of ${name} with its indexes, which can't be taken back, and breaks running code that still reads them.`,
    help: 'Rename it instead, and drop it in a later migration when nobody has missed it; or copy it aside first.',
    copy: 'all',
  };
}

function renamed(
  context: RuleContext,
  { step }: PlacedCommand,
  name: string,
  { newName, dropTarget }: Extract<DocumentEffect, { kind: 'rename collection' }>,
): Destroyed | undefined {
  const target = newName.name;
  if (target === undefined || isLeftover(target)) return undefined;
  if (dropTarget) {
    const isCopiedFrom =
      isMadeHere(context, step, target) || isCopied(context, step, target, 'all') || isReadInto(context, step, target, name);
    if (isCopiedFrom) return undefined;
    return {
      message: `This destroys all documents of ${target}, whose place ${name} takes: it can't be taken back.`,
      help: `Rename ${target} to a kept name first, or copy it aside.`,
    };
  }
  // What the migration itself wrote aside, and what it puts in the place of something that it renamed.
  const isOwn =
    collectionBefore(step, name)?.presumed === true &&
    !context.before.tables.some((table) => table.name === name) &&
    wasWritten(context, step, name);
  const isSwap = context.before.tables.some((table) => table.name === target) || renamesAway(context, target);
  if (isOwn || isSwap || isTakenAgain(context, step, name)) return undefined;
  return {
    message: `Running code that still says ${name} finds nothing from this moment on, until the new version is deployed everywhere; and the version before can't be brought back.`,
    help: `Leave a view under the old name until no code uses it: db.createCollection('${name}', { viewOn: '${target}', pipeline: [] }).`,
  };
}

/** Was the collection that comes made of the one that goes? */
function isReadInto(context: RuleContext, step: Step, from: string, into: string): boolean {
  return earlierOn(context, step, from).some(
    ({ command: { effect } }) => effect.kind === 'aggregate' && effect.into?.collection.name === into,
  );
}

function wasWritten(context: RuleContext, step: Step, name: string): boolean {
  return commandsIn(context).some(
    ({ step: earlier, command }) =>
      earlier.statement.index < step.statement.index &&
      ((ownName(command) === name && writesOf(command).length > 0) ||
        (command.effect.kind === 'aggregate' && command.effect.into?.collection.name === name)),
  );
}

function renamesAway(context: RuleContext, name: string): boolean {
  return commandsIn(context).some(({ command }) => command.effect.kind === 'rename collection' && ownName(command) === name);
}

/** Does something else get the name: another collection, or a view? */
function isTakenAgain(context: RuleContext, step: Step, name: string): boolean {
  return commandsIn(context).some(({ step: later, command: { effect, ...command } }) => {
    if (later.statement.index <= step.statement.index) return false;
    if (effect.kind === 'rename collection') return effect.newName.name === name;
    return effect.kind === 'create collection' && command.collection?.name === name;
  });
}

function replacedBy(
  context: RuleContext,
  { step, command }: PlacedCommand,
  { into }: Extract<DocumentEffect, { kind: 'aggregate' }>,
): Destroyed | undefined {
  const target = into?.collection;
  if (into?.stage !== '$out' || target?.name === undefined || target.database !== undefined || isLeftover(target.name)) return undefined;
  const { name } = target;
  const isItself = ownName(command) === name;
  const isThere = isItself || (context.before.tables.some((table) => table.name === name) && collectionBefore(step, name) !== undefined);
  if (!isThere || isMadeHere(context, step, name) || isCopied(context, step, name, 'all')) return undefined;
  if (isItself) {
    return {
      message: `$out puts what the pipeline gives in the place of ${name} itself: documents and fields that it leaves out are destroyed, which can't be taken back.`,
      help: `Use $merge, or deleteMany for what has to go, and copy ${name} aside first.`,
      copy: 'all',
    };
  }
  return {
    message: `$out takes the place of ${name} and destroys all documents of ${name}: it can't be taken back.`,
    help: `Use $merge, write to a collection of a new name and exchange the names, or copy ${name} aside first.`,
  };
}

function written(context: RuleContext, step: Step, command: DocumentCommand, name: string): Destroyed | undefined {
  const writes = writesOf(command);
  for (const write of writes) {
    if (write.kind === 'insert' || isOwnMarker(write.filter) || isCopied(context, step, name, [write.filter])) continue;
    if (write.kind === 'delete' && write.many) {
      const which = isEmptyDocument(write.filter) ? `all documents of ${name}` : `documents of ${name}`;
      return {
        message: `This destroys ${which}, which can't be taken back.`,
        help: copyFirst,
        ...(writes.length === 1 && { copy: write.filter }),
      };
    }
    if (write.kind !== 'update') continue;
    const gone = removedFields(write.change).filter((field) => !isAddedHere(context, name, field));
    if (gone.length > 0 && write.many) {
      const fields = gone.map((field) => `${name}.${field}`).join(', ');
      const message = `This destroys the values of ${fields}, which can't be taken back, and running code that still reads them finds nothing.`;
      return {
        message,
        help: `Remove a field in a later migration, when no code reads it any more. ${copyFirst}`,
        ...(writes.length === 1 && { copy: write.filter }),
      };
    }
    const moved = fieldsOf(fieldOf(write.change, '$rename')).filter((field) => !isAddedHere(context, name, field.name));
    const [first] = moved;
    if (first !== undefined && write.many) {
      const to = textOf(first.value) ?? 'the new name';
      return {
        message: `Running code that still reads ${name}.${first.name} finds nothing from this moment on, document by document, until the new version is deployed everywhere; and the version before can't be brought back.`,
        help: `Expand and contract: fill ${to} beside ${first.name}, write both, move the readers over, and remove ${first.name} in a later migration.`,
      };
    }
  }
  return undefined;
}

function removedFields(change: DocumentValue): readonly string[] {
  if (change.kind !== 'array') return fieldsOf(fieldOf(change, '$unset')).map((field) => field.name);
  return itemsOf(change).flatMap((stage) => {
    const gone = fieldOf(stage, '$unset');
    return gone === undefined ? [] : [gone, ...itemsOf(gone)].flatMap((each) => textOf(each) ?? []);
  });
}

/** A filter that names documents of a migration: its own, or those of one that is taken back. */
function isOwnMarker(filter: DocumentValue): boolean {
  return fieldsOf(filter).some(({ name, value }) => /migration|backfill/i.test(name) && value.kind !== 'hole');
}

/** Does the migration itself set the field? A helper of its own may go. */
function isAddedHere(context: RuleContext, name: string, field: string): boolean {
  return commandsIn(context).some(
    ({ command }) =>
      ownName(command) === name &&
      writesOf(command).some((write) => write.kind === 'update' && fieldOf(fieldOf(write.change, '$set'), field) !== undefined),
  );
}

function isCopied({ program }: RuleContext, { statement }: Step, name: string, filters: readonly DocumentValue[] | 'all'): boolean {
  return keptCopy(program.statements, statement, name, filters) !== undefined;
}

/** `[{ $match: ... }, { $out: ... }]` before the statement, with the filter as the call has it. */
function copyAside(context: RuleContext, { step, command }: PlacedCommand, filter: DocumentValue | 'all'): TextEdit | undefined {
  const name = ownName(command);
  if (name === undefined || isRunAgain(context, step)) return undefined;
  return insertLines(context, step.statement, command.method, ({ collection, database, wait }) => {
    const own = collection ?? `${database}.collection('${name}')`;
    const given = sourceCall(context, step.statement, command.method)?.call.arguments[0];
    const written = filter === 'all' ? '{}' : given?.type === 'ObjectExpression' ? sourceSlice(context, spanOf(given)) : writeValue(filter);
    return written.includes('${')
      ? undefined
      : [`${wait}${own}.aggregate([{ $match: ${written} }, { $out: '${keptName(context, name)}' }]).toArray();`];
  });
}

/** In a loop each round would put its copy in the place of the last one's. */
function isRunAgain(context: RuleContext, { statement }: Step): boolean {
  const own = callSpan(context, statement);
  if (statement.circumstances?.loop !== undefined) return true;
  return commandsIn(context).some(({ step: { statement: other } }) => {
    if (other.index === statement.index || own === undefined) return false;
    const span = callSpan(context, other);
    return span?.start === own.start && span.end === own.end;
  });
}
