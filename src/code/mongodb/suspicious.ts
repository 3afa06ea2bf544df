import type { Value } from '../value';

/** Methods that hardly anything but a collection or a model of MongoDB has. */
const telling =
  /\.(?:insertOne|insertMany|updateOne|updateMany|replaceOne|deleteOne|deleteMany|bulkWrite|bulkSave|createIndex|createIndexes|ensureIndexes|syncIndexes|dropIndex|dropIndexes|dropCollection|renameCollection|dropDatabase|findOneAnd(?:Update|Replace|Delete|Remove)|findById(?:AndUpdate|AndDelete|AndRemove)|save|withTransaction|commitTransaction)$/;

/** Words that a function which writes into a collection takes among its arguments. */
const operator = /^\$(?:set|unset|inc|push|pull|addToSet|rename|mul|min|max|setOnInsert|currentDate|pop|pullAll)$/;

/** For `SessionOptions.suspicious`: calls of what is not known that are called like those of MongoDB, or get an update. */
export function looksLikeMongo(name: string, args: readonly Value[], why: string | undefined): string | undefined {
  const isTelling =
    telling.test(name) || args.some((value) => value.kind === 'object' && [...value.properties.keys()].some((key) => operator.test(key)));
  if (!isTelling) return undefined;
  return why ?? 'what it is called on is not known';
}
