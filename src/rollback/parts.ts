import type { Constraint, Index, Table, Trigger } from '../model/catalog';
import { isUsable, relationKey } from '../model/catalog';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { isTimedOtherwise, timingOf } from '../schema/constraint-timing';
import { columnsToFill, referencedColumns, serves } from '../state/loss';
import { type Change, type ChangeOptions, type CheckedValues, change } from './change';
import { textNames } from './columns';
import { spoken, sqlName } from './names';
import { isOwn, isSwitched, type PartPlan } from './part-plans';

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
