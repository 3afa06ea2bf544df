import type { DocumentWrite } from '../../../model/document';
import { collectionText } from '../../../rollback/mongodb/collections';
import { none } from '../../check';
import { isDone } from '../../done';
import { effectOf, notYet, shows } from '../../mongodb/effect';
import { evidenceOf } from '../../mongodb/evidence';
import { writesTo } from '../../mongodb/operations';
import { documents } from '../../mongodb/words';
import type { RecoverySituation } from '../../situation';
import { defineMode, type Finding } from '../mode';

interface Half extends Finding {
  /** Counts the documents that it has not reached; absent where nothing shows them. */
  readonly left?: string;
}

type Update = Extract<DocumentWrite, { kind: 'update' }>;

/** The interrupted statement's writes to collections that differ from before. */
function found(situation: RecoverySituation): Half[] {
  const { migration, completed } = situation;
  const next = completed + 1;
  return evidenceOf(situation).flatMap(({ collection, changed, added, removed, now, kept }): Half[] => {
    const writes = writesTo(collection, migration, (index) => index === next);
    const earlier = writesTo(collection, migration, (index) => isDone(situation, index));
    const [first] = writes;
    if (first === undefined) return [];
    const updates = writes.flatMap(({ write }) => (write.kind === 'update' && write.many ? [write] : []));
    const [update] = updates;
    if (update !== undefined && writes.length === 1) {
      const half = halfUpdate(collection, next, update, now.length, changed.length);
      // What an earlier statement changed is no half of this one.
      return earlier.length === 0 && changed.length > 0 && changed.length < kept.length
        ? [half]
        : withMarkers(
            half,
            now.map((doc) => shows(effectOf(update.change), doc)),
          );
    }
    if (earlier.length > 0 || changed.length + added.length + removed.length === 0) return [];
    const counts = [
      [added.length, 'added'],
      [changed.length, 'changed'],
      [removed.length, 'deleted'],
    ] as const;
    const done = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${documents(count)} ${what}`])).join(', ');
    const detail = `Statement ${next} has done a part of its work: ${done}. Each document is committed by itself.`;
    return [{ object: collection, detail, query: `${collectionText(collection)}.countDocuments({});` }];
  });
}

/** Told by the marker alone: some documents show the effect, some do not. */
function withMarkers(half: Half, answers: readonly (boolean | undefined)[]): Half[] {
  return answers.includes(true) && answers.includes(false) ? [half] : [];
}

function halfUpdate(collection: string, statement: number, update: Update, count: number, changed: number): Half {
  const effect = effectOf(update.change);
  const name = collectionText(collection);
  if (effect.targets.length === 0) {
    const why = effect.blind.length === 0 ? '' : ` ${effect.blind.join(', ')} leaves no trace: doing it again does it twice.`;
    const detail = `Statement ${statement} has changed ${changed} of ${documents(count)} and committed each by itself.${why}`;
    return { object: collection, detail, query: `${name}.countDocuments({});` };
  }
  const left = `${name}.countDocuments(${notYet(update.filter, effect)})`;
  const done = `${name}.countDocuments({ ${effect.targets.map(({ text }) => text).join(', ')} })`;
  const detail = `Statement ${statement} has changed ${changed} of ${documents(count)}: each document is committed by itself, and updateMany is not retried by the driver.`;
  return { object: collection, detail, query: `${done}; ${left};`, left };
}

/** updateMany or a bulk, stopped in the middle: each document is its own commit (manual, Atomicity and Transactions). */
export const halfUpdated = defineMode<Half>({
  name: 'updateMany half done',
  engines: ['mongodb'],
  detect: found,
  // Documents are taken back, and brought on, as they are told apart.
  back: () => [],
  forward: () => [],
  validate: (entries, _, way) =>
    way === 'back'
      ? []
      : entries.flatMap(({ object, left }) => (left === undefined ? [] : [none(`No document of ${object} waits for the update`, left)])),
});
