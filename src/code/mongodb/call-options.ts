import { object, type Place, type Value } from '../value';
import type { Argument } from './collection';

/** Where options stand among the arguments of the shell's methods. */
const optionsAt: Readonly<Record<string, number | undefined>> = {
  ...{ find: 2, findOne: 2, updateOne: 2, updateMany: 2, replaceOne: 2, findOneAndUpdate: 2, findOneAndReplace: 2, distinct: 2 },
  ...{ deleteOne: 1, deleteMany: 1, findOneAndDelete: 1, countDocuments: 1, aggregate: 1, insertOne: 1, insertMany: 1, bulkWrite: 1 },
  ...{ createIndex: 1, createCollection: 1, drop: 0 },
};

/** The arguments with further options, such as those of `.session(session)`. What is not known of the given ones stays open. */
export function withOptions(
  method: string,
  args: readonly Argument[],
  options: ReadonlyMap<string, Value> | undefined,
  site: Place,
): readonly Argument[] {
  const position = optionsAt[method];
  if (options === undefined || options.size === 0 || position === undefined) return args;
  const given = args[position];
  const own = givenOptions(given);
  const filled = Array.from({ length: position }, (_, index) => args[index] ?? { value: object(), site });
  const value = object(new Map([...own.known, ...options]), own.isOpen);
  return [...filled, { value, site: given?.site ?? site }, ...args.slice(position + 1)];
}

/** The options among the arguments of a call, as far as they are known. */
export function optionsIn(method: string, args: readonly Argument[]): ReadonlyMap<string, Value> {
  const position = optionsAt[method];
  return position === undefined ? new Map() : givenOptions(args[position]).known;
}

function givenOptions(given: Argument | undefined): { readonly known: ReadonlyMap<string, Value>; readonly isOpen: boolean } {
  if (given?.value.kind === 'object') return { known: given.value.properties, isOpen: given.value.open };
  const isNothing = given === undefined || given.value.kind === 'primitive';
  return { known: new Map(), isOpen: !isNothing };
}
