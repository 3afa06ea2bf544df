import type { Operation } from '../../model/operation';
import { unquoteIdentifier } from '../../parse/mysql/identifiers';

/** One partition of a list, as it is written. */
export interface ListedPartition {
  readonly name: string;
  readonly definition: string;
}

/** How a table is partitioned, with its partitions one by one: `RANGE (...)`, then `PARTITION p0 VALUES LESS THAN (10)`. */
export interface PartitionList {
  readonly method: string;
  readonly partitions: readonly ListedPartition[];
}

/** The list at the end of a table's `partitionKey`. Undefined where partitions are only counted, or have parts of their own. */
export function partitionList(key: string): PartitionList | undefined {
  const start = key.search(/\(\s*PARTITION\s/i);
  if (start === -1 || !key.trimEnd().endsWith(')') || /\bSUBPARTITION\b/i.test(key)) return undefined;
  const partitions = listed(key.slice(start));
  return partitions === undefined ? undefined : { method: key.slice(0, start), partitions };
}

export function partitionText({ method, partitions }: PartitionList): string {
  return `${method}(${partitions.map(({ definition }) => definition).join(', ')})`;
}

/** The definitions in brackets, cut at the commas between them. */
function listed(text: string): ListedPartition[] | undefined {
  const parts: string[] = [];
  let [depth, from, quote] = [0, 1, ''];
  for (let place = 0; place < text.length; place++) {
    const character = text[place] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (/['"`]/.test(character)) quote = character;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) {
      parts.push(text.slice(from, place));
      break;
    } else if (character === ',' && depth === 1) {
      parts.push(text.slice(from, place));
      from = place + 1;
    }
  }
  const found = parts.map((part) => {
    const definition = part.replace(/\s+/g, ' ').trim();
    const name = /^PARTITION (`(?:[^`]|``)+`|[^\s`]+)/i.exec(definition)?.[1];
    return name === undefined ? undefined : { name: unquoteIdentifier(name), definition };
  });
  return found.includes(undefined) ? undefined : found.flatMap((partition) => partition ?? []);
}

/** A table's `partitionKey` after partitions were added, dropped or cut otherwise. As it was where its list is not known. */
export function withPartitions(key: string, { action, partitions, detail }: Extract<Operation, { kind: 'partitioning' }>): string {
  const list = partitionList(key);
  if (list === undefined) return key;
  const named = new Set(partitions.map((name) => name.toLowerCase()));
  const isNamed = ({ name }: ListedPartition) => named.has(name.toLowerCase());
  const given = listed(detail.slice(detail.search(/\(\s*PARTITION\s/i))) ?? [];
  switch (action) {
    case 'add':
      return given.length === 0 ? key : partitionText({ ...list, partitions: [...list.partitions, ...given] });
    case 'drop':
      return partitionText({ ...list, partitions: list.partitions.filter((partition) => !isNamed(partition)) });
    case 'reorganize': {
      const place = list.partitions.findIndex(isNamed);
      if (place === -1 || given.length === 0) return key;
      const kept = list.partitions.filter((partition) => !isNamed(partition));
      return partitionText({ ...list, partitions: [...kept.slice(0, place), ...given, ...kept.slice(place)] });
    }
    default:
      return key;
  }
}
