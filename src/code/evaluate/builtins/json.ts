import { type NativeValue, native } from '../../native';
import { holeMark, Missing, markedText, Opaque, plainValue, writtenText } from '../../plain';
import { constantText } from '../../text';
import { array, nullValue, object, type Place, primitive, unknown, type Value } from '../../value';
import { numberOf } from '../conversions';
import type { Evaluator } from '../evaluator';

/** `JSON`. */
export function jsonGlobal(machine: Evaluator): NativeValue {
  return native({
    name: 'JSON',
    reachesDatabase: false,
    methods: {
      stringify(call) {
        const space = numberOf(call.arg(2)) ?? constantText(call.arg(2));
        const text = stringify(plainValue(call.arg(0)), space);
        return text === undefined ? unknown(machine.textOf(call.place), { source: call.place }) : writtenText(text, call.place);
      },
      parse(call) {
        const value = call.arg(0);
        const text = value.kind === 'text' ? markedText(value) : undefined;
        return (
          (text === undefined ? undefined : parseJson(text, call.place)) ?? unknown(machine.textOf(call.place), { source: call.place })
        );
      },
    },
  });
}

/** As JSON, with marks where a value is not known; undefined for what has no JSON. */
function stringify(value: unknown, space: string | number | undefined): string | undefined {
  const missing: string[] = [];
  try {
    const text = JSON.stringify(
      value,
      (_, part: unknown) => {
        if (part instanceof Opaque) return undefined;
        if (typeof part === 'bigint') return String(part);
        if (!(part instanceof Missing)) return part;
        missing.push(part.name);
        return `\ue002${missing.length - 1}\ue002`;
      },
      space,
    );
    // A hole may be a number or an object: its mark stands without quotes.
    return text?.replace(/"\ue002(\d+)\ue002"/g, (_, index: string) => holeMark(missing[Number(index)] ?? ''));
  } catch {
    return undefined;
  }
}

/** JSON text as a value; undefined when it is none. */
export function parseJson(text: string, place: Place): Value | undefined {
  try {
    return fromPlain(JSON.parse(text), place, 0);
  } catch {
    return undefined;
  }
}

function fromPlain(value: unknown, place: Place, depth: number): Value {
  if (typeof value === 'string') return writtenText(value, place);
  if (typeof value === 'number' || typeof value === 'boolean') return primitive(value, place);
  if (value === null || typeof value !== 'object' || depth > 100) return nullValue;
  if (Array.isArray(value)) return array(value.map((item) => fromPlain(item, place, depth + 1)));
  return object(new Map(Object.entries(value).map(([name, item]) => [name, fromPlain(item, place, depth + 1)])));
}
