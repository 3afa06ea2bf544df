import type { Table } from '../../../model/catalog';
import type { Operation } from '../../../model/operation';
import { findTable } from '../../../schema/lookup';
import { type ListedPartition, type PartitionList, partitionList } from '../../../schema/mysql/partition-list';
import { sameName } from '../../../schema/mysql/parts';
import { listParts, nameOf, TokenReader, tokensOf } from '../../../schema/mysql/tokens';
import type { RuleContext, Step } from '../../context';
import { onceForFolder } from '../../once';
import { version } from '../../phrases';
import { isSpokenOfUnseen } from '../unseen-changes';
import type { Refusal } from './definitions';

type Partitioning = Extract<Operation, { kind: 'partitioning' }>;

/**
 * Lists of partitions that the server refuses, as far as their bounds are constants that can be compared: names that are there twice or not
 * at all, ranges that do not rise, values of two lists, and ranges that a REORGANIZE would make other ones. The numbers are the same in
 * MySQL 9 and MariaDB 11.
 */
export function refusedList(context: RuleContext, step: Step, operation: Operation): Refusal | undefined {
  if (operation.kind === 'create table') return refusedNewList(context, findTable(step.after, operation.table));
  if (operation.kind !== 'partitioning') return undefined;
  if (operation.action === 'partition by') return refusedNewList(context, findTable(step.after, operation.table));
  const [before, after] = [findTable(step.before, operation.table), findTable(step.after, operation.table)];
  const list = listOf(before);
  if (before === undefined || list === undefined || convertsTables(context) || isSpokenOfUnseen(context, step, before.name))
    return undefined;
  const names = refusedNames(context, before, list, operation);
  // What an earlier statement made wrong is said there.
  if (names !== undefined || refusedNewList(context, before) !== undefined) return names;
  return refusedOrder(context, list, operation) ?? refusedNewList(context, after) ?? refusedEnd(context, list, after, operation);
}

/** MariaDB's CONVERT makes tables of partitions and partitions of tables, which the virtual schema does not follow. */
const convertsTables = onceForFolder((files) =>
  files.some(({ text }) => /\b(?:convert|rename)\s+(?:partition|table\s+\S+\s+to\s+partition)/i.test(text)),
);

function listOf(table: Table | undefined): PartitionList | undefined {
  if (table?.partitionKey === undefined || table.complete === false || table.presumed) return undefined;
  return partitionList(table.partitionKey);
}

/** Names of partitions that the table does not have, and all of them at once. */
function refusedNames(context: RuleContext, table: Table, list: PartitionList, operation: Partitioning): Refusal | undefined {
  const { action, partitions, detail } = operation;
  if (!['drop', 'truncate', 'reorganize', 'exchange'].includes(action) || /\bif\s+exists\b/i.test(detail)) return undefined;
  const named = partitions.filter((name) => !/^all$/i.test(name));
  const has = (name: string) => list.partitions.some((partition) => sameName(partition.name, name));
  const missing = named.find((name) => !has(name));
  if (missing !== undefined) {
    const code = action === 'drop' || action === 'reorganize' ? '1507' : '1735';
    return {
      message: `${version(context)} refuses this (${code}): ${table.name} has no partition ${missing}.`,
      help: `Check the name. The migrations so far give ${table.name} these partitions: ${list.partitions.map(({ name }) => name).join(', ')}.`,
    };
  }
  if (action !== 'drop' || list.partitions.some(({ name }) => !named.some((other) => sameName(other, name)))) return undefined;
  return {
    message: `${version(context)} refuses this (1508): ${table.name} has no other partitions, and one has to be left.`,
    help: 'Use TRUNCATE or DROP TABLE, or REMOVE PARTITIONING.',
  };
}

/** What the whole list is in itself. */
function refusedNewList(context: RuleContext, table: Table | undefined): Refusal | undefined {
  const list = listOf(table);
  if (table === undefined || list === undefined) return undefined;
  const { partitions, method } = list;
  const twice = partitions.find(({ name }, place) => partitions.slice(0, place).some((other) => sameName(other.name, name)));
  if (twice !== undefined) {
    return {
      message: `${version(context)} refuses this (1517): ${table.name} gets two partitions of the name ${twice.name}.`,
      help: 'Choose another name.',
    };
  }
  if (/^\s*list\b/i.test(method)) return refusedValues(context, table, partitions);
  if (!/^\s*range\b/i.test(method)) return undefined;
  const place = partitions.findIndex((partition, at) => {
    const [bound, next] = [boundOf(partition), boundOf(partitions[at + 1])];
    return bound !== undefined && next !== undefined && comesBefore(bound, next) === false;
  });
  const [first, second] = [partitions[place], partitions[place + 1]];
  if (first === undefined || second === undefined) return undefined;
  const code = boundOf(first)?.kind === 'maxvalue' && !/^\s*range\s+columns\b/i.test(method) ? '1481' : '1493';
  return {
    message: `${version(context)} refuses this (${code}): ranges have to rise, and ${second.name} (${limit(second)}) stands behind ${first.name} (${limit(first)}).`,
    help: 'Give the later partition a higher limit; to put one between others, split one: ALTER TABLE ... REORGANIZE PARTITION ... INTO (...).',
  };
}

