import { native, nativeFunction } from '../../../code/native';
import { markedText, Opaque, plainValue, writtenText } from '../../../code/plain';
import { concat, hole, written } from '../../../code/text';
import { type Place, type TextValue, undefinedValue, type Value } from '../../../code/value';

/**
 * `new String('now()')`: an object, and no string to the driver (`db-migrate-pg/index.js` asks `typeof`), which puts quotes around strings
 * alone. Migrations write expressions as defaults so.
 */
class Boxed {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** Arguments as ordinary values, with such objects told from strings. */
export function plainArgument(value: Value): unknown {
  return plainValue(value, (found) => (found.kind === 'native' && found.data instanceof Boxed ? found.data : undefined));
}

/** The global `String` as migrations of db-migrate see it. */
export const stringGlobal: Value = native({
  name: 'String',
  reachesDatabase: false,
  call: (call) => (call.args.length === 0 ? written('', call.place) : textOf(call.arg(0), call.place)),
  construct: (call) => {
    const text = textOf(call.arg(0), call.place);
    return native({
      name: 'String',
      reachesDatabase: false,
      data: new Boxed(markedText(text)),
      text: () => text,
      member: (name, { machine, place }) => {
        const found = machine.get(text, name, place);
        if (found.kind !== 'method') return found;
        return nativeFunction(name, (call) => call.machine.call(found, call.args, call.place), false);
      },
    });
  },
  methods: {
    raw: ({ template, place }) => {
      const values = template?.values ?? [];
      const parts = template?.raw ?? [];
      return concat(
        ...parts.flatMap((part, index) => [...(index === 0 ? [] : [textOf(values[index - 1] ?? undefinedValue, place)]), part]),
      );
    },
  },
});

function textOf(value: Value, place: Place): TextValue {
  if (value.kind === 'text') return value;
  const plain = plainArgument(value);
  return plain instanceof Opaque ? hole('value', place) : writtenText(String(plain), place);
}
