import type { Expression, ObjectExpression } from '@babel/types';
import type { Table } from '../../model/catalog';
import type { DocumentCommand, DocumentValue } from '../../model/document';
import { fieldOf, fieldsOf, isWhole } from '../../model/document-value';
import type { Statement } from '../../model/migration';
import type { TextEdit } from '../../model/text';
import { isConstant, markerIn } from '../../rollback/mongodb/marker';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { collectionBefore, earlierOn, isMadeHere, isReadBefore, ownName, writesOf } from './collections';
import { commandsIn, oncePerPlace, type PlacedCommand, shownCollection } from './commands';
import { exampleFile, usersMade } from './example-file';
import { callPlace, editCall, propertyName, sourceCall, sourceSlice, spanOf } from './source-call';

const roles = exampleFile('20230101000000-roles', ["await db.createCollection('roles');"]);

export const insertRepeated: Rule = {
  id: 'insert-repeated',
  title: 'Insert that a retry would do a second time',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `A document without an \`_id\` gets a new one with each insert, so nothing stands in the way of inserting it again. Where the migration fails behind the
insert, or after it but before the tool has recorded it, the next run inserts everything a second time.

Give the documents a stable \`_id\`, or use an upsert by a key of theirs: \`updateOne({ name }, { $setOnInsert: {...} }, { upsert: true })\` inserts what is
not there and leaves alone what is.

Silent for documents with an \`_id\` or the key of a unique index, within transactions, for collections that the same migration creates, and where it
looks first, or deletes what it is about to insert.`,
  bad: [
    {
      title: 'One document',
      framework: 'migrate-mongo',
      files: [roles, exampleFile('20240102000000-admin', ["await db.collection('roles').insertOne({ name: 'admin', level: 9 });"])],
      findings: [{ at: "db.collection('roles').insertOne({ name: 'admin', level: 9 })", says: 'a second time' }],
      fixed: [
        exampleFile('20240102000000-admin', [
          "await db.collection('roles').updateOne({ name: 'admin' }, { $setOnInsert: { name: 'admin', level: 9 } }, { upsert: true });",
        ]),
      ],
    },
    {
      title: 'Many',
      framework: 'migrate-mongo',
      files: [
        roles,
        exampleFile('20240102000000-more', [
          "await db.collection('roles').insertMany([{ name: 'a', level: 1 }, { name: 'b', level: 1 }]);",
        ]),
      ],
      findings: [{ at: "db.collection('roles').insertMany([{ name: 'a', level: 1 }, { name: 'b', level: 1 }])", says: '_id' }],
      fixed: [
        exampleFile('20240102000000-more', [
          "await db.collection('roles').bulkWrite([{ name: 'a', level: 1 }, { name: 'b', level: 1 }].map((document) => ({ updateOne: { filter: { name: document.name }, update: { $setOnInsert: document }, upsert: true } })));",
        ]),
      ],
    },
    {
      title: 'In a bulk',
      framework: 'migrate-mongo',
      files: [
        roles,
        exampleFile('20240102000000-bulk', ["await db.collection('roles').bulkWrite([{ insertOne: { document: { level: 1 } } }]);"]),
      ],
      findings: [{ at: "db.collection('roles').bulkWrite([{ insertOne: { document: { level: 1 } } }])", says: 'a second time' }],
    },
  ],
  good: [
    {
      title: 'A stable _id, the key of a unique index, an upsert, a look first',
      framework: 'migrate-mongo',
      files: [
        usersMade,
        exampleFile('20240102000000-all', [
          "await db.collection('users').insertMany([{ _id: 'admin', level: 9 }, { _id: 'guest', level: 1 }]);",
          "await db.collection('users').insertOne({ email: 'a@b.c' });",
          "await db.collection('roles').updateOne({ name: 'admin' }, { $setOnInsert: { level: 9 } }, { upsert: true });",
          "if ((await db.collection('plans').countDocuments({ name: 'free' })) === 0) await db.collection('plans').insertOne({ name: 'free' });",
        ]),
      ],
    },
    {
      title: 'A collection of the same migration, and what is deleted before',
      framework: 'migrate-mongo',
      files: [
        exampleFile('20240102000000-new', [
          "await db.createCollection('plans');",
          "await db.collection('plans').insertMany([{ name: 'free' }, { name: 'paid' }]);",
          "await db.collection('limits').deleteMany({ migrationId: 'new' });",
          "await db.collection('limits').insertMany([{ n: 1, migrationId: 'new' }]);",
        ]),
      ],
    },
  ],
  check: (context) =>
    context.program.direction === 'down' ? [] : oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? [])),
};

