import { Decimal128, type Document, Double, Long } from 'mongodb';
import { pick } from '../../random';
import { bsonTypeKinds } from './conditions';
import { isDocument } from './paths';
import { textMatching } from './pattern';
import { kindByName, type ValueSource, valueOfKind } from './values';

/** How deep a schema is followed. */
const greatestDepth = 12;

/**
 * A value that meets a `$jsonSchema` as far as its keywords are the common ones (manual, "$jsonSchema"): types, enum, bounds, lengths, patterns, required and
 * known properties, items, allOf and the first of anyOf or oneOf. What has to be exact is decided by the server.
 */
export function valueBySchema(schema: Document, source: ValueSource, depth = 0): unknown {
  const merged = flattened(schema);
  const { enum: choices, bsonType, type, properties, required } = merged;
  if (Array.isArray(choices) && choices.length > 0) {
    const telling = choices.filter((choice) => choice !== null);
    return telling[pick(telling.length, source.salt, 'enum', source.row)] ?? choices[0];
  }
  const kind = typeName(bsonType ?? type, merged, source);
  if (depth > greatestDepth) return null;
  switch (kind) {
    case 'object':
      return documentBySchema(merged, source, depth);
    case 'array':
      return arrayBySchema(merged, source, depth);
    case 'string':
      return textBySchema(merged, source);
    case 'null':
      return null;
    case 'int':
    case 'number':
    case 'integer':
    case 'long':
    case 'double':
    case 'decimal':
      return numberBySchema(kind, merged, source);
    default:
      return properties !== undefined || required !== undefined
        ? documentBySchema(merged, source, depth)
        : valueOfKind(bsonTypeKinds[kind] ?? 'any', source);
  }
}

/** With what allOf adds, and the first way of anyOf and oneOf. */
function flattened(schema: Document): Document {
  const { allOf = [], anyOf = [], oneOf = [], ...own } = schema;
  const parts = [...(allOf as Document[]), ...(anyOf as Document[]).slice(0, 1), ...(oneOf as Document[]).slice(0, 1)]
    .filter(isDocument)
    .map(flattened);
  let all: Document = own;
  for (const part of parts) {
    const properties = { ...part.properties, ...all.properties };
    const required = [...new Set([...((all.required ?? []) as string[]), ...((part.required ?? []) as string[])])];
    all = { ...part, ...all, properties, required };
  }
  return all;
}

function typeName(said: unknown, schema: Document, { name }: ValueSource): string {
  const names = (Array.isArray(said) ? said : [said]).filter((each): each is string => typeof each === 'string');
  const telling = names.find((each) => each !== 'null') ?? names[0];
  if (telling === 'boolean') return 'bool';
  if (telling !== undefined) return telling;
  if (schema.properties !== undefined || (schema.required as unknown[] | undefined)?.length) return 'object';
  if (schema.pattern !== undefined || schema.minLength !== undefined || schema.maxLength !== undefined) return 'string';
  if (schema.minimum !== undefined || schema.maximum !== undefined) return 'number';
  if (schema.items !== undefined || schema.minItems !== undefined) return 'array';
  return { date: 'date', number: 'int', objectId: 'objectId', boolean: 'bool', array: 'array' }[kindByName(name) as string] ?? 'string';
}

function documentBySchema(schema: Document, source: ValueSource, depth: number): Document {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Document>>;
  const required = new Set((schema.required ?? []) as readonly string[]);
  const names = [...new Set([...Object.keys(properties), ...required])].filter((name) => depth > 0 || name !== '_id');
  const document: Document = {};
  for (const name of names) {
    // What may be missing is there in most documents.
    if (!required.has(name) && pick(4, source.salt, name, 'there', source.row) === 0) continue;
    document[name] = valueBySchema(properties[name] ?? {}, { ...source, salt: `${source.salt}.${name}`, name }, depth + 1);
  }
  return document;
}

function arrayBySchema({ items = {}, minItems = 1, maxItems = 8 }: Document, source: ValueSource, depth: number): unknown[] {
  const least = Number(minItems);
  const length = Math.min(Number(maxItems), least + pick(2, source.salt, 'length', source.row));
  const each = (at: number): Document => (Array.isArray(items) ? (items[at] ?? {}) : items) as Document;
  return Array.from({ length }, (_, at) =>
    valueBySchema(each(at), { ...source, row: source.row * 10 + at, salt: `${source.salt}[${at}]` }, depth + 1),
  );
}

function textBySchema({ pattern, minLength, maxLength }: Document, source: ValueSource): string {
  const made = typeof pattern === 'string' ? textMatching(pattern, '', source.row) : undefined;
  const text = made ?? String(valueOfKind('string', source));
  if (made !== undefined) return made;
  const padded = minLength === undefined ? text : text.padEnd(Number(minLength), 'x');
  // The number has to survive, or documents would be alike.
  return maxLength === undefined ? padded : padded.slice(-Number(maxLength));
}

function numberBySchema(
  kind: string,
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: Document,
  { row }: ValueSource,
): unknown {
  const step = Number(multipleOf ?? 1);
  const low = minimum === undefined ? 1 : Number(minimum) + (exclusiveMinimum === true ? step : 0);
  const high = maximum === undefined ? undefined : Number(maximum) - (exclusiveMaximum === true ? step : 0);
  const start = high !== undefined && low > high ? high : low;
  const room = high === undefined ? Number.POSITIVE_INFINITY : Math.floor((high - start) / step) + 1;
  const value = start + ((row - 1) % Math.max(room, 1)) * step;
  if (kind === 'long') return Long.fromNumber(Math.round(value));
  if (kind === 'decimal') return Decimal128.fromString(String(value));
  return kind === 'double' ? new Double(value) : value;
}
