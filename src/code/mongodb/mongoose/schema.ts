import { type NativeCall, type NativeValue, native } from '../../native';
import { undefinedValue, unknown, type Value } from '../../value';

/** What a schema says of where its documents are. */
class SchemaData {
  constructor(readonly collection: Value | undefined) {}
}

/** `new Schema(fields, { collection: 'people' })`. */
export function schemaType(): NativeValue {
  const make = (call: NativeCall): NativeValue => {
    const options = call.arg(1);
    return schemaOf(options.kind === 'object' ? options.properties.get('collection') : undefined);
  };
  const types = native({
    name: 'Schema.Types',
    reachesDatabase: false,
    member: (name) => native({ name: `Schema.Types.${name}`, reachesDatabase: false, member: (inner) => unknown(`${name}.${inner}`) }),
  });
  return native({ name: 'Schema', reachesDatabase: false, construct: make, call: make, properties: { Types: () => types } });
}

function schemaOf(given: Value | undefined): NativeValue {
  let collection = given;
  const self: NativeValue = native({
    name: 'the schema',
    reachesDatabase: false,
    data: { schema: () => new SchemaData(collection) },
    properties: { methods: () => unknown('schema.methods'), statics: () => unknown('schema.statics'), obj: () => unknown('schema.obj') },
    methods: {
      set(call) {
        const name = call.arg(0);
        if (name.kind === 'text' && name.pieces.length === 1 && name.pieces[0]?.kind !== 'hole' && name.pieces[0]?.text === 'collection')
          collection = call.arg(1);
        return self;
      },
      clone: () => schemaOf(collection),
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
  if (value.kind !== 'native') return undefined;
  const { data } = value;
  if (typeof data !== 'object' || data === null || !('schema' in data) || typeof data.schema !== 'function') return undefined;
  const schema: unknown = data.schema();
  const found = schema instanceof SchemaData ? schema.collection : undefined;
  return found?.kind === 'primitive' && found.value === undefinedValue.value ? undefined : found;
}