const limit = ({ definition }: ListedPartition) => /\bvalues\s.*$/i.exec(definition)?.[0] ?? definition;

/** LIST: one value in two lists. */
function refusedValues(context: RuleContext, table: Table, partitions: readonly ListedPartition[]): Refusal | undefined {
  const seen = new Map<string, string>();
  for (const { name, definition } of partitions) {
    const values = /\bvalues\s+in\s*\(([^()]*)\)/i.exec(definition)?.[1];
    for (const value of values === undefined ? [] : listParts(values)) {
      const other = /^-?\d+$/.test(value) ? seen.get(String(Number(value))) : undefined;
      if (other !== undefined) {
        return {
          message: `${version(context)} refuses this (1495): ${value} is a value of the partitions ${other} and ${name} of ${table.name}.`,
          help: 'Each value belongs to one partition: leave it out of one of them.',
        };
      }
      seen.set(/^-?\d+$/.test(value) ? String(Number(value)) : value, name);
    }
  }
  return undefined;
}

const placesIn = (list: PartitionList, names: readonly string[]) =>
  names.map((name) => list.partitions.findIndex((partition) => sameName(partition.name, name)));

const isRange = ({ method }: PartitionList) => /^\s*range\b/i.test(method);

/** REORGANIZE takes neighbours. */
function refusedOrder(context: RuleContext, list: PartitionList, { action, partitions }: Partitioning): Refusal | undefined {
  const places = placesIn(list, partitions);
  if (action !== 'reorganize' || !isRange(list) || places.every((place, at) => at === 0 || place === (places[at - 1] ?? 0) + 1))
    return undefined;
  return {
    message: `${version(context)} refuses this (1519): ${partitions.join(', ')} are no neighbours in their order.`,
    help: 'Name partitions that follow one another, in their order.',
  };
}

/** What REORGANIZE makes of partitions ends where they end; only the last one of the table may end later. */
function refusedEnd(
  context: RuleContext,
  list: PartitionList,
  after: Table | undefined,
  { action, partitions }: Partitioning,
): Refusal | undefined {
  const now = listOf(after);
  if (action !== 'reorganize' || now === undefined || !isRange(list)) return undefined;
  const last = Math.max(...placesIn(list, partitions));
  const made = now.partitions.length - list.partitions.length + last;
  const [old, next] = [boundOf(list.partitions[last]), boundOf(now.partitions[made])];
  if (old === undefined || next === undefined || old.kind !== next.kind || old.value === next.value) return undefined;
  if (last === list.partitions.length - 1 && comesBefore(old, next)) return undefined;
  return {
    message: `${version(context)} refuses this (1520): the partitions it makes end elsewhere than ${partitions.join(', ')} did, which others begin behind.`,
    help: 'Let the last of the new partitions have the limit of the last of the old ones.',
  };
}

/** A limit that is a constant, and can be compared with others of its kind. */
interface Bound {
  readonly kind: string;
  readonly value: number | string;
}

function boundOf(partition: ListedPartition | undefined): Bound | undefined {
  const reader = new TokenReader(partition?.definition ?? '');
  while (!reader.isAtEnd && !reader.takeWords('values', 'less', 'than')) reader.take();
  const inside = reader.takeParentheses();
  const text = inside ?? nameOf(reader.next ?? { kind: 'word', text: '', start: 0, end: 0 });
  if (/^\s*maxvalue\s*$/i.test(text)) return { kind: 'maxvalue', value: 0 };
  if (inside === undefined || listParts(inside).length !== 1) return undefined;
  if (/^\s*-?\d+\s*$/.test(inside)) return { kind: 'number', value: Number(inside) };
  const tokens = tokensOf(inside);
  const [first, bracket, literal] = tokens;
  if (first?.kind === 'string' && tokens.length === 1) return momentOf('moment', first.text);
  const call = first?.kind === 'word' ? first.text.toLowerCase() : '';
  if (!/^(?:to_days|to_seconds|unix_timestamp)$/.test(call) || bracket?.text !== '(' || literal?.kind !== 'string' || tokens.length !== 4)
    return undefined;
  const moment = momentOf(call, literal.text);
  return call === 'to_days' && moment !== undefined ? { kind: call, value: String(moment.value).slice(0, 10) } : moment;
}

/** Days and seconds as they are mostly written, so that texts compare as moments do. */
function momentOf(kind: string, literal: string): Bound | undefined {
  const [, day, time = '00:00:00'] = /^['"](\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}:\d{2}))?['"]$/.exec(literal) ?? [];
  return day === undefined ? undefined : { kind, value: `${day} ${time}` };
}

/** Undefined where they can't be compared. */
function comesBefore(bound: Bound, next: Bound): boolean | undefined {
  if (bound.kind === 'maxvalue') return false;
  if (next.kind === 'maxvalue') return true;
  return bound.kind === next.kind ? bound.value < next.value : undefined;
}
