import { textStep } from '../../situation';
import type { ErrorKind } from '../server-error';

/** Errors of MongoDB, by their codes (manual, Error Codes). A write of many documents keeps what it had done by then. */
export const mongodbErrors: readonly ErrorKind[] = [
  {
    name: 'duplicate key',
    codes: ['11000', '11001'],
    detail:
      'A document is there already under that key, or a unique index could not be built, of which nothing is left. Of an ordered bulk all before it is done, of an unordered one all but it.',
    query: 'db.getCollectionInfos({}, { nameOnly: true });',
    step: textStep(
      'Find out whose the document is',
      'One of an earlier attempt of the same migration may be written over by its key; one of somebody else may not.',
      'error.writeErrors names index and key; db.COLLECTION.find({ _id: KEY });\nUpserts by _id instead of inserts can be run again.',
    ),
  },
  {
    name: 'document refused by a validator',
    codes: ['121'],
    detail: 'The write is undone; what the same command had written before it stays.',
    query: 'db.getCollectionInfos({}, { nameOnly: false });',
    step: textStep(
      'See what the validator wants of it',
      'errInfo.details of the error names the rule and the value. Old documents are refused as soon as they are updated, while validationLevel is "strict".',
      'db.COLLECTION.find({ $nor: [VALIDATOR] });\ndb.runCommand({ collMod: "COLLECTION", validationLevel: "moderate" }); until they are mended, then "strict".',
    ),
  },
  {
    name: 'transaction aborted or unknown',
    codes: ['112', '251', '244', '225', '263', '50915'],
    detail:
      'With the label TransientTransactionError the server has undone all of the transaction. With UnknownTransactionCommitResult nobody knows: it may be committed.',
    query:
      'db.getSiblingDB("admin").aggregate([{ $currentOp: { allUsers: true, idleSessions: true } }, { $match: { transaction: { $exists: true } } }]).toArray();',
    step: textStep(
      'Aborted: run all of it again. Unknown: send the commit again, in the same session',
      'Sending commitTransaction again is harmless: a transaction that is committed stays so. Running the statements again where it was committed does them twice. withTransaction of the driver does both by itself.',
      'session.commitTransaction(); // again, with the same lsid and txnNumber\nWithout the session: look whether its documents are there before anything is run again.',
    ),
  },
  {
    name: 'primary changed or shut down',
    codes: ['189', '91', '10107', '11600', '11602', '13435', '13436', '7', '6', '89', '9001'],
    detail:
      'The server that took the writes is no longer the primary. What a majority had not acknowledged may be rolled back into files of its rollback directory. The driver sends single writes again by itself (retryWrites), updateMany and deleteMany never.',
    query: 'db.adminCommand({ replSetGetStatus: 1 }).members;',
    step: textStep(
      'Wait for the new primary, and look what it has',
      'Count on it what was done: what one server had acknowledged alone may be gone.',
      'rs.status(); then the counts of the checks below, with readConcern "majority".',
    ),
  },
  {
    name: 'write not acknowledged by enough members',
    codes: ['64', '79', '100'],
    detail: 'The primary has done it; the members that were asked for have not said so in time. It is not undone.',
    query: 'rs.printSecondaryReplicationInfo();',
    step: textStep(
      'Do not run it again for that alone',
      'It is there on the primary, and comes to the others when they catch up; it is lost if the primary is lost before.',
      'db.adminCommand({ replSetGetStatus: 1 }); wait until the members have caught up, then look at the counts.',
    ),
  },
  {
    name: 'out of time',
    codes: ['50', '262', '24'],
    detail: 'maxTimeMS, or a lock that was not given in time, ended it. Documents that it had written by then stay written.',
    query:
      'db.getSiblingDB("admin").aggregate([{ $currentOp: {} }, { $match: { $or: [{ active: true }, { waitingForLock: true }] } }]).toArray();',
    step: textStep(
      'Give it the time that it needs, or less to do at once',
      'It ends the same way again otherwise: in batches by _id, each of which can be run again.',
      'maxTimeMS of the operation; or batches: { _id: { $gt: LAST } }, sorted by _id, with a limit.',
    ),
  },
  {
    name: 'operation killed',
    codes: ['11601', '290'],
    detail:
      'Somebody ended it or its session: killOp, killSessions, a transaction that was open for too long. Documents that it had written outside of a transaction stay written.',
    query:
      'db.getSiblingDB("admin").aggregate([{ $currentOp: { allUsers: true, idleSessions: true } }, { $match: { $or: [{ active: true }, { transaction: { $exists: true } }] } }]).toArray();',
    step: textStep(
      'Find out who ended it, and why',
      'Whoever killed it may do so again. Look first what it had done.',
      'The log of the server names killOp and killSessions with their client; transactionLifetimeLimitSeconds (60) ends transactions by itself.',
    ),
  },
  {
    name: 'index build aborted',
    codes: ['276', '285', '12587'],
    detail: 'Nothing is left of the index on any member.',
    query: 'db.getSiblingDB("config").getCollection("system.indexBuilds").find().toArray();',
    step: textStep(
      'Find out what aborted it, then build it again',
      'A member that ran out of space, documents that break it, dropIndexes, a DDL on the same collection.',
      'createIndexes with the same name and keys does nothing where the index is there.',
    ),
  },
  {
    name: 'disk full',
    codes: ['14031', '39'],
    detail: 'A build stops below indexBuildMinAvailableDiskSpaceMB (500), a write when nothing is left. What was committed before stays.',
    query: 'db.stats();',
    step: textStep(
      'Free space before anything else',
      'What is run again needs the space that was missing. Deleted documents give nothing back to the file system until compact.',
      'db.stats().fsUsedSize; db.runCommand({ compact: "COLLECTION" }); one member after the other.',
    ),
  },
];
