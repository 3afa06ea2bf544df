import type { Document } from 'mongodb';

/** An index that the server is still building. */
export interface IndexBuild {
  readonly database: string;
  readonly collection: string;
  /** As createIndexes was asked for it. */
  readonly index: Document;
}

/** The index builds among the operations under way (manual, "currentOp Output": a build shows its createIndexes command). */
export function buildsAmong(operations: readonly Document[]): readonly IndexBuild[] {
  return operations.flatMap(({ command, ns }) => {
    const { createIndexes, indexes, $db } = (command ?? {}) as Document;
    if (typeof createIndexes !== 'string' || !Array.isArray(indexes)) return [];
    const database = String($db ?? String(ns ?? '').split('.')[0]);
    return (indexes as readonly Document[])
      .filter(({ key, name }) => key !== undefined && name !== undefined)
      .map((index) => ({ database, collection: createIndexes, index }));
  });
}
