import type { NativeValue } from '../../../code/native';
import { choice, type Place, type PrimitiveValue, type TextValue, type Value } from '../../../code/value';

/**
 * What was asked for may not be there: `getTable` and the `find` methods of a table give undefined then. Code that goes on with it throws, so
 * such a call sends nothing.
 */
const absent: PrimitiveValue = { kind: 'primitive', value: undefined };

/** Where properties of such a thing were read: what they are without it is not sent. */
export class Absences {
  private readonly read = new Set<string>();

  /** The value, or nothing. */
  maybe(value: NativeValue): Value {
    const watched: NativeValue = {
      ...value,
      member: (name, use) => {
        this.read.add(keyOf(use.place));
        return value.member?.(name, use);
      },
    };
    return choice([watched, absent]);
  }

  /** True for what is not there, or a property of it: `table.foreignKeys`. */
  isMissing(value: Value, place: Place | undefined): boolean {
    if (value === absent) return true;
    return value.kind === 'primitive' && value.value === undefined && place !== undefined && this.read.has(keyOf(place));
  }

  /** True for text in which a property of nothing stands: `${table.name}`. */
  isIn(text: TextValue): boolean {
    return text.pieces.some((piece) => piece.kind === 'written' && piece.text === 'undefined' && this.read.has(keyOf(piece.source)));
  }
}

function keyOf({ path, span }: Place): string {
  return `${path} ${span.start} ${span.end}`;
}
