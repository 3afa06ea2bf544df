import { type ClassValue, primitive, type Value } from '../value';

/** The classes of an instance: its own first, then those it extends, as far as they are in the code. */
export function lineage(type: ClassValue | undefined): ClassValue[] {
  const found: ClassValue[] = [];
  for (let current: Value | undefined = type; current?.kind === 'class' && !found.includes(current); current = current.parent)
    found.push(current);
  return found;
}

/** The first ancestor that is not a class of the code: a framework's, or one that is not known. */
export function foreignParent(type: ClassValue | undefined): Value | undefined {
  const last = lineage(type).at(-1)?.parent;
  return last === undefined || last.kind === 'class' ? undefined : last;
}

/** `value instanceof type`; undefined when it is not known. */
export function instanceOf(value: Value, type: Value): Value | undefined {
  if (value.kind === 'unknown' || type.kind === 'unknown') return undefined;
  if (type.kind === 'class') {
    if (value.kind !== 'object') return primitive(false);
    if (lineage(value.type).includes(type)) return primitive(true);
    return foreignParent(value.type)?.kind === 'unknown' ? undefined : primitive(false);
  }
  if (type.kind === 'native' && type.name === 'Array') return primitive(value.kind === 'array');
  if (value.kind === 'text' || value.kind === 'primitive') return primitive(false);
  return undefined;
}
