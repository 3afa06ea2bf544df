import { PgLiteral } from 'node-pg-migrate/utils/PgLiteral';
import { holeMark, Missing, Opaque, plainValue } from '../../../code/plain';
import type { Value } from '../../../code/value';

/**
 * Arguments of a call as node-pg-migrate's own functions take them. What is not known becomes SQL that is not escaped, with the mark of a
 * hole in it, so that it can stand where a name or a value stands.
 */
export function libraryArguments(values: readonly Value[], unknownParts: Set<string>): unknown[] {
  return values.map((value) => toLibrary(plainValue(value, literalOf), unknownParts));
}

/** What `pgm.func` gave. */
function literalOf(value: Value): unknown {
  return value.kind === 'native' && value.data instanceof PgLiteral ? value.data : undefined;
}

function toLibrary(value: unknown, unknownParts: Set<string>): unknown {
  if (value instanceof Missing) return unknownLiteral(value.name, unknownParts);
  if (value instanceof Opaque) return unknownLiteral('value', unknownParts);
  if (Array.isArray(value)) return value.map((item) => toLibrary(item, unknownParts));
  if (typeof value !== 'object' || value === null || value instanceof PgLiteral || value instanceof RegExp) return value;
  return Object.fromEntries(Object.entries(value).map(([key, property]) => [key, toLibrary(property, unknownParts)]));
}

/** Thrown where the library goes through the properties of something that is not known. */
export class UnknownStructure extends Error {
  constructor(readonly part: string) {
    super(`${part} is known only when the migration runs`);
  }
}

/** Options that are read from it count as not set, and are named in `unknownParts`. */
function unknownLiteral(name: string, unknownParts: Set<string>): PgLiteral {
  return new Proxy(new PgLiteral(holeMark(name)), {
    ownKeys() {
      throw new UnknownStructure(name);
    },
    get(literal, property) {
      if (property in literal) return Reflect.get(literal, property, literal);
      if (typeof property === 'string' && !['then', 'toJSON', 'schema', 'name'].includes(property)) unknownParts.add(name);
      return undefined;
    },
  });
}

/** A column whose whole definition is not known has at least a name: its type is the hole. */
export function columnsOf(columns: unknown): unknown {
  if (typeof columns !== 'object' || columns === null || columns instanceof PgLiteral) return columns;
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, column instanceof PgLiteral ? { type: column.toString() } : column]),
  );
}
