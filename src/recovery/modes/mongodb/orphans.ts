import type { State } from '../../../model/state';
import { gives } from '../../check';
import { orphansOf, withoutReference } from '../../mongodb/questions';
import { countOf, type Probe } from '../../probe';
import type { RecoverySituation } from '../../situation';
import { defineMode, type Finding } from '../mode';

interface Reference {
  readonly child: string;
  readonly field: string;
  readonly parent: string;
}

interface Orphans extends Finding {
  readonly reference: Reference;
  readonly known: number;
}

/** `userId`, `user_id`, `userID`: what it refers to, in one word. */
const referring = /^(.+?)(?:_?id|Id|ID)$/;

/** References as people name them: no catalog of MongoDB knows any. Only those are meant whose collection is there. */
function references({ catalog, data }: State): Reference[] {
  const collections = catalog.tables.map(({ name }) => name);
  return data.flatMap(({ table: child, columnHashes = {} }) =>
    Object.keys(columnHashes).flatMap((field): Reference[] => {
      const word = field === '_id' ? undefined : referring.exec(field)?.[1]?.toLowerCase();
      if (word === undefined || word === '') return [];
      const parent = collections.find((name) => plurals(word).includes(name.toLowerCase()));
      return parent === undefined || parent === child ? [] : [{ child, field, parent }];
    }),
  );
}

function plurals(word: string): string[] {
  return [word === 'person' ? 'people' : word, `${word}s`, `${word}es`, word.replace(/y$/, 'ies')];
}

const changed = (before: State, partial: State, collection: string) =>
  before.data.find(({ table }) => table === collection)?.rowsHash !== partial.data.find(({ table }) => table === collection)?.rowsHash;

const questionOf = ({ child, field, parent }: Reference) => `${orphansOf(child, field, parent)}.length`;

/** References that the migration can have broken: of collections that differ, or that refer to one which does. */
function concerned({ before, partial }: RecoverySituation): Reference[] {
  return references(partial).filter(({ child, parent }) => changed(before, partial, child) || changed(before, partial, parent));
}

const probesOf = (reference: Reference): readonly Probe[] =>
  (['before', 'partial'] as const).map((database) => ({ database, text: questionOf(reference) }));

/** Documents that refer to what is gone, or has not come yet. Nothing in the server keeps that from being so. */
export const orphanedReferences = defineMode<Orphans>({
  name: 'orphaned references',
  engines: ['mongodb'],
  probes: (situation) => concerned(situation).flatMap(probesOf),
  detect: (situation) =>
    concerned(situation).flatMap((reference) => {
      const [then, now] = probesOf(reference).map((probe) => countOf(situation.answers, probe) ?? 0);
      if (now === undefined || then === undefined || now <= then) return [];
      const { child, field, parent } = reference;
      const detail = `${now} documents of ${child} have a ${field} that no document of ${parent} has as its _id; before the migration it was ${then}. Those without a value refer to nothing, and are counted apart.`;
      const query = `${orphansOf(child, field, parent)}; ${withoutReference(child, field)};`;
      return [{ reference, known: then, object: `${child}.${field}`, detail, query }];
    }),
  // What was written is taken back, or brought to its end: the references follow.
  back: () => [],
  forward: () => [],
  validate: (found, _, way) =>
    found.flatMap(({ reference, known, object }) =>
      way === 'back'
        ? [
            {
              ...gives(`As many documents as before have a ${object} that refers to nothing`, questionOf(reference), known),
              rowsOf: [reference.child, reference.parent],
            },
          ]
        : [],
    ),
});
