import { Decimal128, Double, Long, ObjectId, UUID } from 'mongodb';
import type { FieldKind } from '../../../schema/mongodb/expressions';
import { digest, pick } from '../../random';

/** What a value is made from. */
export interface ValueSource {
  /** The document's number, from 1. */
  readonly row: number;
  /** Names collection and field, and holds the seed. */
  readonly salt: string;
  /** The field's name, a hint at what its values look like. */
  readonly name: string;
}

/** The days of all generated documents begin here: long before any run. */
const epochMs = Date.UTC(2024, 0, 1);
const lateMs = Date.UTC(2124, 0, 1);
const stepMs = 61_000;

/** An id as if it had been made then; the same for the same seed, collection and number. */
export function objectIdOf(row: number, ...of: readonly (string | number)[]): ObjectId {
  const seconds = Math.floor((epochMs + row * stepMs) / 1000);
  return new ObjectId(`${seconds.toString(16).padStart(8, '0')}${digest('ObjectId', row, ...of).slice(0, 16)}`);
}

/** A value of this kind: clean data, never null, and different in each document where the kind has room for that. */
export function valueOfKind(kind: FieldKind, source: ValueSource): unknown {
  const { row, salt, name } = source;
  switch (kind) {
    case 'any':
      return valueOfKind(kindByName(name), source);
    case 'string':
      return textOf(source);
    case 'number':
      return row;
    case 'double':
      return new Double(row + 0.5);
    case 'long':
      return Long.fromNumber(row);
    case 'decimal':
      return Decimal128.fromString(`${row}.25`);
    case 'boolean':
      return pick(2, salt, row) === 1;
    case 'date':
      return new Date(epochMs + row * stepMs);
    case 'late date':
      return new Date(lateMs + row * stepMs);
    case 'objectId':
      return objectIdOf(row, salt);
    case 'uuid':
      return new UUID(uuidText(digest(salt, row)));
    case 'array':
      return Array.from({ length: 1 + pick(3, salt, row) }, (_, at) => word(`${salt} ${at}`, row));
    case 'object':
      return { label: word(salt, row), number: row };
    case 'point':
      return { type: 'Point', coordinates: [pick(170, salt, row), row % 80] };
    case 'pair':
      return [pick(170, salt, row), row % 80];
    case 'numeric text':
      return String(row);
    case 'date text':
      return new Date(epochMs + row * stepMs).toISOString();
    case 'id text':
      return objectIdOf(row, salt).toHexString();
  }
}

/** What people mean by a name. */
export function kindByName(name: string): FieldKind {
  if (/(^|_)id$|Ids?$/.test(name) && name !== 'id') return 'objectId';
  if (/(At|Date|_at|_date|_on|On)$|^(date|timestamp|created|updated|birthday)$/i.test(name) && !/(format|cat|lat|stat)$/i.test(name))
    return 'date';
  if (/^(is|has|can)[A-Z_]|^(active|enabled|deleted|verified|archived|published|paid|done)$/.test(name)) return 'boolean';
  if (/(count|qty|quantity|amount|price|total|age|score|number|balance|level|rank|size|version|year|stock|points|cents)$/i.test(name))
    return 'number';
  if (/^(tags|items|roles|lines|emails|phones|addresses|comments|categories|members|scores)$/i.test(name)) return 'array';
  return 'string';
}

const words = 'amber birch cedar delta ember fjord grove heron inlet lotus maple north ocean pearl quartz river'.split(' ');

function word(salt: string, row: number): string {
  return words[pick(words.length, salt, row)] ?? '';
}

function uuidText(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function textOf({ row, salt, name }: ValueSource): string {
  if (/uuid|guid/i.test(name)) return uuidText(digest(salt, row));
  if (/e[-_]?mail/i.test(name)) return `user${row}@example.org`;
  if (/ur[li]$|website|link/i.test(name)) return `https://example.org/${row}`;
  if (/phone|mobile|fax/i.test(name)) return `+1555${String(row).padStart(8, '0')}`;
  const joint = /slug|path|key|token|login|handle|code|sku|user_?name/i.test(name) ? '-' : ' ';
  return `${word(salt, row)}${joint}${row}`;
}
