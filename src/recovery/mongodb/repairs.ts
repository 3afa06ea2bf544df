import type { Dirt } from '../../faults/dirt/recipe';
import type { Catalog, Table } from '../../model/catalog';
import type { DocumentCommand, DocumentValue, DocumentWrite } from '../../model/document';
import { fieldOf, fieldsOf, isTrue, itemsOf, textOf } from '../../model/document-value';
import type { Statement } from '../../model/migration';
import { writeFieldName } from '../../parse/mongodb/names';
import { writeValue } from '../../parse/mongodb/write';
import { collectionText, optionsOf } from '../../rollback/mongodb/collections';
import type { Repair } from '../repairs';
import { deduplication } from './deduplicate';
import { commandsIn } from './operations';
import { invalidFilter } from './questions';
import { comparableOf } from './values';
import { shellStep } from './words';

/** The repair of documents by what is known of them, where the statement does not name what it can't take. */
export function repairOfDocuments({ table: name, recipe }: Dirt, catalog: Catalog): Repair[] {
  const table = catalog.tables.find((candidate) => candidate.name === name);
  if (table === undefined) return [];
  if (recipe.kind === 'equal documents') {
    const span = { start: 0, end: 0 };
    const fields = recipe.keys.map((key) => ({ name: key, value: { kind: 'scalar' as const, value: 1, span }, span }));
    return [deduplication(name, { kind: 'document', fields, span }, [])].flatMap((repair) => repair ?? []);
  }
  if (recipe.kind !== 'documents') return [];
  const conditions = recipe.documents.flatMap(({ set = [], unset = [] }) => {
    const parts = [
      ...set.map(
        ({ path, value }) => `${writeFieldName(path)}: ${value.kind === 'document' ? `{ $eq: ${writeValue(value)} }` : writeValue(value)}`,
      ),
      ...unset.map((path) => `${writeFieldName(path)}: { $exists: false }`),
    ];
    return parts.length === 0 ? [] : [`{ ${parts.join(', ')} }`];
  });
  if (conditions.length === 0) return [];
  const filter = conditions.length === 1 ? conditions.join() : `{ $or: [${conditions.join(', ')}] }`;
  return [documentsAway(table, filter, `documents of ${name} that it can't take: ${filter}`)];
}

/**
 * What makes documents such that a statement takes them, one repair for each thing that it can fail on: a value before a document. Names are
 * those of `catalog`.
 */
export function documentRepairs(statement: Statement | undefined, catalog: Catalog): Repair[] {
  return (statement === undefined ? [] : commandsIn(statement)).flatMap((command) => {
    const table = catalog.tables.find(({ name }) => name === command.collection?.name);
    return table === undefined ? [] : repairsFor(command, table);
  });
}

function repairsFor({ effect }: DocumentCommand, table: Table): Repair[] {
  if (effect.kind === 'create index') {
    return effect.indexes.flatMap(({ keys, options }) => [
      ...(fieldsOf(options).some(({ name, value }) => name === 'unique' && isTrue(value))
        ? [deduplication(table.name, keys, fieldsOf(options))].flatMap((repair) => repair ?? [])
        : []),
      ...fieldsOf(keys).flatMap(({ name, value }) =>
        textOf(value)?.startsWith('2d') === true ? [otherType(table, name, ['object', 'array'], 'no place')] : [],
      ),
    ]);
  }
  if (effect.kind !== 'write') return [];
  const validator = optionsOf(table).get('validator');
  return unique([
    ...effect.writes.flatMap((write) => repairsOfWrite(write, table)),
    ...(validator === undefined ? [] : [invalidAway(table, validator)]),
  ]);
}

const unique = (repairs: readonly Repair[]) => [...new Map(repairs.map((repair) => [repair.loses, repair])).values()];

function repairsOfWrite(write: DocumentWrite, table: Table): Repair[] {
  if (write.kind === 'insert') return [keysFree(table, write.document)].flatMap((repair) => repair ?? []);
  if (write.kind !== 'update') return [];
  if (write.change.kind === 'array') return conversions(write.change).map(({ path, to }) => inconvertible(table, path, to));
  return fieldsOf(write.change).flatMap(({ name, value }) => {
    const paths = fieldsOf(value).map((field) => field.name);
    if (name === '$inc' || name === '$mul') return paths.map((path) => otherType(table, path, ['number'], 'no number'));
    if (['$push', '$addToSet', '$pull', '$pop'].includes(name)) return paths.map((path) => otherType(table, path, ['array'], 'no array'));
    return [];
  });
}

