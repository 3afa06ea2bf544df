import type { Table } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import { columnConstraints } from '../../../schema/definitions';
import { findColumn, findTable } from '../../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../../context';
import { shownName } from '../../context';
import { sameColumns, uniqueKeys } from '../unique-keys';
import type { Refusal } from './refusal';

type Makes = OperationOf<'create table' | 'add column' | 'add constraint'>;
interface ForeignKey {
  readonly columns: readonly string[];
  readonly target: { readonly table: ObjectName; readonly columns: readonly string[] };
  readonly notValid: boolean;
}

/** A foreign key to what is no key, or between columns that can't be compared. */
export function refusedForeignKey(context: RuleContext, step: Step, operation: Makes): Refusal | undefined {
  if (operation.kind === 'create table' && operation.ifNotExists && findTable(step.before, operation.table) !== undefined) return undefined;
  for (const key of keysOf(operation)) {
    const refusal = refusalOf(context, step, operation, key);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function keysOf(operation: Makes): readonly ForeignKey[] {
  const written =
    operation.kind === 'add constraint'
      ? [operation.constraint]
      : operation.kind === 'add column'
        ? columnConstraints(operation.column)
        : [...operation.columns.flatMap(columnConstraints), ...operation.constraints];
  return written.flatMap((constraint) => (constraint.kind === 'foreign key' ? [constraint] : []));
}

function refusalOf(context: RuleContext, step: Step, { table: name }: Makes, key: ForeignKey): Refusal | undefined {
  const own = findTable(step.after, name);
  const target = findTable(step.after, key.target.table);
  if (own !== undefined && key.notValid && own.kind === 'partitioned table' && context.engine.major < 18) {
    return {
      why: `${shownName(name)} is partitioned, and before version 18 its foreign keys can't be NOT VALID`,
      code: '42809',
      help: 'Add the key to each partition with NOT VALID and validate it there; then the key of the parent takes them over.',
    };
  }
  if (own === undefined || target === undefined || target.complete === false || target.kind === 'foreign table') return undefined;
  const primary = target.constraints.find(({ kind }) => kind === 'primary key');
  if (key.target.columns.length === 0 && primary === undefined) {
    return {
      why: `The foreign key names no column of ${target.name}, which has no primary key`,
      code: '42704',
      help: `Name the columns of a unique constraint of ${target.name}, or give it a primary key first.`,
    };
  }
  const columns = key.target.columns.length === 0 ? (primary?.columns ?? []) : key.target.columns;
  if (!columns.every((column) => findColumn(target, column) !== undefined)) return undefined;
  return withoutKey(target, key, columns) ?? incomparable(own, target, key.columns, columns);
}

function withoutKey(target: Table, { columns: own }: ForeignKey, columns: readonly string[]): Refusal | undefined {
  const list = columns.join(', ');
  if (own.length !== columns.length) {
    return {
      why: `The foreign key has ${own.length} columns, and refers to ${columns.length} of ${target.name}`,
      code: '42830',
      help: 'Name as many columns on both sides.',
    };
  }
  const keys = uniqueKeys(target).filter((key) => key.columns !== undefined && !key.isPartial && sameColumns(key.columns, columns));
  if (keys.some(({ isDeferrable }) => !isDeferrable)) return undefined;
  if (keys.length > 0) {
    return {
      why: `The key (${list}) of ${target.name} is DEFERRABLE, and no foreign key can refer to that`,
      code: '55000',
      help: 'Make the key again without DEFERRABLE, or refer to another one.',
    };
  }
  return {
    why: `No unique constraint of ${target.name} is over exactly (${list})`,
    code: '42830',
    help: `Refer to the primary key, or build a unique index on ${target.name} (${list}) first: CONCURRENTLY, in a migration before this one.`,
  };
}

/** Types that no foreign key joins with one of another of these, but for those in `accepted`. */
const families: readonly (readonly string[])[] = [
  ['smallint', 'integer', 'bigint'],
  ['numeric'],
  ['real', 'double precision'],
  ['text', 'character varying', 'character'],
  ['uuid'],
  ['boolean'],
  ['date', 'timestamp without time zone', 'timestamp with time zone'],
];

/** From the referring side to the other: what an implicit cast bridges. */
const accepted = new Set(['0>1', '0>2', '1>2']);

function incomparable(own: Table, target: Table, left: readonly string[], right: readonly string[]): Refusal | undefined {
  for (const [position, name] of left.entries()) {
    const [from, to] = [findColumn(own, name), findColumn(target, right[position] ?? '')];
    if (from === undefined || to === undefined) continue;
    const [fromFamily, toFamily] = [familyOf(from.type), familyOf(to.type)];
    if (fromFamily === -1 || toFamily === -1 || fromFamily === toFamily || accepted.has(`${fromFamily}>${toFamily}`)) continue;
    return {
      why: `${own.name}.${from.name} is ${from.type} and ${target.name}.${to.name} is ${to.type}, which no foreign key can compare`,
      code: '42804',
      help: `Give ${from.name} the type of what it refers to: ${to.type}.`,
    };
  }
  return undefined;
}

function familyOf(type: string): number {
  const base = type.replaceAll(/\([^)]*\)/g, '');
  return families.findIndex((family) => family.includes(base));
}
