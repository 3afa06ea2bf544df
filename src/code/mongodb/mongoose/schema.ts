import { type NativeCall, type NativeValue, native } from '../../native';
import { constantText } from '../../text';
import { object, undefinedValue, unknown, type Value } from '../../value';
import { concernOf, type HandleConcern } from '../write-concern';

/** What a schema says of where its documents are, and how they are written. */
class SchemaData {
  constructor(
    readonly collection: Value | undefined,
    readonly concern: HandleConcern | undefined,
  ) {}
}

/** `new Schema(fields, { collection: 'people' })`. */
export function schemaType(): NativeValue {
  const make = (call: NativeCall): NativeValue => {
    const options = call.arg(1);
    return schemaOf(options.kind === 'object' ? options.properties : new Map());
  };
  const types = native({
    name: 'Schema.Types',
    reachesDatabase: false,
    member: (name) => native({ name: `Schema.Types.${name}`, reachesDatabase: false, member: (inner) => unknown(`${name}.${inner}`) }),
  });
  return native({ name: 'Schema', reachesDatabase: false, construct: make, call: make, properties: { Types: () => types } });
}

function schemaOf(given: ReadonlyMap<string, Value>): NativeValue {
  const options = new Map(given);
  const self: NativeValue = native({
    name: 'the schema',
    reachesDatabase: false,
    data: { schema: () => new SchemaData(options.get('collection'), concernOf(object(options))) },
    properties: { methods: () => unknown('schema.methods'), statics: () => unknown('schema.statics'), obj: () => unknown('schema.obj') },
    methods: {
      set(call) {
        const name = constantText(call.arg(0));
        if (name !== undefined && call.args.length > 1) options.set(name, call.arg(1));
        return self;
      },
      clone: () => schemaOf(options),
    },
    // Hooks, virtuals, plugins and indexes: what they would do is not part of the migration's own calls.
    member: (name) => native({ name: `schema.${name}`, reachesDatabase: false, call: () => (name === 'virtual' ? chained() : self) }),
  });
  return self;
}

function chained(): NativeValue {
  const self: NativeValue = native({
    name: 'the virtual',
    reachesDatabase: false,
    member: () => native({ name: 'virtual', reachesDatabase: false, call: () => self }),
  });
  return self;
}

/** The collection that a value's schema names; undefined for what is no schema, and for one that names none. */
export function collectionOfSchema(value: Value): Value | undefined {
  const found = schemaIn(value)?.collection;
  return found?.kind === 'primitive' && found.value === undefinedValue.value ? undefined : found;
}

/** The write concern that a value's schema gives to the writes of its models. */
export function concernOfSchema(value: Value): HandleConcern | undefined {
  return schemaIn(value)?.concern;
}

function schemaIn(value: Value): SchemaData | undefined {
  if (value.kind !== 'native') return undefined;
  const { data } = value;
  if (typeof data !== 'object' || data === null || !('schema' in data) || typeof data.schema !== 'function') return undefined;
  const schema: unknown = data.schema();
  return schema instanceof SchemaData ? schema : undefined;
}
