import { writeFieldName } from '../../../parse/mongodb/names';
import { collectionText } from '../../../rollback/mongodb/collections';
import { none } from '../../check';
import { markedDocuments } from '../../mongodb/marks';
import { neverInserted, resumeProbes } from '../../mongodb/resume';
import { shellValue } from '../../mongodb/values';
import { documents } from '../../mongodb/words';
import type { RecoverySituation } from '../../situation';
import { defineMode, type Finding } from '../mode';

interface Migrating extends Finding {
  /** Counts what is not done. */
  readonly unfinished: string;
  /** Counts what never came. */
  readonly missing?: string;
}

function found(situation: RecoverySituation): Migrating[] {
  return markedDocuments(situation).map(({ collection, docs, mark, unfinished: left, origin }) => {
    const unfinished = `${collectionText(collection)}.countDocuments({ ${writeFieldName(mark.field)}: ${shellValue(mark.value)} })`;
    const missing = origin && neverInserted(origin, collection);
    const detail = `${documents(left.length)} of ${docs.length} are still ${mark.field}: ${shellValue(mark.value)}. Setting that to done would call complete what is not: their data comes from the source again, in the same write as the mark. Those that were never inserted carry no mark at all: only a comparison with the source finds them.`;
    return {
      object: `${collection}.${mark.field}`,
      detail,
      query: [unfinished, ...(missing === undefined ? [] : [missing])].map((text) => `${text};`).join(' '),
      unfinished,
      ...(missing !== undefined && { missing: `${missing}.length` }),
    };
  });
}

/** A copy or backfill with a mark in each document, stopped before its end (recipes 22 to 24 and 46). */
export const leftMigrating = defineMode<Migrating>({
  name: "documents left 'migrating'",
  engines: ['mongodb'],
  probes: resumeProbes,
  detect: found,
  // Documents that came go by what tells them apart: their mark, the keys that the migration names.
  back: () => [],
  // A candidate of its own derives them from the source: the statements that are left hold the values of the simulated documents.
  forward: () => [],
  validate: (entries, _, way) =>
    way === 'back'
      ? []
      : entries.flatMap(({ object, unfinished, missing }) => [
          none(`No document is left unfinished by ${object}`, unfinished),
          ...(missing === undefined ? [] : [none('Every document of the source has come', missing)]),
        ]),
});
