import type { Document } from 'bson';
import type { CommandResult, ServerError } from './handlers';
import { plainly } from './messages';
import { bsonType, fieldOf, fieldsOf, itemsOf, without } from './raw';

/** An answer without the documents that it brings, and how many these are: a batch may be 16 MB. */
export interface Summary {
  readonly answer: Document;
  readonly batch: number;
}

const cursorField: ReadonlySet<string> = new Set(['cursor']);

export function summaryOf(bytes: Buffer): Summary {
  const cursor = fieldOf(bytes, 'cursor');
  if (cursor?.type !== bsonType.document) return { answer: plainly(bytes), batch: 0 };
  const batch = fieldsOf(cursor.bytes).find(({ name }) => name === 'firstBatch' || name === 'nextBatch');
  const failed = fieldOf(bytes, 'nErrors') !== undefined;
  return { answer: plainly(failed ? bytes : without(bytes, cursorField)), batch: itemsOf(batch).length };
}

/** The error in an answer: of the whole command, of its first write that failed, or of what a write concern asked. */
export function errorIn(answer: Document): ServerError | undefined {
  if (Number(answer.ok) !== 1) return errorOf(answer);
  const [refused] = Array.isArray(answer.writeErrors) ? answer.writeErrors : [];
  if (refused !== undefined) return errorOf(refused);
  // The command bulkWrite tells of each write in a cursor.
  const failed = Number(answer.nErrors ?? 0) > 0 ? firstFailure(answer) : undefined;
  if (failed !== undefined) return errorOf(failed);
  return answer.writeConcernError === undefined ? undefined : errorOf(answer.writeConcernError);
}

function firstFailure(answer: Document): Document | undefined {
  const batch: unknown = answer.cursor?.firstBatch;
  return Array.isArray(batch) ? batch.find((each: Document) => Number(each.ok) !== 1) : undefined;
}

function errorOf(report: Document): ServerError {
  return { code: String(report.code ?? ''), message: String(report.errmsg ?? 'The server gave no reason.') };
}

/** What a command did. Undefined where it failed, or only a part of it was done. */
export function resultOf({ answer, batch }: Summary, arrivedAfterMs: number): CommandResult | undefined {
  const failed = errorIn(answer) !== undefined && answer.writeConcernError === undefined;
  return failed ? undefined : { rows: rowsIn(answer, batch), arrivedAfterMs };
}

/** Documents written or returned, as far as an answer tells. */
function rowsIn(answer: Document, batch: number): number {
  if (answer.nInserted !== undefined) return sum(answer.nInserted, answer.nModified, answer.nUpserted, answer.nDeleted);
  if (answer.nModified !== undefined) return sum(answer.nModified, Array.isArray(answer.upserted) ? answer.upserted.length : 0);
  if (typeof answer.n === 'number') return answer.n;
  return batch > 0 ? batch : sum(answer.lastErrorObject?.n);
}

function sum(...numbers: readonly unknown[]): number {
  return numbers.reduce((total: number, each) => total + Number(each ?? 0), 0);
}
