import type { DocumentValue } from '../../../model/document';
import { bsonOf } from '../shell/value';

/** A value that a text holds, as the driver has it; undefined for one that only a run would tell. */
export function knownValue(value: DocumentValue): unknown {
  const made = bsonOf(value);
  return made.ok ? made.value : undefined;
}
