import type { Constraint, Index, Policy, Table, Trigger } from '../model/catalog';
import { isUsable, relationKey } from '../model/catalog';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { isTimedOtherwise } from '../schema/constraint-timing';
import { serves } from '../state/loss';
import { match } from '../state/match';
import { reinterpreted, replaced, retyped, type TablePair, textNames } from './columns';
import { isAttached, samePartition } from './partitions';

/** The parts of a table that have to go and to come. `from` names where they go, `to` where they come. */
export interface PartPlan {
  readonly from: Table | undefined;
  readonly to: Table | undefined;
  readonly droppedPolicies: readonly Policy[];
  readonly droppedTriggers: readonly Trigger[];
  readonly droppedConstraints: readonly Constraint[];
  readonly droppedIndexes: readonly Index[];
  readonly addedPolicies: readonly Policy[];
  readonly addedTriggers: readonly Trigger[];
  readonly addedConstraints: readonly Constraint[];
  readonly addedIndexes: readonly Index[];
  readonly kept: {
    readonly constraints: readonly (readonly [Constraint, Constraint])[];
    readonly indexes: readonly (readonly [Index, Index])[];
    readonly triggers: readonly (readonly [Trigger, Trigger])[];
    readonly policies: readonly (readonly [Policy, Policy])[];
  };
}

export const isOwn = (part: { readonly inherited?: boolean }) => part.inherited !== true;

/** NOT NULL goes with its column; indexes of constraints go with the constraint. */
const ownConstraints = (table: Table) => table.constraints.filter((constraint) => constraint.kind !== 'not null');
const ownIndexes = (table: Table) => table.indexes.filter((index) => index.constraint === undefined);

/** Everything of a table that is new. */
export function partsOfNewTable(to: Table): PartPlan {
  return {
    ...emptyPlan,
    from: undefined,
    to,
    addedPolicies: to.policies,
    addedTriggers: to.triggers.filter(isOwn),
    addedConstraints: ownConstraints(to).filter(isOwn),
    addedIndexes: ownIndexes(to).filter(isOwn),
  };
}

const emptyPlan: PartPlan = {
  from: undefined,
  to: undefined,
  droppedPolicies: [],
  droppedTriggers: [],
  droppedConstraints: [],
  droppedIndexes: [],
  addedPolicies: [],
  addedTriggers: [],
  addedConstraints: [],
  addedIndexes: [],
  kept: { constraints: [], indexes: [], triggers: [], policies: [] },
};

/** Parts of a table that stays: compares what is paired, and takes apart what stands in the way of a change of columns. */
export function partsOfPair(pair: TablePair): PartPlan {
  const same = pair.from.identity === pair.to.identity;
  const again = replaced(pair);
  const types = retyped(pair);
  const policies = match(pair.from.policies, pair.to.policies, (part) => part.name, same);
  const triggers = match(pair.from.triggers, pair.to.triggers, (part) => part.name, same);
  const constraints = match(ownConstraints(pair.from), ownConstraints(pair.to), (part) => part.name, same);
  const indexes = match(ownIndexes(pair.from), ownIndexes(pair.to), (part) => part.name, same);

  // What a partition shared with its parent is its own once it has left, all but triggers.
  const isLeaving = pair.from.partitionOf !== undefined && !samePartition(pair.from, pair.to);
  // And it can only become one with all that its parent has: what is missing comes first, and ATTACH takes it as it is.
  const isArriving = isAttached(pair.from, pair.to);
  const comesAlone = (part: { readonly inherited?: boolean }) => isArriving || isOwn(part);
  const staysOwn = (part: { readonly inherited?: boolean }) => isLeaving || isOwn(part);
  const inTheWay = (definition: string) => textNames(definition, again) || textNames(definition, types);
  const otherKinds = reinterpreted(pair);
  const changed = {
    policies: policies.pairs.filter(([a, b]) => a.definition !== b.definition || inTheWay(b.definition)),
    triggers: triggers.pairs.filter(([a, b]) => isOwn(b) && (a.definition !== b.definition || inTheWay(b.definition))),
    constraints: constraints.pairs.filter(([a, b]) => isOwn(b) && (constraintChanges(a, b, again) || isCondition(b, otherKinds))),
    indexes: indexes.pairs.filter(
      ([a, b]) =>
        isOwn(b) &&
        (a.definition !== b.definition ||
          !isUsable(a) ||
          !staysOwn(a) ||
          textNames(b.definition, again) ||
          computesFrom(b, pair.to, otherKinds)),
    ),
  };
  const first = <T>(pairs: readonly (readonly [T, T])[]) => pairs.map(([a]) => a);
  const second = <T>(pairs: readonly (readonly [T, T])[]) => pairs.map(([, b]) => b);
  const rest = <T>(all: readonly (readonly [T, T])[], gone: readonly (readonly [T, T])[]) => all.filter((entry) => !gone.includes(entry));
  return {
    from: pair.from,
    to: pair.to,
    droppedPolicies: [...policies.removed, ...first(changed.policies)],
    droppedTriggers: [...triggers.removed.filter(isOwn), ...first(changed.triggers)],
    droppedConstraints: [...constraints.removed.filter(staysOwn), ...first(changed.constraints)],
    droppedIndexes: [...indexes.removed.filter(staysOwn), ...first(changed.indexes).filter(staysOwn)],
    addedPolicies: [...policies.added, ...second(changed.policies)],
    addedTriggers: [...triggers.added.filter(isOwn), ...second(changed.triggers)],
    addedConstraints: [...constraints.added.filter(comesAlone), ...second(changed.constraints)],
    addedIndexes: [...indexes.added.filter(comesAlone), ...second(changed.indexes)],
    kept: {
      policies: rest(policies.pairs, changed.policies),
      triggers: rest(triggers.pairs, changed.triggers),
      constraints: rest(constraints.pairs, changed.constraints),
      indexes: rest(indexes.pairs, changed.indexes),
    },
  };
}

