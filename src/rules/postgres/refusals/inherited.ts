import { relationKey, type Table } from '../../../model/catalog';
import type { Operation } from '../../../model/operation';
import { findColumn, findIndex, findTable } from '../../../schema/lookup';
import { type RuleContext, type Step, shownName } from '../../context';
import type { Refusal } from './refusal';

/** Changes to what a child or partition has from its parent (of columns `still-needed` speaks), and ATTACH of what can't be a partition. */
export function refusedInherited(context: RuleContext, step: Step, operation: Operation): Refusal | undefined {
  switch (operation.kind) {
    case 'drop constraint': {
      const table = findTable(step.before, operation.table);
      const isInherited = table?.constraints.find(({ name }) => name === operation.constraint)?.inherited === true;
      return table === undefined || !isInherited
        ? undefined
        : {
            why: `${table.name} has the constraint ${operation.constraint} from ${parentOf(table)}`,
            code: '42P16',
            help: `Drop it of ${parentOf(table)}: that reaches its children. A partition that is detached first keeps it as its own.`,
          };
    }
    case 'add column': {
      const table = findTable(step.before, operation.table);
      return table?.partitionOf === undefined || (operation.ifNotExists && findColumn(table, operation.column.name) !== undefined)
        ? undefined
        : {
            why: `${table.name} is a partition, and has the columns of ${parentOf(table)}, no others`,
            code: '42809',
            help: `Add the column to ${parentOf(table)}: that reaches all partitions.`,
          };
    }
    case 'drop object':
      return operation.objectKind === 'index' ? refusedIndex(step, operation.objects) : undefined;
    case 'attach partition':
      return refusedAttach(context, step, operation.partition);
    default:
      return undefined;
  }
}

function refusedIndex(step: Step, names: readonly { readonly schema?: string; readonly name: string }[]): Refusal | undefined {
  for (const name of names) {
    const found = findIndex(step.before, name);
    if (found?.index.inherited !== true || found.index.constraint !== undefined || !('partitionOf' in found.owner)) continue;
    const parent = parentOf(found.owner);
    if (names.some((other) => relationOfIndex(step, other) === parent)) continue;
    return {
      why: `${shownName(name)} is the part of ${found.owner.name} in an index of ${parent}`,
      code: '2BP01',
      help: `Drop the index of ${parent}: its parts go with it.`,
    };
  }
  return undefined;
}

function relationOfIndex(step: Step, name: { readonly schema?: string; readonly name: string }): string | undefined {
  const owner = findIndex(step.before, name)?.owner;
  return owner === undefined ? undefined : shownKey(relationKey(owner));
}

/** Since version 17 a partition's identity is its parent's. */
function refusedAttach(context: RuleContext, step: Step, name: { readonly schema?: string; readonly name: string }): Refusal | undefined {
  const table = context.engine.major < 17 ? undefined : findTable(step.before, name);
  const own = table?.columns.find(({ identityKind }) => identityKind !== undefined);
  if (own === undefined) return undefined;
  return {
    why: `${shownName(name)}.${own.name} is an identity column, and since version 17 a partition has that from its parent alone`,
    code: '55000',
    help: `ALTER TABLE ${shownName(name)} ALTER COLUMN ${own.name} DROP IDENTITY before: the parent's numbers then serve the partition too.`,
  };
}

function parentOf(table: Table): string {
  return shownKey(table.partitionOf?.parent ?? table.inherits?.[0] ?? '');
}

function shownKey(key: string): string {
  return key.replace(/^public\./, '');
}
