import { collectionText } from '../../../rollback/mongodb/collections';
import { gives } from '../../check';
import { shellStep } from '../../mongodb/words';
import type { RecoverySituation } from '../../situation';
import { defineMode, type Finding } from '../mode';

interface Build extends Finding {
  readonly collection: string;
  readonly index: string;
}

const query =
  'db.getSiblingDB("admin").aggregate([{ $currentOp: { allUsers: true } }, { $match: { "command.createIndexes": { $exists: true } } }, { $project: { opid: 1, ns: 1, msg: 1, progress: 1, secs_running: 1 } }]).toArray(); db.getSiblingDB("config").getCollection("system.indexBuilds").find().toArray();';

function building({ partial }: RecoverySituation): Build[] {
  return partial.catalog.tables.flatMap(({ name, indexes }) =>
    indexes
      .filter(({ valid, ready }) => !valid || !ready)
      .map((index) => ({
        collection: name,
        index: index.name,
        object: `${name}.${index.name}`,
        detail:
          'The server builds it still, whatever became of its client. killOp does not reliably end it; dropping the index aborts it on all members. It waits for a member of the commit quorum that is gone: setIndexCommitQuorum. A server that was stopped cleanly goes on with it at its start (5.0 on), one that was killed begins it anew.',
        query,
      })),
  );
}

/** An index that is being built, or whose build waits for its end (manual, Index Builds on Populated Collections). */
export const indexBuild = defineMode<Build>({
  name: 'index build in progress',
  engines: ['mongodb'],
  detect: building,
  // The difference of the catalogs drops it, which aborts the build.
  back: () => [],
  forward: (found) =>
    found.map(({ collection, index, object }) =>
      shellStep(
        `Abort the build of ${object}`,
        'What is left of the migration builds it again, and its client learns how that ends. Waiting for it is as good.',
        `${collectionText(collection)}.dropIndex(${JSON.stringify(index)})`,
      ),
    ),
  validate: (found, { before, after }, way) =>
    found.flatMap(({ collection, index, object }) => {
      const target = way === 'back' ? before : after;
      const there = target?.catalog.tables.find(({ name }) => name === collection)?.indexes.some(({ name }) => name === index) === true;
      const stages = `{ $indexStats: {} }, { $match: { name: ${JSON.stringify(index)}, building: { $ne: true } } }`;
      return [
        gives(
          `${object} is ${there ? 'there, and built' : 'gone'}`,
          `${collectionText(collection)}.aggregate([${stages}]).toArray().length`,
          there ? 1 : 0,
        ),
      ];
    }),
});
