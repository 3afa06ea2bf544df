import { relationKey, type Table } from '../../../model/catalog';
import type { Operation } from '../../../model/operation';
import { findTable } from '../../../schema/lookup';
import { sameName } from '../../../schema/mysql/parts';
import type { RuleContext, Step } from '../../context';
import { onceForFolder } from '../../once';
import { version } from '../../phrases';
import type { Definitions, Refusal } from './definitions';

/** Unique keys and foreign keys of partitioned tables (manual, "Restrictions and Limitations on Partitioning"). */
export function refusedByPartitions(context: RuleContext, table: Table, made: Definitions): Refusal | undefined {
  if (table.partitionKey === undefined || table.complete === false) return undefined;
  const key = made.indexes.find(
    ({ unique, parts }) =>
      unique &&
      !holdsAll(
        table,
        parts.flatMap(({ column, length }) => (length === undefined ? (column ?? []) : [])),
      ),
  );
  if (key !== undefined) return refusedUnique(context, table, key.primary);
  const references = [...made.constraints, ...made.columns.flatMap(({ constraints = [] }) => constraints)];
  return references.some(({ kind }) => kind === 'foreign key') ? refusedForeign(context, table, '1506') : undefined;
}

/** PARTITION BY of a table that is there, and a partition behind the last one. */
export function refusedPartitioning(context: RuleContext, step: Step, operation: Operation): Refusal | undefined {
  if (operation.kind !== 'partitioning') return undefined;
  const table = findTable(step.after, operation.table);
  if (table?.partitionKey === undefined || table.complete === false) return undefined;
  if (operation.action === 'add') return refusedLast(context, table);
  if (operation.action !== 'partition by') return undefined;
  const own = relationKey(table);
  const hasForeign =
    table.constraints.some(({ kind }) => kind === 'foreign key') ||
    step.after.tables.some(({ constraints }) => constraints.some(({ references }) => references === own));
  const unique = table.indexes.find(({ unique: isUnique, keys }) => isUnique && !holdsAll(table, keys));
  const foreign = hasForeign ? refusedForeign(context, table, context.engine.name === 'mysql' ? '1506' : '1217') : undefined;
  const wanting = unique === undefined ? undefined : refusedUnique(context, table, unique.name === 'PRIMARY');
  return context.engine.name === 'mysql' ? (wanting ?? foreign) : (foreign ?? wanting);
}

/** Are all columns by which the table is partitioned among these? */
function holdsAll(table: Table, keys: readonly string[]): boolean {
  return partitionColumns(table).every((column) => keys.some((key) => sameName(key, column)));
}

/** The columns in the brackets behind RANGE, LIST, HASH or KEY. */
function partitionColumns({ partitionKey = '', columns }: Table): readonly string[] {
  const [, inside = ''] = /^[^(]*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)/.exec(partitionKey) ?? [];
  const words = inside.match(/`(?:[^`]|``)+`|[\w$]+/g)?.map((word) => word.replace(/^`|`$/g, '').replaceAll('``', '`')) ?? [];
  return columns.map(({ name }) => name).filter((name) => words.some((word) => sameName(word, name)));
}

function refusedUnique(context: RuleContext, table: Table, isPrimary: boolean): Refusal {
  const columns = partitionColumns(table).join(', ');
  return {
    message: `${version(context)} refuses this (1503): ${table.name} is partitioned by ${columns}, which each of its unique keys has to hold, and ${isPrimary ? 'the primary key' : 'one'} does not.`,
    help: `Add ${columns} to the key, or partition by columns of the key.`,
  };
}

function refusedForeign(context: RuleContext, table: Table, code: string): Refusal {
  return {
    message: `${version(context)} refuses this (${code}): ${table.name} is partitioned, and partitioned tables have no foreign keys, neither their own nor of others to them.`,
    help: 'Do without the foreign key, or without partitions.',
  };
}

function refusedLast(context: RuleContext, table: Table): Refusal | undefined {
  const { partitionKey = '' } = table;
  // What became of partitions afterwards is not followed.
  if (changesPartitions(context) || !/^range\b/i.test(partitionKey) || !/\bless\s+than\s*\(?\s*maxvalue\b/i.test(partitionKey))
    return undefined;
  return {
    message: `${version(context)} refuses this (${/^range\s+columns/i.test(partitionKey) ? '1493' : '1481'}): ${table.name} has a partition up to MAXVALUE, and nothing can come behind it.`,
    help: 'Split that one: ALTER TABLE ... REORGANIZE PARTITION ... INTO (...).',
  };
}

const changesPartitions = onceForFolder((files) =>
  files.some(({ text }) => /\b(?:drop|reorganize|remove|rename|convert)\s+partition/i.test(text)),
);
