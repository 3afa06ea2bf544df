import type { CallExpression } from '@babel/types';
import type { DocumentCommand } from '../../model/document';
import type { Statement } from '../../model/migration';
import type { TextEdit } from '../../model/text';
import type { RuleContext } from '../context';
import { insertInCall, propertyName, sourceCall, spanOf } from './source-call';

/** Which argument of the driver's methods holds the options, from 0 (driver, Collection and Db). */
const optionsAt: Readonly<Record<string, number>> = {
  ...{ insertOne: 1, insertMany: 1, bulkWrite: 1, updateOne: 2, updateMany: 2, replaceOne: 2, deleteOne: 1, deleteMany: 1 },
  ...{ findOneAndUpdate: 2, findOneAndReplace: 2, findOneAndDelete: 1, find: 1, findOne: 1, countDocuments: 1, distinct: 2, aggregate: 1 },
  ...{ estimatedDocumentCount: 0, createIndex: 1, createIndexes: 1, drop: 0, dropIndex: 1, dropIndexes: 0, rename: 1 },
  ...{ createCollection: 1, dropCollection: 1, renameCollection: 2, command: 1, listIndexes: 0, indexes: 0, listCollections: 1 },
};

/** Gives the call `{ session }` among its options. Undefined where they are no literal. */
export function addSession(context: RuleContext, statement: Statement, command: DocumentCommand, session: string): TextEdit | undefined {
  const call = sourceCall(context, statement, command.method)?.call;
  const at = call === undefined ? undefined : optionsAt[methodOf(call)];
  if (call === undefined || at === undefined) return undefined;
  const given = call.arguments;
  if (given.some(({ type }) => type === 'SpreadElement' || type === 'ArgumentPlaceholder') || given.length > at + 1) return undefined;
  const word = session === 'session' ? 'session' : `session: ${session}`;
  const options = given[at];
  if (options !== undefined) {
    if (options.type !== 'ObjectExpression') return undefined;
    const [first] = options.properties;
    if (first === undefined) return insertInCall(context, spanOf(options).start + 1, ` ${word} `);
    return insertInCall(context, spanOf(first).start, `${word}, `);
  }
  const missing = '{}, '.repeat(at - given.length);
  const last = given.at(-1);
  if (last === undefined) return insertInCall(context, spanOf(call).end - 1, `${missing}{ ${word} }`);
  return insertInCall(context, spanOf(last).end, `, ${missing}{ ${word} }`);
}

function methodOf({ callee }: CallExpression): string {
  return callee.type === 'MemberExpression' ? (propertyName(callee.property) ?? '') : '';
}
