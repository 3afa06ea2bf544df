import type { CollectionName, DocumentValue } from '../../../model/document';
import { fieldsOf } from '../../../model/document-value';
import { scalar } from '../../../parse/mongodb/document';
import { expressionNeeds, type FieldKind } from '../../../schema/mongodb/expressions';
import { documentStages, rootOf } from '../../../schema/mongodb/pipeline';
import type { Dirt } from '../recipe';
import type { DirtSituation } from '../situation';
import { type MetCollection, oldPath } from './met';

export interface Target {
  readonly collection: CollectionName | undefined;
  readonly met: MetCollection;
  /** What the documents have to meet to be looked at. */
  readonly filter: DocumentValue;
}

/** TypeMismatch, BadValue, PathNotViable, ConversionFailure (mongod, error_codes.yml). */
const typeMismatch = '14';
const badValue = '2';
const notViable = '28';
const conversionFailure = '241';

/** A value that an operator can't take, and with what it answers: a code, or the number of an assertion of its own. */
interface Refused {
  readonly value: DocumentValue;
  readonly words: string;
  readonly errors: readonly string[];
}

const text = scalar('no number');
const number = scalar(7);

const refusedKinds: { readonly [K in FieldKind]?: Refused } = {
  number: { value: text, words: 'a text', errors: [typeMismatch, '16554', '16555', '16556', '16608', '16609', '16610', '28765', badValue] },
  string: {
    value: number,
    words: 'a number',
    errors: ['16702', '34471', '40085', '34450', '50694', '50699', '51104', '51105', '51746', '51744', typeMismatch, badValue],
  },
  date: { value: text, words: 'a text', errors: ['16006', '5166403', '5439013', typeMismatch, badValue] },
  array: {
    value: text,
    words: 'a text',
    errors: ['17124', '28689', '16883', '40080', '28651', '28650', '28664', '28724', '40397', '40081', typeMismatch, badValue],
  },
  'numeric text': { value: text, words: 'a text that is no number', errors: [conversionFailure] },
  'date text': { value: scalar('no date'), words: 'a text that is no date', errors: [conversionFailure] },
  'id text': { value: scalar('no id'), words: 'a text that is no id', errors: [conversionFailure] },
  object: { value: text, words: 'a text', errors: ['40390', '40400', typeMismatch, badValue] },
};

/** What update operators can't take in the field that they change (manual, "Update Operators"). */
const refusedOperands: Readonly<Record<string, Refused>> = {
  ...same(['$inc', '$mul', '$bit'], { value: text, words: 'a text', errors: [typeMismatch, badValue] }),
  ...same(['$push', '$addToSet', '$pull', '$pullAll', '$pop'], {
    value: text,
    words: 'a text and no array',
    errors: [badValue, typeMismatch],
  }),
};

function same(names: readonly string[], refused: Refused): Readonly<Record<string, Refused>> {
  return Object.fromEntries(names.map((name) => [name, refused]));
}

/** Documents that an update with operators can't change. */
export function forOperators(situation: DirtSituation, target: Target, change: DocumentValue): readonly Dirt[] {
  return fieldsOf(change).flatMap(({ name, value }) =>
    fieldsOf(value).flatMap(({ name: path }): readonly Dirt[] => {
      const refused = refusedOperands[name];
      const stands = /^(.+?)\.\$(?:\[.*?\])?(?:\.|$)/.exec(path)?.[1];
      if (refused !== undefined && stands === undefined) return [changed(situation, target, path, refused)];
      if (stands !== undefined)
        return [changed(situation, target, stands, { value: text, words: 'a text and no array', errors: [badValue] })];
      const parent = path.includes('.') && name === '$set' ? path.slice(0, path.indexOf('.')) : undefined;
      return parent === undefined
        ? []
        : [changed(situation, target, parent, { value: text, words: 'a text and no document', errors: [notViable] })];
    }),
  );
}

/** Documents on which an expression of a pipeline can't be evaluated, as far as their stages still see them as they are. */
export function forPipeline(situation: DirtSituation, target: Target, pipeline: DocumentValue): readonly Dirt[] {
  const stages = documentStages(pipeline);
  const match = stages.find(({ name, computed }) => name === '$match' && computed.size === 0);
  const met = { ...target, filter: match?.value ?? target.filter };
  const candidates = stages
    .filter(({ name }) => name !== '$match')
    .flatMap(({ value, computed }) => expressionNeeds(value).filter(([path]) => !computed.has(rootOf(path))))
    .flatMap(([path, kind]): readonly Dirt[] => {
      const refused = refusedKinds[kind];
      return refused === undefined ? [] : [changed(situation, met, path, refused)];
    });
  return candidates.filter((dirt, at) => candidates.findIndex(({ description }) => description === dirt.description) === at);
}

function changed(situation: DirtSituation, { collection, met, filter }: Target, path: string, { value, words, errors }: Refused): Dirt {
  return {
    table: met.name,
    description: `a document of ${met.name} whose ${path} is ${words}`,
    errors,
    recipe: { kind: 'documents', documents: [{ set: [{ path: oldPath(situation, collection, path), value }] }], meets: filter },
  };
}
