import type { DocumentCommand } from '../../model/document';
import { fieldOf, fieldsOf, itemsOf } from '../../model/document-value';
import { collectionLabel, type MongodbSituation } from './situation';

/** Stages that no transaction takes (manual, "Transactions and Operations"). */
const refusedStages: ReadonlySet<string> = new Set([
  ...['$collStats', '$currentOp', '$indexStats', '$listLocalSessions', '$listSessions', '$listSampledQueries', '$merge', '$out'],
  ...['$planCacheStats', '$listSearchIndexes', '$changeStream'],
]);

/** Commands and methods without an effect of their own that none takes; what they are good for in a migration is looking something up. */
const refusedMethods: ReadonlySet<string> = new Set([
  ...['listCollections', 'listIndexes', 'listDatabases', 'collections', 'indexes', 'indexInformation', 'indexExists'],
  ...['getCollectionNames', 'getCollectionInfos', 'getIndexes', 'estimatedDocumentCount', 'count', 'mapReduce', 'explain'],
  ...['compact', 'validate', 'collStats', 'dbStats', 'stats', 'convertToCapped', 'cloneCollectionAsCapped', 'listSearchIndexes'],
  ...['createUser', 'updateUser', 'dropUser', 'createRole', 'updateRole', 'dropRole', 'grantRolesToUser', 'revokeRolesFromUser'],
]);

/**
 * Why the server refuses a command in a transaction, as the end of a sentence; undefined where it does not (manual, "Transactions and
 * Operations", 7.0 and 8.0: since 4.4 collections can be made, and indexes on collections that are new there).
 */
export function refusalInTransaction(command: DocumentCommand, situation: MongodbSituation): string | undefined {
  const { effect, collection, method } = command;
  const name = collectionLabel(collection);
  switch (effect.kind) {
    case 'create index':
      if (collection !== undefined && situation.course.takesIndexIn(situation.transaction, collection)) return undefined;
      return `indexes can be built in a transaction only on a collection that the same transaction makes, and ${name} is there`;
    case 'create collection':
      if (fieldOf(effect.options, 'viewOn') !== undefined) return 'a view can’t be made in a transaction';
      if (fieldOf(effect.options, 'timeseries') !== undefined) return 'a time series collection can’t be made in a transaction';
      return undefined;
    case 'drop index':
      return 'indexes can’t be dropped in a transaction';
    case 'drop collection':
      return 'collections can’t be dropped in a transaction';
    case 'rename collection':
      return 'collections can’t be renamed in a transaction';
    case 'modify collection':
      return 'collMod can’t run in a transaction';
    case 'drop database':
      return 'a database can’t be dropped in a transaction';
    case 'aggregate':
      return refusedStage(command);
    case 'read':
    case 'other':
      return refusedMethods.has(method) ? `${method} can’t run in a transaction` : undefined;
    case 'write':
      return isCapped(command, situation) ? `${name} is capped, and a transaction can’t write to such a collection` : undefined;
  }
}

function refusedStage({ effect }: DocumentCommand): string | undefined {
  if (effect.kind !== 'aggregate') return undefined;
  if (effect.into !== undefined) return `${effect.into.stage} can’t run in a transaction`;
  const stage = itemsOf(effect.pipeline)
    .flatMap((item) => fieldsOf(item).slice(0, 1))
    .find((field) => refusedStages.has(field.name));
  return stage === undefined ? undefined : `${stage.name} can’t run in a transaction`;
}

function isCapped({ collection }: DocumentCommand, { catalog }: MongodbSituation): boolean {
  if (collection?.name === undefined || collection.database !== undefined) return false;
  const known = catalog.tables.find(({ name }) => name === collection.name);
  return known?.options?.includes('capped=true') === true;
}
