import type { Constraint, Index, Policy, Table, Trigger } from '../model/catalog';
import { isUsable, relationKey } from '../model/catalog';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { isTimedOtherwise, timingOf } from '../schema/constraint-timing';
import { columnsToFill, referencedColumns, serves } from '../state/loss';
import { match } from '../state/match';
import { type Change, type ChangeOptions, type CheckedValues, change } from './change';
import { reinterpreted, replaced, retyped, type TablePair, textNames } from './columns';
import { spoken, sqlName } from './names';
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

const isOwn = (part: { readonly inherited?: boolean }) => part.inherited !== true;

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
function isSwitched(from: Constraint, to: Constraint): boolean {
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

/** Removals of one table's parts, in three rounds over all tables: views rest on keys, functions serve triggers, keys serve foreign keys. */
export function dropParts(plan: PartPlan, which: 'triggers and policies' | 'foreign keys' | 'the rest', options: ChangeOptions): Change[] {
  const { from } = plan;
  if (from === undefined) return [];
  const isForeign = (constraint: Constraint) => constraint.kind === 'foreign key';
  const dropConstraint = (constraint: Constraint) =>
    change(
      'drop constraint',
      `Drop constraint ${constraint.name} of ${spoken(from)}`,
      reason(plan.addedConstraints, constraint, options),
      `ALTER TABLE ${sqlName(from)} DROP CONSTRAINT ${quoteIdentifier(constraint.name)}`,
    );
  if (which === 'foreign keys') return plan.droppedConstraints.filter(isForeign).map(dropConstraint);
  if (which === 'triggers and policies') {
    return [
      ...plan.droppedPolicies.map((policy) =>
        change(
          'drop policy',
          `Drop policy ${policy.name} of ${spoken(from)}`,
          reason(plan.addedPolicies, policy, options),
          `DROP POLICY ${quoteIdentifier(policy.name)} ON ${sqlName(from)}`,
        ),
      ),
      ...plan.droppedTriggers.map((trigger) =>
        change(
          'drop trigger',
          `Drop trigger ${trigger.name} of ${spoken(from)}`,
          reason(plan.addedTriggers, trigger, options),
          `DROP TRIGGER ${quoteIdentifier(trigger.name)} ON ${sqlName(from)}`,
        ),
      ),
    ];
  }
  return [
    ...plan.droppedConstraints.filter((constraint) => !isForeign(constraint)).map(dropConstraint),
    ...plan.droppedIndexes.map((index) => dropIndex(from, index, plan.addedIndexes, options)),
  ];
}

function reason(added: readonly { readonly name: string }[], dropped: { readonly name: string }, options: ChangeOptions): string {
  return added.some((part) => part.name === dropped.name)
    ? `It was another one ${options.goal}, or a column under it changes: it is made again below.`
    : `It was not there ${options.goal}.`;
}

function dropIndex(table: Table, index: Index, added: readonly Index[], options: ChangeOptions): Change {
  const isParent = table.kind === 'partitioned table';
  const concurrently = options.concurrently && !isParent;
  const alone = isUsable(index)
    ? reason(added, index, options)
    : isParent
      ? 'It is invalid, as not every partition has an index that is attached to it: no query uses it.'
      : 'It is invalid: no query uses it, while writes still maintain it, and a unique one may reject them.';
  const why = isParent
    ? `${alone} Those of partitions that are attached to it go with it, and whoever reads or writes the table waits meanwhile.`
    : alone;
  return change(
    'drop index',
    `Drop ${isUsable(index) ? '' : 'invalid '}index ${index.name}`,
    why,
    `DROP INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${quoteIdentifier(index.schema ?? table.schema)}.${quoteIdentifier(index.name)}`,
    { transactional: !concurrently },
  );
}

/** Indexes and all constraints but foreign keys, which need the keys of every table first. */
export function addKeysAndIndexes(plan: PartPlan, options: ChangeOptions): Change[] {
  const { to } = plan;
  if (to === undefined) return [];
  const own = plan.addedConstraints.filter((constraint) => constraint.kind !== 'foreign key');
  return [
    ...own.flatMap((constraint) => addConstraint(plan, to, constraint, options)),
    ...plan.addedIndexes.map((index) =>
      withValuesApart(
        createIndex(to, index, { ...options, concurrently: options.concurrently && plan.from !== undefined }),
        index.unique ? plan : undefined,
        to.columns.map(({ name }) => name).filter((name) => textNames(index.keys.join(' '), new Set([name]))),
        plan.droppedIndexes.some(({ unique, keys }) => unique && keys.join() === index.keys.join()),
      ),
    ),
    ...plan.kept.constraints.filter(([a, b]) => isOwn(b) && isTimedOtherwise(a, b)).map(([, b]) => timeConstraint(to, b, options)),
    ...plan.kept.constraints.filter(([a, b]) => isOwn(b) && isSwitched(a, b)).map(([, b]) => switchConstraint(to, b, options)),
    ...plan.kept.constraints
      .filter(([a, b]) => isOwn(b) && !isSwitched(a, b) && !a.validated && b.validated)
      .map(([, b]) => validate(to, b, options)),
  ];
}

/** What keeps values apart looks at all rows when it comes: where nothing did so meanwhile, and they were written over, some may be equal. */
function withValuesApart(step: Change, plan: PartPlan | undefined, columns: readonly string[], isHeld: boolean): Change {
  if (plan?.from === undefined || plan.to === undefined || isHeld) return step;
  return { ...step, rechecks: { own: { table: relationKey(plan.to), columns } } };
}

function timeConstraint(table: Table, constraint: Constraint, options: ChangeOptions): Change {
  return change(
    'alter constraint',
    `Set when constraint ${constraint.name} of ${spoken(table)} is checked`,
    `It was ${timingOf(constraint)} ${options.goal}.`,
    `ALTER TABLE ${sqlName(table)} ALTER CONSTRAINT ${quoteIdentifier(constraint.name)} ${timingOf(constraint)}`,
  );
}

/** Switching it on looks at all rows, as VALIDATE does. */
function switchConstraint(table: Table, constraint: Constraint, options: ChangeOptions): Change {
  const word = constraint.enforced ? 'Enforce' : 'Do not enforce';
  return change(
    'alter constraint',
    `${word} constraint ${constraint.name} of ${spoken(table)}`,
    `It was ${constraint.enforced ? '' : 'not '}enforced ${options.goal}.`,
    `ALTER TABLE ${sqlName(table)} ALTER CONSTRAINT ${quoteIdentifier(constraint.name)} ${constraint.enforced ? '' : 'NOT '}ENFORCED`,
    constraint.enforced && constraint.references !== undefined
      ? { needs: { table: constraint.references, columns: referencedColumns(constraint) } }
      : {},
  );
}

/** @param plans of all tables: a foreign key can't come before the key that it rests on, which may wait for lost values. */
export function addForeignKeys(plan: PartPlan, plans: readonly PartPlan[], options: ChangeOptions): Change[] {
  const { to } = plan;
  if (to === undefined) return [];
  return plan.addedConstraints
    .filter((constraint) => constraint.kind === 'foreign key')
    .flatMap((constraint) => {
      const other = plans.find((candidate) => candidate.to !== undefined && relationKey(candidate.to) === constraint.references);
      const key = other?.to?.constraints.find((candidate) => serves(candidate, constraint));
      const added = addConstraint(plan, to, constraint, options, key?.columns);
      const comes = key !== undefined && other?.from !== undefined && other.addedConstraints.includes(key);
      const needs = comes && other.to !== undefined ? filledColumns(other.to, key) : undefined;
      return needs === undefined ? added : added.map((step) => ({ ...step, needs }));
    });
}

function filledColumns(table: Table, constraint: Constraint): CheckedValues | undefined {
  const columns = columnsToFill(table, constraint);
  return columns.length === 0 ? undefined : { table: relationKey(table), columns };
}

/** @param referenced the columns of the key that a foreign key rests on, where they are known and it does not name them. */
function addConstraint(
  plan: PartPlan,
  table: Table,
  constraint: Constraint,
  options: ChangeOptions,
  referenced: readonly string[] = referencedColumns(constraint),
): Change[] {
  const { kind } = constraint;
  // On a table that holds rows: check new rows at once, the old ones under a lock that lets writes pass.
  const inTwo = plan.from !== undefined && table.kind === 'table' && (kind === 'check' || kind === 'foreign key') && constraint.enforced;
  const needs = plan.from === undefined ? undefined : filledColumns(table, constraint);
  const suffix = !constraint.enforced ? ' NOT ENFORCED' : inTwo || !constraint.validated ? ' NOT VALID' : '';
  const add = change(
    'add constraint',
    `Add constraint ${constraint.name} to ${spoken(table)}`,
    `It was there ${options.goal}.`,
    `ALTER TABLE ${sqlName(table)} ADD CONSTRAINT ${quoteIdentifier(constraint.name)} ${constraint.definition}${suffix}`,
    needs === undefined ? {} : { needs },
  );
  const isHeld = plan.droppedConstraints.some(({ definition, validated }) => validated && definition === constraint.definition);
  if (inTwo && constraint.validated) return [add, validate(table, constraint, options, isHeld, referenced)];
  return [keepsApart.has(kind) ? withValuesApart(add, plan, constraint.columns, isHeld) : add];
}

const keepsApart = new Set<Constraint['kind']>(['unique', 'primary key', 'exclude']);

/** @param isHeld the same condition was kept all the time: no row can have come to break it. */
function validate(
  table: Table,
  constraint: Constraint,
  options: ChangeOptions,
  isHeld = false,
  referenced: readonly string[] = referencedColumns(constraint),
): Change {
  const own = { table: relationKey(table), columns: constraint.columns };
  const target = constraint.references === undefined ? undefined : { table: constraint.references, columns: referenced };
  const needs = target ?? (constraint.kind === 'check' && readsMissing(constraint, table) ? own : undefined);
  return change(
    'validate constraint',
    `Validate constraint ${constraint.name} of ${spoken(table)}`,
    `It was validated ${options.goal}: until then it is checked for new rows only.`,
    `ALTER TABLE ${sqlName(table)} VALIDATE CONSTRAINT ${quoteIdentifier(constraint.name)}`,
    {
      ...(needs !== undefined && { needs }),
      ...(!isHeld && own.columns.length > 0 && { rechecks: { own, target } }),
    },
  );
}

/**
 * Can rows that met a condition break it when values of its columns become NULL, or a default? Comparisons, AND, OR and NOT can't make it
 * false then (manual, Logical Operators); what asks for NULL itself can, and so may functions.
 */
function readsMissing({ columns, definition }: Constraint, table: Table): boolean {
  const hasDefault = table.columns.some((column) => columns.includes(column.name) && column.default !== undefined);
  const asks = /\bis\b|\bcase\b|(?<!\b(?:check|and|or|not|in|any|all|between|like|ilike)\s*)(?<=[\w"])\s*\(/i.test(
    definition.replace(/^\s*check\s*/i, ''),
  );
  return asks || (hasDefault && columns.length > 1);
}

/** CREATE INDEX from the server's own text. ONLY, which it writes for partitioned tables, would leave the partitions without. */
export function createIndex(
  owner: { readonly schema: string; readonly name: string; readonly kind: string },
  index: Index,
  options: ChangeOptions,
): Change {
  const concurrently = options.concurrently && owner.kind !== 'partitioned table';
  const text = index.definition
    .replace(/^(CREATE (?:UNIQUE )?INDEX )/, `$1${concurrently ? 'CONCURRENTLY ' : ''}`)
    .replace(/ ON ONLY /, ' ON ');
  return change('create index', `Create index ${index.name} on ${spoken(owner)}`, `It was there ${options.goal}.`, text, {
    transactional: !concurrently,
  });
}

const enabling: Record<string, string> = { O: 'ENABLE', D: 'DISABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' };

/** Triggers that are new, and those that are enabled otherwise. Functions must be there. */
export function triggerChanges(plan: PartPlan, options: ChangeOptions): Change[] {
  const { to } = plan;
  if (to === undefined) return [];
  const on = `ALTER TABLE ${sqlName(to)}`;
  const foreignKeysOff = plan.from?.foreignKeyTriggersDisabled === true && to.foreignKeyTriggersDisabled !== true;
  const state = (trigger: Trigger) =>
    change(
      'enable trigger',
      `${trigger.enabled === 'D' ? 'Disable' : 'Enable'} trigger ${trigger.name} of ${spoken(to)}`,
      trigger.enabled === 'D'
        ? `It was disabled ${options.goal}.`
        : `While it is off, rows pass that it would have refused or changed. It was on ${options.goal}.`,
      `${on} ${enabling[trigger.enabled] ?? 'ENABLE'} TRIGGER ${quoteIdentifier(trigger.name)}`,
    );
  return [
    ...(foreignKeysOff
      ? [
          change(
            'enable trigger',
            `Enable the foreign key checks of ${spoken(to)}`,
            `DISABLE TRIGGER ALL switched them off: rows that refer to nothing can get in. They were on ${options.goal}.`,
            `${on} ENABLE TRIGGER ALL`,
          ),
        ]
      : []),
    ...plan.addedTriggers.map((trigger) =>
      change('create trigger', `Create trigger ${trigger.name} on ${spoken(to)}`, `It was there ${options.goal}.`, trigger.definition),
    ),
    ...plan.addedTriggers.filter((trigger) => trigger.enabled !== 'O').map(state),
    ...plan.kept.triggers.filter(([a, b]) => a.enabled !== b.enabled || (foreignKeysOff && b.enabled !== 'O')).map(([, b]) => state(b)),
  ];
}

export function policyChanges(plan: PartPlan, options: ChangeOptions): Change[] {
  const { to } = plan;
  if (to === undefined) return [];
  return plan.addedPolicies.map((policy) =>
    change('create policy', `Create policy ${policy.name} on ${spoken(to)}`, `It was there ${options.goal}.`, policy.definition),
  );
}
