import type { DocumentField, DocumentValue } from '../../../model/document';
import { fieldsOf, isTrue } from '../../../model/document-value';
import { none } from '../../check';
import { isDone } from '../../done';
import { deduplication } from '../../mongodb/deduplicate';
import { commandsIn, writtenCollection } from '../../mongodb/operations';
import { duplicateGroups, duplicatesOf } from '../../mongodb/questions';
import { countOf, type Probe } from '../../probe';
import type { RecoverySituation } from '../../situation';
import { defineMode, type Finding } from '../mode';

interface Asked {
  readonly statement: number;
  readonly collection: string;
  readonly keys: DocumentValue;
  readonly options: readonly DocumentField[];
  readonly question: string;
}

type Refused = Finding & Asked;

/** Unique indexes that are still to be built on documents that nothing writes before that. */
function asked(situation: RecoverySituation): Asked[] {
  const left = situation.migration.up.statements.filter(({ index }) => !isDone(situation, index));
  return left.flatMap((statement, place) => {
    const written = new Set(left.slice(0, place).flatMap((earlier) => commandsIn(earlier).map(writtenCollection)));
    return commandsIn(statement).flatMap(({ effect, collection }) => {
      if (effect.kind !== 'create index' || collection?.name === undefined || written.has(collection.name)) return [];
      const { name } = collection;
      return effect.indexes.flatMap(({ keys, options }): Asked[] => {
        const isUnique = fieldsOf(options).some((option) => option.name === 'unique' && isTrue(option.value));
        const question = isUnique ? duplicatesOf(name, keys, fieldsOf(options)) : undefined;
        return question === undefined ? [] : [{ statement: statement.index, collection: name, keys, options: fieldsOf(options), question }];
      });
    });
  });
}

const probeOf = ({ question }: Asked): Probe => ({ database: 'partial', text: question });

/** A unique index that documents stand in the way of: 11000, and no index is left (manual, Unique Indexes). */
export const uniqueDuplicates = defineMode<Refused>({
  name: 'unique index build meets duplicates',
  engines: ['mongodb'],
  probes: (situation) => asked(situation).map(probeOf),
  detect: (situation) =>
    asked(situation).flatMap((entry) => {
      const count = countOf(situation.answers, probeOf(entry)) ?? 0;
      if (count === 0) return [];
      const shared = `${entry.collection}: documents with the same ${entry.keys.kind === 'document' ? entry.keys.fields.map(({ name }) => name).join(', ') : 'key'}`;
      const detail = `${count} ${count === 1 ? 'key is' : 'keys are'} there more than once, and statement ${entry.statement} fails on them with 11000. No index is left by it. To keep more from coming meanwhile (6.0 on): build the index without unique, collMod it to prepareUnique, clean up, collMod it to unique.`;
      return [{ ...entry, object: shared, detail, query: `${duplicateGroups(entry.collection, entry.keys, entry.options) ?? ''};` }];
    }),
  // They were there before.
  back: () => [],
  trial: 'fallback',
  forward: (found) => found.flatMap(({ collection, keys, options }) => deduplication(collection, keys, options)?.steps ?? []),
  losses: (found, _, way) =>
    way === 'back'
      ? []
      : found.flatMap(({ collection, keys, options }) => {
          const repair = deduplication(collection, keys, options);
          return (repair?.loss ?? []).map((loss) => ({ text: repair?.loses ?? '', loss }));
        }),
  validate: (found, _, way) =>
    way === 'back'
      ? []
      : found.map(({ object, question }) =>
          none(`There are no ${object.replace(/^[^:]*: /, '')} in ${object.replace(/:.*$/, '')}`, question),
        ),
});