/** Values of a type that an operator refuses are taken away. */
function otherType(table: Table, path: string, types: readonly string[], words: string): Repair {
  const condition = `{ ${writeFieldName(path)}: { $exists: true, $not: { $type: ${JSON.stringify(types)} } } }`;
  return valuesAway(table, path, condition, `values of ${table.name}.${path} that are ${words}`);
}

/** `{ $toInt: "$age" }` and `{ $convert: { input: "$age", to: "int" } }`, wherever in a pipeline they stand. */
function conversions(value: DocumentValue): { path: string; to: string }[] {
  const own = fieldsOf(value).flatMap(({ name, value: inner }) => {
    const input = name === '$convert' ? fieldOf(inner, 'input') : inner;
    const path = /^\$([^$].*)$/.exec(textOf(input) ?? '')?.[1];
    const to = name === '$convert' ? textOf(fieldOf(inner, 'to')) : converters[name];
    return path === undefined || to === undefined ? [] : [{ path, to }];
  });
  return [...own, ...[...itemsOf(value), ...fieldsOf(value).map((field) => field.value)].flatMap(conversions)];
}

const converters: Readonly<Record<string, string>> = {
  $toInt: 'int',
  $toLong: 'long',
  $toDouble: 'double',
  $toDecimal: 'decimal',
  $toDate: 'date',
  $toObjectId: 'objectId',
  $toBool: 'bool',
  $toString: 'string',
};

function inconvertible(table: Table, path: string, to: string): Repair {
  const failing = `{ $convert: { input: "$${path}", to: ${JSON.stringify(to)}, onError: { $literal: "not convertible" }, onNull: null } }`;
  const condition = `{ $expr: { $eq: [${failing}, "not convertible"] } }`;
  return valuesAway(table, path, condition, `values of ${table.name}.${path} that can't be converted to ${to}`);
}

function valuesAway({ name }: Table, path: string, condition: string, what: string): Repair {
  return {
    steps: [
      {
        title: `Look at the ${what}`,
        why: 'They are taken away by the next step. Put right values in their place instead where these are known.',
        text: `${collectionText(name)}.find(${condition});`,
        language: 'text',
      },
      shellStep(
        `Take away the ${what}`,
        'The documents stay without the field.',
        `${collectionText(name)}.updateMany(${condition}, { $unset: { ${writeFieldName(path)}: "" } })`,
      ),
    ],
    loses: what,
    loss: [{ table: name }],
  };
}

/** Documents that are there under a key which the statement inserts: its `_id`, or that of a unique index. */
function keysFree(table: Table, document: DocumentValue): Repair | undefined {
  const keys = [['_id'], ...table.indexes.filter((index) => index.unique).map((index) => [...index.keys])];
  const conditions = keys.flatMap((names) => {
    const values = names.map((name) => fieldOf(document, name));
    if (values.some((value) => value === undefined || comparableOf(value) === undefined)) return [];
    return [`{ ${names.map((name, place) => `${writeFieldName(name)}: ${writeValue(values[place] ?? document)}`).join(', ')} }`];
  });
  if (conditions.length === 0) return undefined;
  const filter = conditions.length === 1 ? conditions.join() : `{ $or: [${conditions.join(', ')}] }`;
  return documentsAway(table, filter, `documents of ${table.name} under keys that the migration inserts: ${filter}`);
}

function invalidAway(table: Table, validator: string): Repair {
  return documentsAway(table, invalidFilter(validator), `documents of ${table.name} that its validator refuses`);
}

function documentsAway({ name }: Table, filter: string, what: string): Repair {
  return {
    steps: [
      {
        title: `Look at the ${what}`,
        why: 'They are deleted by the next step. Mend them by hand instead where it is known how.',
        text: `${collectionText(name)}.find(${filter});`,
        language: 'text',
      },
      shellStep(
        `Delete the ${what}`,
        'Nothing says what they should be. Copy them to a collection of their own first.',
        `${collectionText(name)}.deleteMany(${filter})`,
      ),
    ],
    loses: what,
    loss: [{ table: name }],
  };
}
