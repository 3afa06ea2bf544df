import type { Table } from '../../../model/catalog';
import { isAtLeast } from '../../../model/engine';
import type { ColumnSpecification, ConstraintSpecification, ForeignKeyTarget } from '../../../model/operation';
import { honoursInlineReferences } from '../../../plan/mysql/table-changes';
import { findTable } from '../../../schema/lookup';
import { sameName } from '../../../schema/mysql/parts';
import { type RuleContext, type Step, shownName } from '../../context';
import { version } from '../../phrases';
import { isSpokenOfUnseen } from '../unseen-changes';
import { type Definitions, type KnownType, type Refusal, typeOf } from './definitions';

interface Reference {
  readonly columns: readonly string[];
  readonly target: ForeignKeyTarget;
  readonly onDelete?: string;
  readonly onUpdate?: string;
}

/** The foreign keys that a statement makes, in the order in which the server looks at what each of them says. */
export function refusedForeignKeys(context: RuleContext, step: Step, table: Table, made: Definitions): Refusal | undefined {
  const references = [...made.constraints.flatMap(referenceOf), ...made.columns.flatMap((column) => ownReferences(context, column))];
  for (const reference of references) {
    const said =
      refusedNull(context, table, reference) ?? refusedTypes(context, step, table, reference) ?? refusedTarget(context, step, reference);
    if (said !== undefined) return said;
  }
  return undefined;
}

function referenceOf(constraint: ConstraintSpecification): readonly Reference[] {
  return constraint.kind === 'foreign key' ? [constraint] : [];
}

/** REFERENCES beside a column, where the server does not pass over it. */
function ownReferences({ engine }: RuleContext, { name, references, constraints = [] }: ColumnSpecification): readonly Reference[] {
  if (references === undefined || !honoursInlineReferences(engine)) return [];
  const own = constraints.flatMap(referenceOf);
  return own.length > 0 ? own : [{ columns: [name], target: references }];
}

function refusedNull(context: RuleContext, table: Table, { columns, onDelete = '', onUpdate = '' }: Reference): Refusal | undefined {
  const action = [onDelete, onUpdate].findIndex((text) => /^set\s+null$/i.test(text));
  const column = columns.find((name) => table.columns.some((other) => sameName(other.name, name) && other.notNull));
  if (action === -1 || column === undefined) return undefined;
  const number = context.engine.name === 'mysql' ? '1830' : '1005, errno 150';
  return {
    message: `${version(context)} refuses this foreign key (${number}): ON ${action === 0 ? 'DELETE' : 'UPDATE'} SET NULL, but ${column} is NOT NULL.`,
    help: `Let ${column} be NULL, or say CASCADE or RESTRICT.`,
  };
}

function refusedTypes(context: RuleContext, step: Step, table: Table, { columns, target }: Reference): Refusal | undefined {
  const other = findTable(step.after, target.table);
  if (other === undefined) return undefined;
  for (const [place, name] of columns.entries()) {
    const wanted = target.columns[place];
    const own = typeOf(table, name);
    const theirs = wanted === undefined ? undefined : typeOf(other, wanted);
    if (own === undefined || theirs === undefined || areAlike(own, theirs)) continue;
    const number = context.engine.name === 'mysql' ? '3780' : '1005, errno 150';
    return {
      message: `${version(context)} refuses this foreign key (${number}): ${name} is ${own.text}, and ${shownName(target.table)}.${wanted} is ${theirs.text}.`,
      help: `Make ${name} ${theirs.text} as well.`,
    };
  }
  return undefined;
}

/** How a type is kept, where that decides what it may refer to; undefined for those that are let through. */
function storage({ base, unsigned }: KnownType): string | undefined {
  if (/^(?:tiny|small|medium|big)?int$/.test(base)) return `${base}${unsigned ? ' unsigned' : ''}`;
  if (base === 'char' || base === 'varchar') return 'characters';
  if (base === 'binary' || base === 'varbinary') return 'bytes';
  return base === 'date' || base === 'datetime' ? base : undefined;
}

function areAlike(own: KnownType, theirs: KnownType): boolean {
  const [left, right] = [storage(own), storage(theirs)];
  return left === undefined || right === undefined || left === right;
}

/**
 * What a foreign key refers to has to be a key of its table: a whole unique one since MySQL 8.4 (restrict_fk_on_non_standard_key, 6125),
 * an index that begins with it in MySQL 8.0 (1822) and MariaDB. A partitioned table can't be referred to.
 */
function refusedTarget(context: RuleContext, step: Step, { target }: Reference): Refusal | undefined {
  const other = findTable(step.after, target.table);
  const isKnown = (name: string) => other?.columns.some((column) => sameName(column.name, name)) === true;
  if (other === undefined || other.complete === false || other.persistence === 'temporary') return undefined;
  if (target.columns.length === 0 || !target.columns.every(isKnown) || isSpokenOfUnseen(context, step, other.name)) return undefined;
  const isMysql = context.engine.name === 'mysql';
  const name = shownName(target.table);
  if (other.partitionKey !== undefined) {
    if (!isMysql && setsChecks(context, 'foreign_key_checks')) return undefined;
    return {
      message: `${version(context)} refuses this foreign key (${isMysql ? '1506' : '1005, errno 150'}): ${name} is partitioned, and no foreign key can refer to a partitioned table.`,
      help: 'Do without the foreign key, or without partitions.',
    };
  }
  const isWhole = isMysql && isAtLeast(context.engine, 8, 4);
  if (isWhole && setsChecks(context, 'restrict_fk_on_non_standard_key')) return undefined;
  if (isKey(other, target.columns, isWhole)) return undefined;
  const number = isWhole ? '6125' : isMysql ? '1822' : '1005, errno 150';
  const columns = target.columns.join(', ');
  return {
    message: `${version(context)} refuses this foreign key (${number}): no ${isWhole ? 'unique key' : 'index'} of ${name} ${isWhole ? 'is of' : 'begins with'} ${columns}${isWhole ? ' alone' : ''}.`,
    help: `Add ${isWhole ? `a unique key on ${name} (${columns})` : `an index on ${name} (${columns})`} first, or refer to its primary key.`,
  };
}

/** @param isWhole a unique key of just these columns is asked for, and not any index that begins with them. */
function isKey(table: Table, columns: readonly string[], isWhole: boolean): boolean {
  // InnoDB has the columns of the primary key at the end of every index.
  const primary = table.indexes.find(({ name }) => name === 'PRIMARY')?.keys ?? [];
  return table.indexes.some(({ unique, keys, definition }) => {
    const hasPrefix = columns.some((column) => definition.toLowerCase().includes(`\`${column.toLowerCase()}\`(`));
    if (hasPrefix || /^(?:FULLTEXT|SPATIAL|VECTOR) /.test(definition)) return false;
    const all = isWhole ? keys : [...keys, ...primary];
    return columns.every((column, place) => sameName(all[place] ?? '', column)) && (!isWhole || (unique && keys.length === columns.length));
  });
}

function setsChecks({ steps }: RuleContext, variable: string): boolean {
  return steps.some(({ statement }) => statement.operations.some((operation) => operation.kind === 'set' && operation.name === variable));
}
