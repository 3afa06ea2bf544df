import type { Document } from 'bson';
import type { Problem } from '../../../model/result';
import { DatabaseMap } from '../../../wire/mongodb/databases';
import type { ShellCommand } from './command';

/**
 * A command as it is sent straight to the sandbox's server: other databases than the migration's own lie beside it there, under the names that the
 * proxy gives them.
 */
export function besideOwn({ database, document }: ShellCommand, own: string): ShellCommand {
  const databases = new DatabaseMap(own);
  // Whatever else is named, the own name is the first.
  databases.toServer(own);
  return { database: databases.toServer(database), document: withNames(document, databases) };
}

function withNames(document: Document, databases: DatabaseMap): Document {
  if (typeof document.renameCollection === 'string' && typeof document.to === 'string') {
    const { renameCollection, to } = document;
    return { ...document, renameCollection: databases.namespaceToServer(renameCollection), to: databases.namespaceToServer(to) };
  }
  const pipeline: unknown = document.pipeline;
  if (document.aggregate === undefined || !Array.isArray(pipeline)) return document;
  return { ...document, pipeline: pipeline.map((stage: unknown) => withTarget(stage, databases)) };
}

/** `{ $out: { db, coll } }`, `{ $merge: { into: { db, coll } } }`: a database can be named there. */
function withTarget(stage: unknown, databases: DatabaseMap): unknown {
  if (typeof stage !== 'object' || stage === null || stage instanceof Map) return stage;
  const { $out, $merge } = stage as { readonly $out?: unknown; readonly $merge?: unknown };
  if (isTarget($out)) return { $out: { ...$out, db: databases.toServer($out.db) } };
  const into = ($merge as { readonly into?: unknown } | undefined)?.into;
  return isTarget(into) ? { $merge: { ...($merge as object), into: { ...into, db: databases.toServer(into.db) } } } : stage;
}

function isTarget(value: unknown): value is { readonly db: string } {
  return typeof value === 'object' && value !== null && typeof (value as { readonly db?: unknown }).db === 'string';
}

/** What the server says inside of an answer that is ok: writes that it refused, a write concern that it did not meet. */
export function refusalIn(answer: Document): Problem | undefined {
  const { writeErrors, writeConcernError } = answer as {
    readonly writeErrors?: readonly { readonly code?: unknown; readonly errmsg?: unknown }[];
    readonly writeConcernError?: { readonly code?: unknown; readonly errmsg?: unknown };
  };
  const error = writeErrors?.[0] ?? writeConcernError;
  return error === undefined ? undefined : { message: String(error.errmsg), code: String(error.code) };
}

/** The server's refusal with its number as the code, or what else broke. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { readonly code?: unknown };
  return { message: error.message, ...(typeof code === 'number' && { code: String(code) }) };
}