function violation(context: RuleContext, placed: PlacedCommand): Violation | undefined {
  const { step, command } = placed;
  const name = ownName(command);
  if (step.statement.circumstances?.transaction !== undefined || command.session) return undefined;
  if (name !== undefined && (isMadeHere(context, step, name) || isReadBefore(context, step, name))) return undefined;
  const table = name === undefined ? undefined : collectionBefore(step, name);
  const inserted = writesOf(command).flatMap((write) => (write.kind === 'insert' ? [write.document] : []));
  const repeated = inserted.filter((document) => !isStable(document, table));
  if (repeated.length === 0 || isDeletedBefore(context, placed, repeated)) return undefined;
  const fix = asUpsert(context, step.statement, command, inserted);
  return {
    ...callPlace(context, step.statement),
    message: `A retry inserts ${repeated.length === 1 ? 'this document' : 'these documents'} into ${shownCollection(command)} a second time: without an _id of ${repeated.length === 1 ? 'its' : 'their'} own nothing stands in the way.`,
    help: 'Give the documents a stable _id, or use an upsert by a key of theirs, with $setOnInsert.',
    fixes: fix === undefined ? [] : [{ title: 'Insert only what is not there: an upsert with $setOnInsert', safe: false, edits: fix }],
  };
}

/** Does the document give an `_id`, or all keys of a unique index? A hole may be one as well as not: an `_id` that is given is meant to stay. */
function isStable(document: DocumentValue, table: Table | undefined): boolean {
  if (document.kind !== 'document' || document.partial === true)
    return document.kind !== 'document' ? document.kind === 'hole' : hasId(document);
  if (hasId(document)) return true;
  return (table?.indexes ?? []).some(
    ({ unique, keys }) => unique && keys.length > 0 && keys.every((key) => fieldOf(document, key) !== undefined),
  );
}

/** One that is not made anew in each run. */
function hasId(document: DocumentValue): boolean {
  const id = fieldOf(document, '_id');
  return id !== undefined && (id.kind !== 'bson' || isConstant(id));
}

/** Is what is inserted deleted before, by a field that all of it has? */
function isDeletedBefore(context: RuleContext, { step, command }: PlacedCommand, documents: readonly DocumentValue[]): boolean {
  const name = ownName(command);
  if (name === undefined) return false;
  return earlierOn(context, step, name).some(({ command: earlier }) =>
    writesOf(earlier).some(
      (write) =>
        write.kind === 'delete' &&
        write.many &&
        documents.every((document) => fieldsOf(write.filter).every((field) => fieldOf(document, field.name) !== undefined)),
    ),
  );
}

/** The call as an upsert by a field that tells the documents apart. Undefined where none does, or the call is written otherwise. */
function asUpsert(
  context: RuleContext,
  statement: Statement,
  command: DocumentCommand,
  documents: readonly DocumentValue[],
): readonly TextEdit[] | undefined {
  const { method } = command;
  const key = keyOf(documents);
  const call = method === 'insertOne' || method === 'insertMany' ? sourceCall(context, statement, method)?.call : undefined;
  const [given, ...more] = call?.arguments ?? [];
  if (key === undefined || call === undefined || given === undefined || more.length > 0 || call.callee.type !== 'MemberExpression')
    return undefined;
  const name = spanOf(call.callee.property);
  const text = sourceSlice(context, spanOf(given));
  if (method === 'insertOne') {
    const value = given.type === 'ObjectExpression' ? literalValue(given, key) : undefined;
    if (value === undefined) return undefined;
    const filter = `{ ${key}: ${sourceSlice(context, spanOf(value))} }`;
    return [
      editCall(context, name, 'updateOne'),
      editCall(context, spanOf(given), `${filter}, { $setOnInsert: ${text} }, { upsert: true }`),
    ];
  }
  if (given.type !== 'ArrayExpression' && given.type !== 'Identifier') return undefined;
  const upsert = `(document) => ({ updateOne: { filter: { ${key}: document.${key} }, update: { $setOnInsert: document }, upsert: true } })`;
  return [editCall(context, name, 'bulkWrite'), editCall(context, spanOf(given), `${text}.map(${upsert})`)];
}

function literalValue(literal: ObjectExpression, key: string): Expression | undefined {
  const property = literal.properties.find((each) => each.type === 'ObjectProperty' && propertyName(each.key) === key);
  return property?.type === 'ObjectProperty' && property.value.type !== 'AssignmentPattern' && isExpression(property.value)
    ? property.value
    : undefined;
}

function isExpression(node: { readonly type: string }): node is Expression {
  return !node.type.endsWith('Pattern') && node.type !== 'VoidPattern';
}

/** A field with a plain value of its own in each document; names people give to keys go first. */
function keyOf(documents: readonly DocumentValue[]): string | undefined {
  const [first] = documents;
  const marker = markerIn(fieldsOf(first))?.name;
  const candidates = fieldsOf(first).filter(
    ({ name, value }) => /^[A-Za-z_]\w*$/.test(name) && isConstant(value) && isWhole(value) && name !== marker,
  );
  const distinct = candidates.filter(({ name }) => {
    const values = documents.map((document) => fieldOf(document, name));
    const texts = values.map((value) =>
      value === undefined || !isConstant(value) ? undefined : JSON.stringify(value.kind === 'scalar' ? value.value : value),
    );
    return texts.every((text) => text !== undefined) && new Set(texts).size === documents.length;
  });
  const named = distinct.find(({ name }) => /^(?:key|code|slug|name|email|username|login|title|sku|id|type)$/i.test(name));
  return (named ?? (documents.length > 1 ? distinct[0] : undefined))?.name;
}
