import type { Table } from '../../../model/catalog';
import type { ConstraintSpecification, ObjectName } from '../../../model/operation';
import { tokenize } from '../../../parse/postgres/lexer';
import { identifierOf } from '../../../schema/definitions';
import { findIndex, findTable } from '../../../schema/lookup';
import { type OperationOf, type Step, shownName } from '../../context';
import { plainColumns } from '../unique-keys';
import type { Refusal } from './refusal';

/** Unique keys that a partitioned table can't have, and indexes that can't become one. */
export function refusedKey(
  step: Step,
  operation: OperationOf<'create table' | 'add constraint' | 'add column' | 'create index'>,
): Refusal | undefined {
  switch (operation.kind) {
    case 'create index': {
      const { index } = operation;
      const table = index.unique ? findTable(step.before, index.table) : undefined;
      return table === undefined ? undefined : overPartitions(index.table, table.partitionKey, plainColumns(table, index.keys));
    }
    case 'add constraint':
      return (
        overPartitions(operation.table, findTable(step.before, operation.table)?.partitionKey, keyColumns(operation.constraint)) ??
        usedIndex(step, operation)
      );
    case 'add column':
      return operation.column.primaryKey || operation.column.unique
        ? overPartitions(operation.table, findTable(step.before, operation.table)?.partitionKey, [operation.column.name])
        : undefined;
    case 'create table': {
      const keys = [
        ...operation.columns.flatMap(({ name, primaryKey, unique }) => (primaryKey || unique ? [[name]] : [])),
        ...operation.constraints.flatMap((constraint) => {
          const columns = keyColumns(constraint);
          return columns === undefined ? [] : [columns];
        }),
      ];
      return keys
        .map((columns) => overPartitions(operation.table, operation.partitionKey, columns))
        .find((refusal) => refusal !== undefined);
    }
  }
}

function keyColumns(constraint: ConstraintSpecification): readonly string[] | undefined {
  const isKey = constraint.kind === 'primary key' || constraint.kind === 'unique';
  return isKey && constraint.usingIndex === undefined ? constraint.columns : undefined;
}

/** Each partition looks after its own rows: only with the partition key among its columns is a key unique over all. */
function overPartitions(name: ObjectName, partitionKey: string | undefined, columns: readonly string[] | undefined): Refusal | undefined {
  if (partitionKey === undefined || columns === undefined) return undefined;
  const missing = partitionColumns(partitionKey)?.find((column) => !columns.includes(column));
  if (missing === undefined) return undefined;
  return {
    why: `${shownName(name)} is partitioned by ${missing}, which is not among the columns (${columns.join(', ')}) of this key`,
    code: '0A000',
    help: `Add ${missing} to the key. What has to be unique without it needs a table of its own, or a unique index on each partition.`,
  };
}

/** `RANGE (a, b)`; undefined where it has expressions. */
function partitionColumns(partitionKey: string): readonly string[] | undefined {
  const inner = /\((.*)\)/s.exec(partitionKey)?.[1];
  if (inner === undefined || inner.includes('(')) return undefined;
  return inner.split(',').flatMap((part) => {
    const [token] = tokenize(part);
    return token === undefined ? [] : (identifierOf(part, token) ?? []);
  });
}

function usedIndex(step: Step, { table: name, constraint }: OperationOf<'add constraint'>): Refusal | undefined {
  if ((constraint.kind !== 'primary key' && constraint.kind !== 'unique') || constraint.usingIndex === undefined) return undefined;
  const table = findTable(step.before, name);
  if (table?.kind === 'partitioned table') {
    return {
      why: `${shownName(name)} is partitioned, and USING INDEX is not for such tables`,
      code: '0A000',
      help: 'Add the constraint to the partitions with USING INDEX first, then to the parent: it takes theirs over.',
    };
  }
  const found = findIndex(step.before, { name: constraint.usingIndex, ...(table !== undefined && { schema: table.schema }) });
  if (found === undefined || table === undefined) return undefined;
  const trait = unfit(table, found.index);
  if (trait === undefined) return undefined;
  return {
    why: `${constraint.usingIndex} ${trait}, so no constraint can use it`,
    code: '42809',
    help: 'Build a plain one: CREATE UNIQUE INDEX CONCURRENTLY over the columns alone, in their default order, without WHERE.',
  };
}

function unfit(table: Table, { unique, definition, keys }: Table['indexes'][number]): string | undefined {
  if (!unique) return 'is not unique';
  const words = tokenize(definition).flatMap(({ kind, word }) => (kind === 'word' ? [word] : []));
  if (words.includes('where')) return 'is a partial index';
  if (plainColumns(table, keys) === undefined) return 'has expressions';
  return words.includes('desc') ? 'is in descending order' : undefined;
}
