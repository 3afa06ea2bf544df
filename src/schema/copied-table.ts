import { type Column, type Constraint, relationKey, type Table } from '../model/catalog';
import type { LikeOption } from '../model/operation';
import { addSequence } from './columns';
import { exclusionIndex, keyIndex } from './key-index';
import { indexLike, nameOfCopy } from './partition-parts';
import type { TableDraft } from './table-draft';
import type { Workspace } from './workspace';

/**
 * CREATE TABLE ... (LIKE original INCLUDING ...), as the manual has it (CREATE TABLE, LIKE). Foreign keys, triggers, policies, privileges
 * and statistics targets are never copied.
 */

/** Type, collation and NOT NULL; what else a column has where it is `includes`. */
export function copyColumns(workspace: Workspace, draft: TableDraft, original: Table, includes: readonly LikeOption[] = []): void {
  for (const column of original.columns) {
    if (draft.columns.some(({ name }) => name === column.name)) continue;
    draft.addColumn(copied(workspace, column, includes));
    if (column.identityKind !== undefined && includes.includes('identity')) copySequence(workspace, draft, original, column);
  }
}

function copied(workspace: Workspace, original: Column, includes: readonly LikeOption[]): Column {
  const {
    inherited: _,
    grants: __,
    statisticsTarget: ___,
    default: initial,
    generated,
    identityKind,
    comment,
    storage,
    compression,
    ...column
  } = original;
  return {
    ...column,
    identity: workspace.newIdentity(),
    ...(initial !== undefined && includes.includes('default') && { default: initial }),
    ...(generated !== undefined && includes.includes('generated') && { generated }),
    ...(identityKind !== undefined && includes.includes('identity') && { identityKind }),
    ...(comment !== undefined && includes.includes('comments') && { comment }),
    ...(storage !== undefined && includes.includes('storage') && { storage }),
    ...(compression !== undefined && includes.includes('compression') && { compression }),
  };
}

/** An identity column gets numbers of its own, counted as the original's. */
function copySequence(workspace: Workspace, draft: TableDraft, original: Table, { name, type }: Column): void {
  const added = addSequence(workspace, draft.table, { name }, type, undefined, (candidate) => draft.isIndex(candidate));
  const key = relationKey(original);
  const model = workspace.sequences.values().find(({ ownedBy }) => ownedBy?.table === key && ownedBy.column === name && ownedBy.internal);
  if (model === undefined) return;
  const { start, increment, minimum, maximum, cache, cycle } = model;
  workspace.sequences.set({ ...added, start, increment, minimum, maximum, cache, cycle });
}

/** CHECKs keep their names; keys and indexes get those that the server chooses for a new table. */
export function copyParts(workspace: Workspace, draft: TableDraft, original: Table, includes: readonly LikeOption[] = []): void {
  for (const constraint of original.constraints) {
    // Since version 18 NOT NULL has a name, and goes along with it (release notes of 18).
    const isKept = constraint.kind === 'not null' ? workspace.major >= 18 : constraint.kind === 'check' && includes.includes('constraints');
    if (isKept && !draft.isConstraint(constraint.name))
      draft.addConstraint(constraintLike(workspace, constraint, constraint.name, includes));
  }
  if (!includes.includes('indexes')) return;
  for (const index of original.indexes) {
    const constraint = original.constraints.find(({ name }) => name === index.constraint);
    if (constraint === undefined) {
      const { comment } = index;
      draft.addIndex({ ...indexLike(workspace, draft, index), ...(comment !== undefined && includes.includes('comments') && { comment }) });
      continue;
    }
    const key = constraintLike(workspace, constraint, nameOfCopy(workspace, draft, constraint), includes);
    draft.addConstraint(key);
    draft.addIndex(key.kind === 'exclude' ? exclusionIndex(workspace, draft, key) : keyIndex(workspace, draft, key));
  }
}

/** It is made anew, and so it is valid. */
function constraintLike(workspace: Workspace, original: Constraint, name: string, includes: readonly LikeOption[]): Constraint {
  const { inherited: _, comment, ...rest } = original;
  return {
    ...rest,
    identity: workspace.newIdentity(),
    name,
    validated: true,
    ...(comment !== undefined && includes.includes('comments') && { comment }),
  };
}
