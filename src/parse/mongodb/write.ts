import type { DocumentField, DocumentValue } from '../../model/document';
import { writeFieldName, writeText } from './names';

export { writeCollection, writeDatabase, writeFieldName } from './names';

/** Lines become longer than this only where a single word is. In UTF-16 code units. */
const width = 100;

/** A value as mongosh text on one line: `{ a: 1, "b.c": ["x", ObjectId("65f...")] }`. */
export function writeValue(value: DocumentValue): string {
  switch (value.kind) {
    case 'scalar':
      return typeof value.value === 'string' ? writeText(value.value) : Object.is(value.value, -0) ? '-0' : String(value.value);
    case 'bson':
      return value.text;
    case 'hole':
      return `\${${value.name.replace(/[{}\r\n]/g, ' ')}}`;
    case 'array':
      return `[${partsOf(value).map(writePart).join(', ')}]`;
    case 'document': {
      const parts = partsOf(value).map(writePart);
      return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
    }
  }
}

/** The same, broken into lines of at most about 100 characters; `indent` is what stands before its first line, in characters. */
export function writeLines(value: DocumentValue, indent = 0): string {
  return laidOut(value, indent, width - indent);
}

/**
 * One statement: `db.users.updateMany({ a: 1 }, { $set: { b: 2 } });`. `receiver` is what it is called on (`writeCollection`, `db`,
 * `session`). Arguments at the end that are undefined are left out, others become `undefined`.
 */
export function writeCall(receiver: string, method: string, values: readonly (DocumentValue | undefined)[] = []): string {
  return `${writeExpression(receiver, method, values)};`;
}

/** The same without its semicolon. */
export function writeExpression(receiver: string, method: string, values: readonly (DocumentValue | undefined)[] = []): string {
  const given = values.slice(0, values.findLastIndex((value) => value !== undefined) + 1);
  const head = `${receiver}.${method}(`;
  const line = `${head}${given.map((value) => (value === undefined ? 'undefined' : writeValue(value))).join(', ')})`;
  if (line.length < width) return line;
  const last = given.at(-1);
  const before = given.slice(0, -1);
  const lead = before.map((value) => `${value === undefined ? 'undefined' : writeValue(value)}, `).join('');
  // A long last argument goes on from the line of the call, when what stands before it is short.
  if (last !== undefined && before.every(isShort) && head.length + lead.length < width / 2) return `${head}${lead}${laidOut(last, 0, 0)})`;
  const lines = given.map((value) => `  ${value === undefined ? 'undefined' : laidOut(value, 2, width - 2)}`);
  return `${head}\n${lines.join(',\n')}\n)`;
}

function isShort(value: DocumentValue | undefined): boolean {
  return value === undefined || value.kind === 'scalar' || value.kind === 'hole' || value.kind === 'bson';
}

/** What stands between two brackets: the name of a field with what follows it, or what is no field. */
interface Part {
  readonly name: string;
  /** Absent where the name is all: `session`, and the rest that could not be read. */
  readonly value?: DocumentValue;
}

/** What could not be read of a list or a document. */
const rest = `...\${rest}`;

/** More that could not be read is a spread of a hole. */
function partsOf(value: Extract<DocumentValue, { kind: 'array' | 'document' }>): Part[] {
  const own: Part[] =
    value.kind === 'array'
      ? value.items.map((item) => ({ name: '', value: item }))
      : value.fields.map((field) =>
          isSession(field) ? { name: field.name } : { name: `${writeFieldName(field.name)}: `, value: field.value },
        );
  return value.partial === true && !hasOpenName(value) ? [...own, { name: rest }] : own;
}

/** The session of a transaction is a variable, `{ session }`, and no hole to be filled. */
function isSession({ name, value }: DocumentField): boolean {
  return name === 'session' && value.kind === 'hole' && value.name === 'session';
}

/** A document that is partial because the name of a field is not known says so by that name. */
function hasOpenName(value: DocumentValue): boolean {
  return value.kind === 'document' && value.fields.some(({ name }) => name.includes('${'));
}

function writePart({ name, value }: Part): string {
  return value === undefined ? name : `${name}${writeValue(value)}`;
}

/** `room`: what is left of the first line. */
function laidOut(value: DocumentValue, indent: number, room: number): string {
  const line = writeValue(value);
  if (line.length <= room || (value.kind !== 'array' && value.kind !== 'document')) return line;
  const parts = partsOf(value);
  const [open, close] = value.kind === 'array' ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return line;
  const inner = indent + 2;
  const lines = parts.map(({ name, value: each }) => {
    const text = each === undefined ? name : `${name}${laidOut(each, inner, width - inner - name.length)}`;
    return `${' '.repeat(inner)}${text}`;
  });
  return `${open}\n${lines.join(',\n')}\n${' '.repeat(indent)}${close}`;
}
