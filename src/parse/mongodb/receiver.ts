import type * as t from '@babel/types';
import type { CollectionName, DocumentValue } from '../../model/document';
import { textOf } from '../../model/document-value';
import type { Step } from './chain';

/** A database, and of it a collection, as the first steps of a chain name them, and what is called there. */
export interface Receiver {
  /** Absent for the migration's own, and for one that only a run would tell. */
  readonly database?: string;
  readonly collection?: CollectionName;
  /** It was made by a session. */
  readonly session: boolean;
  readonly call: Step & { readonly call: t.CallExpression };
  /** What follows the call. */
  readonly rest: readonly Step[];
}

type ArgumentsOf = (call: t.CallExpression) => readonly DocumentValue[];

/** Undefined when the chain is about no database; `nothing` when it calls nothing. `root` is its first word. */
export function receiverOf(root: string, steps: readonly Step[], argumentsOf: ArgumentsOf): Receiver | 'nothing' | undefined {
  if (root !== 'db' && !isDatabase(steps[0])) return undefined;
  let names: Names = { path: [], session: false };
  for (const [at, step] of steps.entries()) {
    const next = withStep(names, step, argumentsOf);
    if (next !== undefined) names = next;
    else if (step.call !== undefined && (step.name !== 'getMongo' || at === steps.length - 1)) {
      const { session, database } = names;
      const own = database === undefined ? {} : { database };
      const collection = names.path.length === 0 ? {} : { collection: { name: joined(names.path), ...own } };
      return { ...own, ...collection, session, call: { ...step, call: step.call }, rest: steps.slice(at + 1) };
    }
  }
  return 'nothing';
}

/** A step that leads to a database: `client.db("x")`, `db.getSiblingDB("x")`, `session.getDatabase("x")`. */
export function isDatabase(step: Step | undefined): boolean {
  return step?.call !== undefined && /^(?:getSiblingDB|getSisterDB|getDB|getDatabase|db|admin)$/.test(step.name ?? '');
}

interface Names {
  readonly database?: string;
  /** Of the collection so far: `db.system.profile` has two. */
  readonly path: readonly (string | undefined)[];
  readonly session: boolean;
}

/** The same one step on; undefined where the step is no name but a call of a method. */
function withStep(names: Names, step: Step, argumentsOf: ArgumentsOf): Names | undefined {
  const { name, call } = step;
  const { path } = names;
  if (call === undefined) return { ...names, path: [...path, name] };
  if (path.length === 0 && isDatabase(step)) {
    // A session is asked for the database that is worked in, by its name.
    if (name === 'getDatabase') return { ...names, session: true };
    const database = name === 'admin' ? 'admin' : textOf(argumentsOf(call)[0]);
    return database === undefined ? names : { ...names, database };
  }
  const isCollection = name === 'getCollection' || (name === 'collection' && path.length === 0);
  return isCollection ? { ...names, path: [...path, textOf(argumentsOf(call)[0])] } : undefined;
}

function joined(path: readonly (string | undefined)[]): string | undefined {
  return path.some((name) => name === undefined) ? undefined : path.join('.');
}