function isCondition({ kind, definition }: Constraint, columns: ReadonlySet<string>): boolean {
  return (kind === 'check' || kind === 'exclude') && textNames(definition, columns);
}

/** Does an index have a condition, or an expression among its keys, that reads one of these columns? */
function computesFrom({ definition, keys }: Index, table: Table, columns: ReadonlySet<string>): boolean {
  if (columns.size === 0) return false;
  const condition = /\swhere\s([\s\S]*)$/i.exec(definition)?.[1] ?? '';
  const expressions = keys.filter((key) => !table.columns.some((column) => key === column.name || key === quoteIdentifier(column.name)));
  return textNames([condition, ...expressions].join('\n'), columns);
}

/** Policies of other tables that read a column which is retyped or made again: the server refuses both while they stand. */
export function policiesReading(plan: PartPlan, pairs: readonly TablePair[]): PartPlan {
  const disturbed = pairs.flatMap((pair) => {
    const columns = new Set([...retyped(pair), ...replaced(pair)]);
    return columns.size > 0 && pair.to !== plan.to ? [{ tables: new Set([pair.from.name, pair.to.name]), columns }] : [];
  });
  const moved = plan.kept.policies.filter(([, { definition }]) =>
    disturbed.some(({ tables, columns }) => textNames(definition, tables) && textNames(definition, columns)),
  );
  if (moved.length === 0) return plan;
  return {
    ...plan,
    droppedPolicies: [...plan.droppedPolicies, ...moved.map(([a]) => a)],
    addedPolicies: [...plan.addedPolicies, ...moved.map(([, b]) => b)],
    kept: { ...plan.kept, policies: plan.kept.policies.filter((entry) => !moved.includes(entry)) },
  };
}

/** Since Postgres 18 a foreign key is switched on and off in place; other kinds can't be (manual, ALTER TABLE, ALTER CONSTRAINT). */
export function isSwitched(from: Constraint, to: Constraint): boolean {
  return from.kind === 'foreign key' && from.enforced !== to.enforced && (to.validated || !to.enforced);
}

/** Validation alone is changed in place; all else needs the constraint to go and come. */
function constraintChanges(from: Constraint, to: Constraint, again: ReadonlySet<string>): boolean {
  if (isSwitched(from, to) && from.definition === to.definition && !textNames(to.definition, again)) return false;
  return (
    (from.definition !== to.definition && !isTimedOtherwise(from, to)) ||
    (from.validated && !to.validated) ||
    from.enforced !== to.enforced ||
    textNames(to.definition, again)
  );
}

/** Foreign keys of other tables that rest on a key which goes: they must go first and come back after it. */
export function dependentForeignKeys(plan: PartPlan, plans: readonly PartPlan[]): PartPlan {
  if (plan.from === undefined || plan.to === undefined) return plan;
  const rests = (constraint: Constraint) =>
    constraint.kind === 'foreign key' &&
    plans.some(
      (other) =>
        other.from !== undefined &&
        relationKey(other.from) === constraint.references &&
        other.droppedConstraints.some((dropped) => serves(dropped, constraint)),
    );
  return madeAgain(plan, rests);
}

/** The plan in which these constraints and indexes, which would stay, go and come back. */
export function madeAgain(
  plan: PartPlan,
  isConcerned: (constraint: Constraint) => boolean,
  isIndexConcerned: (index: Index) => boolean = () => false,
): PartPlan {
  const moved = plan.kept.constraints.filter(([a, b]) => isOwn(b) && isConcerned(a));
  const indexes = plan.kept.indexes.filter(([a, b]) => isOwn(b) && isIndexConcerned(a));
  if (moved.length + indexes.length === 0) return plan;
  return {
    ...plan,
    droppedConstraints: [...plan.droppedConstraints, ...moved.map(([a]) => a)],
    droppedIndexes: [...plan.droppedIndexes, ...indexes.map(([a]) => a)],
    addedConstraints: [...plan.addedConstraints, ...moved.map(([, b]) => b)],
    addedIndexes: [...plan.addedIndexes, ...indexes.map(([, b]) => b)],
    kept: {
      ...plan.kept,
      constraints: plan.kept.constraints.filter((entry) => !moved.includes(entry)),
      indexes: plan.kept.indexes.filter((entry) => !indexes.includes(entry)),
    },
  };
}
