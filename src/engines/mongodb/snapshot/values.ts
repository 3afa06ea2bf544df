/** How documents are read, so that no type is lost: 1 as an int, a long and a double are three values. */
export const exactReading = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Fields of a document in the order of their names, or undefined for a value that is none. A DBRef is a document to the server. */
export function documentFields(value: unknown): (readonly [string, unknown])[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) return undefined;
  const type = bsonType(value);
  if (type !== undefined && type !== 'DBRef') return undefined;
  return Object.entries(type === 'DBRef' ? referenceFields(value) : value).sort(([left], [right]) => (left < right ? -1 : 1));
}

function referenceFields(value: object): object {
  const { collection, oid, db, fields = {} } = value as { collection: string; oid: unknown; db?: string; fields?: object };
  return { $ref: collection, $id: oid, ...(db !== undefined && { $db: db }), ...fields };
}

export function bsonType(value: object): string | undefined {
  const { _bsontype: type } = value as { _bsontype?: unknown };
  return typeof type === 'string' ? type : undefined;
}

/**
 * A value that is neither document nor array as a text that is the same for equal values of one type only. Begins with a letter for the type;
 * a text in quotes ends unmistakably.
 */
export function scalarText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return String(value);
    case 'number':
      return doubleText(value);
    case 'object':
      if (value === null) return 'null';
      return value instanceof Date ? `t${value.getTime()}` : typedText(value);
    default:
      return String(value);
  }
}

/** Values of types of the library's own. Those that a server does not give any more are told apart by its own JSON. */
function typedText(value: object): string {
  const type = bsonType(value);
  const { value: number, sub_type: subType, pattern, options } = value as Readonly<Record<string, unknown>>;
  switch (type) {
    case 'Int32':
      return `i${String(number)}`;
    case 'Double':
      return doubleText(Number(number));
    case 'Long':
      return `l${String(value)}`;
    case 'Decimal128':
      return `D${String(value)}`;
    case 'ObjectId':
      return `o${String(value)}`;
    case 'Timestamp':
      return `T${String(value)}`;
    case 'Binary':
    case 'UUID':
      return `b${String(subType)}:${binaryHex(value)}`;
    case 'BSONRegExp':
      return `r${JSON.stringify([pattern, options])}`;
    default:
      return `${type ?? 'other'}${JSON.stringify(value)}`;
  }
}

function binaryHex(value: object): string {
  const { buffer, position } = value as { readonly buffer: Uint8Array; readonly position?: number };
  return Buffer.from(buffer)
    .subarray(0, position ?? buffer.length)
    .toString('hex');
}

function doubleText(value: number): string {
  return Object.is(value, -0) ? 'd-0' : `d${value}`;
}

/** What is asked of the values under a path that differ from run to run. */
export interface Masking {
  /** Paths with dots, through arrays as MongoDB writes them: `meta.at`, `items.price`. */
  readonly paths: ReadonlySet<string>;
  /** A value there that is no document and no array. */
  readonly mask: (value: unknown) => string;
}

/**
 * A document as a text that is equal for equal documents. Field names are sorted: an update that removes a field and adds it again moves it to the
 * end, and nobody means another document by that. The order of an array counts, and so does a field that is null instead of missing.
 * @param onLeaf told each value below the first level, with its path and where in arrays it lies.
 */
export function documentText(document: object, masking: Masking | undefined, onLeaf?: LeafSink): DocumentText {
  const fields = (documentFields(document) ?? []).map(([name, value]) => ({
    name,
    text: valueText(value, { path: name, place: '', depth: 1 }, masking, onLeaf),
  }));
  return { text: `{${fields.map(({ name, text }) => `${JSON.stringify(name)}:${text}`).join(',')}}`, fields };
}

export interface DocumentText {
  readonly text: string;
  /** Of the first level. */
  readonly fields: readonly { readonly name: string; readonly text: string }[];
}

export type LeafSink = (path: string, place: string, text: string) => void;

interface Location {
  readonly path: string;
  /** `[0][2]`: where in the arrays on the way. */
  readonly place: string;
  readonly depth: number;
}

function valueText(value: unknown, at: Location, masking: Masking | undefined, onLeaf: LeafSink | undefined): string {
  if (Array.isArray(value)) {
    const items = value.map((item, place) => valueText(item, { ...at, place: `${at.place}[${place}]` }, masking, onLeaf));
    if (items.length === 0 && at.depth > 1) onLeaf?.(at.path, at.place, '[]');
    return `[${items.join(',')}]`;
  }
  const fields = documentFields(value);
  const masked = masking?.paths.has(at.path) === true;
  if (fields === undefined || masked) {
    const text = masked ? (fields === undefined ? masking.mask(value) : '{varies}') : scalarText(value);
    if (at.depth > 1) onLeaf?.(at.path, at.place, text);
    return text;
  }
  if (fields.length === 0 && at.depth > 1) onLeaf?.(at.path, at.place, '{}');
  const texts = fields.map(([name, inner]) => {
    const below = { path: `${at.path}.${name}`, place: at.place, depth: at.depth + 1 };
    return `${JSON.stringify(name)}:${valueText(inner, below, masking, onLeaf)}`;
  });
  return `{${texts.join(',')}}`;
}
