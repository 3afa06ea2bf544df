import type { DocumentCommand } from '../../../model/document';
import { booleanOf, fieldOf } from '../../../model/document-value';
import type { Operation } from '../../../model/operation';
import { document } from '../../../parse/mongodb/document';
import { keyFields } from '../../../schema/mongodb/canonical';
import { type Dirt, type DirtAnswer, none } from '../recipe';
import type { DirtSituation } from '../situation';
import { forIndexes, forUniqueKey } from './indexes';
import { madeHere, meetCollection } from './met';
import { forPipeline } from './updates';
import { forWrites } from './writes';

/** NamespaceExists (mongod, error_codes.yml). */
const namespaceExists = '48';
/** CannotConvertIndexToUnique, and DuplicateKey. */
const notUnique = ['359', '11000'];

/** What a command of MongoDB can meet in documents of before. */
export function answerForMongodb(situation: DirtSituation, operation: Operation): DirtAnswer {
  if (operation.kind !== 'document command') return none('It looks at no document.');
  const { effect } = operation;
  switch (effect.kind) {
    case 'create index':
      return forIndexes(situation, operation, effect.indexes);
    case 'write':
      return forWrites(situation, operation, effect.writes);
    case 'aggregate':
      return forAggregate(situation, operation);
    case 'modify collection':
      return forModification(situation, operation);
    case 'rename collection':
      return effect.dropTarget ? none('It takes the place of whatever has that name.') : forNewName(situation, effect.newName.name);
    case 'create collection':
      return forNewName(situation, operation.collection?.name);
    case 'drop index':
    case 'drop collection':
    case 'drop database':
      return none('It takes it away, whatever is in it.');
    default:
      return none('It changes no document.');
  }
}

/** A collection that somebody else has made in the meantime. */
function forNewName({ before, bookkeeping }: DirtSituation, name: string | undefined): DirtAnswer {
  const isTaken = name === undefined || bookkeeping.includes(name) || before.tables.some((table) => table.name === name);
  if (isTaken) return none('It is about a collection that is there already, and looks at no document of it.');
  const dirt: Dirt = {
    table: name,
    description: `a collection ${name} that is there already`,
    errors: [namespaceExists],
    recipe: { kind: 'documents', documents: [{}] },
  };
  return { candidates: [dirt], otherwise: 'It looks at no document.' };
}

/** collMod looks at documents only where it makes an index unique (manual, collMod). */
function forModification(situation: DirtSituation, { collection, effect }: DocumentCommand): DirtAnswer {
  const index = effect.kind === 'modify collection' ? fieldOf(effect.options, 'index') : undefined;
  if (booleanOf(fieldOf(index, 'unique')) !== true) return none('collMod does not look at the documents that are there.');
  const met = meetCollection(situation, collection);
  if (met === undefined) return none(madeHere);
  const name = fieldOf(index, 'name');
  const known = met.current?.indexes.find((candidate) => name?.kind === 'scalar' && candidate.name === name.value);
  const pattern = fieldOf(index, 'keyPattern');
  const keys = known?.keys ?? (pattern === undefined ? [] : keyFields(pattern).map((field) => field.name));
  return { candidates: forUniqueKey(situation, { collection, met, keys, errors: notUnique }), otherwise: 'Its keys could not be read.' };
}

function forAggregate(situation: DirtSituation, { collection, effect }: DocumentCommand): DirtAnswer {
  if (effect.kind !== 'aggregate' || effect.into === undefined) return none('It writes nothing.');
  const met = meetCollection(situation, collection);
  if (met === undefined) return none(madeHere);
  return {
    candidates: forPipeline(situation, { collection, met, filter: document({}) }, effect.pipeline),
    otherwise: 'It takes every document as it is.',
  };
}
