import type { Document } from 'mongodb';
import type { Dirt, DocumentChanges, Recipe } from '../../../faults/dirt/recipe';
import type { DocumentValue } from '../../../model/document';
import type { DatabaseAddress } from '../../../model/sandbox';
import { writeCall, writeCollection } from '../../../parse/mongodb/write';
import type { DirtSource, MadeDirt } from '../../rows';
import { withControlClient } from '../connect';
import { apply, changesFor } from '../generate-rows/conditions';
import { knownValue } from '../generate-rows/known';
import { type DocumentPlan, makeDocument } from '../generate-rows/make';
import { CollectionNeeds } from '../generate-rows/needs';
import { copyOf, removeAt, setAt, valueAt } from '../generate-rows/paths';
import { type Fillable, plansOf } from '../generate-rows/plans';
import { valueOfKind } from '../generate-rows/values';
import { documentValue } from '../shell/value';
import { readCollections } from '../snapshot/objects';

type Of<K extends Recipe['kind']> = Extract<Recipe, { readonly kind: K }>;

/** Numbers of documents far from those that are there. */
const firstRow = 100_001;

/**
 * Puts dirty documents into a collection: like those that are there, but for what the recipe changes in them. Says why where the server, as it is
 * before the migration, does not take such documents. Rejects as `mongodb` does.
 */
export function makeDirt(address: DatabaseAddress, dirt: Dirt, source: DirtSource): Promise<MadeDirt> {
  const { recipe, table, description } = dirt;
  if (recipe.kind !== 'equal documents' && recipe.kind !== 'documents')
    return Promise.resolve({ why: `Rows of this kind are none of MongoDB's (${recipe.kind}).` });
  return withControlClient(address, async (database, client) => {
    const collections = await readCollections(client, database);
    const needs = new Map([[table, new CollectionNeeds()]]);
    const known = (await plansOf(client, address.database, collections, needs, source.seed)).find(({ key }) => key === table);
    if (known === undefined) return { why: `No documents can be put into ${table}.` };
    const unique = known.plan.unique;
    const later = source.fresh(table).filter((path) => !unique.flat().includes(path));
    const plan = { ...known.plan, unique: [...unique, ...later.map((path) => [path])] };
    const documents = recipe.kind === 'documents' ? changedDocuments(plan, recipe) : equalDocuments(plan, recipe);
    if ('why' in documents) return documents;
    const options = recipe.kind === 'documents' && recipe.unchecked === true ? { bypassDocumentValidation: true } : undefined;
    try {
      await client.db(known.database).collection(known.name).insertMany(copyOf(documents), options);
    } catch (error) {
      return { why: `The server does not take it: ${(error as Error).message}.` };
    }
    return { description, table, rows: documents.length, text: insertion(known, documents, options) };
  });
}

/** What adds them by hand. */
function insertion({ key, name }: Fillable, documents: Document[], options: Document | undefined): string {
  const collection = key === name ? name : { name, database: key.slice(0, -name.length - 1) };
  const values = [documents, ...(options === undefined ? [] : [options])];
  return `${writeCall(writeCollection(collection), 'insertMany', values.map(documentValue)).replace(/;$/, '')};`;
}

/** A document as any other of the collection that meets the filter, and has keys of its own. */
function cleanDocument(plan: DocumentPlan, row: number, meets: DocumentValue | undefined): Document {
  const document = makeDocument(plan, row, firstRow, 2);
  if (meets !== undefined) {
    const changes = changesFor(meets, true, { row, salt: `${plan.seed} dirt`, needs: plan.needs });
    apply(
      document,
      changes.filter(({ path }) => path !== '_id'),
    );
  }
  return document;
}

function changedDocuments(plan: DocumentPlan, { documents, meets }: Of<'documents'>): Document[] | { readonly why: string } {
  const made = documents.map((changes, at) => change(cleanDocument(plan, firstRow + at, meets), changes));
  const unknown = made.find((document) => document === undefined);
  return unknown === undefined && made.every((document) => document !== undefined)
    ? made
    : { why: 'Its values are known only to the run of the migration.' };
}

/** The document with these changes; undefined where a value is not known. */
function change(document: Document, { set = [], unset = [] }: DocumentChanges): Document | undefined {
  for (const { path, value } of set) {
    const known = knownValue(value);
    if (known === undefined) return undefined;
    setAt(document, path, known);
  }
  for (const path of unset) removeAt(document, path);
  return document;
}

/** A document, and a copy of it with an _id of its own, and with other values where keys are unique that are not asked for. */
function equalDocuments(plan: DocumentPlan, { keys, missing, meets }: Of<'equal documents'>): Document[] {
  const first = cleanDocument(plan, firstRow, meets);
  for (const path of keys) {
    if (missing === true) removeAt(first, path);
    else if (valueAt(first, path) === undefined || valueAt(first, path) === null)
      setAt(first, path, valueOfKind('any', { row: firstRow, salt: `${plan.seed} ${path}`, name: path.split('.').at(-1) ?? path }));
  }
  const other = cleanDocument(plan, firstRow + 1, meets);
  const second = { ...copyOf(first), _id: other._id as unknown };
  const distinct = plan.unique.filter((paths) => !paths.every((path) => keys.includes(path))).flat();
  for (const path of distinct) {
    const value = valueAt(other, path);
    if (!keys.includes(path) && value !== undefined) setAt(second, path, value);
  }
  return [first, second];
}
