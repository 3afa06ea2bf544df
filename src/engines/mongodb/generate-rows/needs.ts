import type { CollectionName, DocumentCommand, DocumentValue, DocumentWrite } from '../../../model/document';
import { booleanOf, fieldOf, fieldsOf, isEmptyDocument, isTrue, itemsOf, textOf } from '../../../model/document-value';
import type { Statement } from '../../../model/migration';
import { writeValue } from '../../../parse/mongodb/write';
import { keyFields } from '../../../schema/mongodb/canonical';
import { expressionNeeds, type FieldKind } from '../../../schema/mongodb/expressions';
import { documentStages, rootOf } from '../../../schema/mongodb/pipeline';

/** A value of one collection that is to be the value of another's field. */
export interface Reference {
  readonly path: string;
  readonly collection: string;
  readonly foreignPath: string;
}

/** What a migration expects of the documents of one collection, as far as its texts tell. */
export class CollectionNeeds {
  /** By path: what the operators around it want there. The first that says something counts. */
  readonly fields = new Map<string, FieldKind>();
  readonly filters: DocumentValue[] = [];
  /** Paths of unique keys. */
  readonly unique: (readonly string[])[] = [];
  readonly references: Reference[] = [];
  readonly schemas: DocumentValue[] = [];
  /** Keys of documents that the migration inserts, as they are written. */
  readonly inserted = new Set<string>();
  /** Filters under which it inserts a document where none is there. */
  readonly upserted = new Set<string>();
  /** It is read or changed, so that it must have been there; an insert alone says nothing of what was. */
  isMet = false;

  /** `items.0.price`, `items.$[].price`: what stands before a place is an array. */
  field(path: string, kind: FieldKind): void {
    const plain: string[] = [];
    for (const part of path.split('.')) {
      if (!/^(\$(\[.*\])?|\d+)$/.test(part)) plain.push(part);
      else if (plain.length > 0) this.kind(plain.join('.'), 'array');
    }
    if (plain.length > 0 && plain[0] !== '') this.kind(plain.join('.'), kind);
  }

  private kind(path: string, kind: FieldKind): void {
    const known = this.fields.get(path);
    if (known === undefined || known === 'any') this.fields.set(path, kind);
  }
}

/** Reads what a migration needs to meet, collection by collection; those that it makes itself are left out. */
export function needsOf(statements: readonly Statement[]): ReadonlyMap<string, CollectionNeeds> {
  const reader = new NeedsReader();
  for (const { operations } of statements)
    for (const operation of operations) if (operation.kind === 'document command') reader.command(operation);
  return reader.found;
}

class NeedsReader {
  private readonly all = new Map<string, CollectionNeeds>();
  private readonly made = new Set<string>();
  /** What a collection was called before the migration renamed it. */
  private readonly oldNames = new Map<string, string>();

  get found(): ReadonlyMap<string, CollectionNeeds> {
    return new Map([...this.all].filter(([, needs]) => needs.isMet));
  }

  command(command: DocumentCommand): void {
    const { effect } = command;
    const needs = this.of(command.collection);
    if (effect.kind === 'create collection') this.create(command.collection);
    else if (needs !== undefined) this.effect(needs, command);
  }

  private effect(needs: CollectionNeeds, command: DocumentCommand): void {
    const { effect } = command;
    if (effect.kind !== 'write') needs.isMet = true;
    switch (effect.kind) {
      case 'write':
        for (const write of effect.writes) if (!this.isOfOwn(needs, write)) this.write(needs, write);
        return;
      case 'create index':
        for (const { keys, options } of effect.indexes) this.index(needs, keys, options);
        return;
      case 'modify collection':
        this.modify(needs, effect.options);
        return;
      case 'rename collection':
        this.rename(command.collection, effect.newName);
        return;
      case 'aggregate':
        this.pipeline(needs, effect.pipeline);
        if (effect.into !== undefined) this.copy(command.collection, effect.into.collection);
        return;
      case 'read':
        this.read(needs, command);
        return;
      default:
    }
  }

  private of(collection: CollectionName | undefined): CollectionNeeds | undefined {
    const name = collection?.database === undefined ? collection?.name : undefined;
    if (name === undefined || this.made.has(name)) return undefined;
    const old = this.oldNames.get(name) ?? name;
    const known = this.all.get(old);
    if (known !== undefined) return known;
    const needs = new CollectionNeeds();
    this.all.set(old, needs);
    return needs;
  }

  private create(collection: CollectionName | undefined): void {
    const name = collection?.name;
    if (name !== undefined && collection?.database === undefined && this.all.get(name)?.isMet !== true) this.made.add(name);
  }

  /** What is copied into a collection that is not known otherwise is asked of the one that it comes from. */
  private copy(from: CollectionName | undefined, into: CollectionName): void {
    if (from?.name === undefined || into.name === undefined || into.database !== undefined) return;
    if (this.all.get(into.name)?.isMet === true || this.made.has(into.name)) return;
    if (this.made.has(from.name)) this.made.add(into.name);
    else this.oldNames.set(into.name, this.oldNames.get(from.name) ?? from.name);
  }

  private rename(from: CollectionName | undefined, to: CollectionName): void {
    if (from?.name === undefined || to.name === undefined) return;
    if (this.made.has(from.name)) this.made.add(to.name);
    this.oldNames.set(to.name, this.oldNames.get(from.name) ?? from.name);
    this.oldNames.delete(from.name);
  }

  private read(needs: CollectionNeeds, { method, arguments: [first] }: DocumentCommand): void {
    if (method === 'aggregate' && first?.kind === 'array') this.pipeline(needs, first);
    else if (/^(find|count|distinct|aggregate)/.test(method)) this.filter(needs, first);
  }

  /** Of a document that the migration inserts itself: one that is there already under that key would stand in its way. */
  private isOfOwn(needs: CollectionNeeds, write: DocumentWrite): boolean {
    const key = fieldOf(write.kind === 'insert' ? write.document : write.filter, '_id');
    const text = write.kind === 'insert' || isEmptyDocument(write.filter) ? undefined : writeValue(write.filter);
    const inserts = write.kind === 'insert' || isInsertion(write);
    if (inserts && key !== undefined) needs.inserted.add(writeValue(key));
    if (inserts && text !== undefined) needs.upserted.add(text);
    return inserts || (key !== undefined && needs.inserted.has(writeValue(key))) || (text !== undefined && needs.upserted.has(text));
  }

  private write(needs: CollectionNeeds, write: DocumentWrite): void {
    if (write.kind === 'insert') return;
    needs.isMet = true;
    this.filter(needs, write.filter);
    if (write.kind !== 'update') return;
    if (write.change.kind === 'array') this.pipeline(needs, write.change);
    for (const { name, value } of fieldsOf(write.change)) this.operator(needs, name, value);
  }

  private operator(needs: CollectionNeeds, name: string, value: DocumentValue): void {
    for (const { name: path, value: operand } of fieldsOf(value)) {
      const kind = operatorKinds[name];
      if (kind !== undefined) needs.field(path, kind);
      else if (/^\$(min|max)$/.test(name)) needs.field(path, kindOfValue(operand));
      else if (name === '$set' && /\.(\$|\d+)/.test(path)) needs.field(path, kindOfValue(operand));
      if (/^\$(pull|addToSet|push)$/.test(name) && operand.kind === 'document')
        for (const inner of fieldsOf(operand))
          if (!inner.name.startsWith('$')) needs.field(`${path}.${inner.name}`, kindOfValue(inner.value));
    }
  }

  /** Told once, however often it is written: a migration that was read and recorded says everything twice. */
  private filter(needs: CollectionNeeds, filter: DocumentValue | undefined): void {
    if (filter === undefined || fieldsOf(filter).length === 0) return;
    const text = writeValue(filter);
    if (!needs.filters.some((known) => writeValue(known) === text)) needs.filters.push(filter);
  }

  private index(needs: CollectionNeeds, keys: DocumentValue, options: DocumentValue | undefined): void {
    const fields = keyFields(keys);
    const expires = fieldOf(options, 'expireAfterSeconds') !== undefined;
    for (const { name, value } of fields)
      if (!name.includes('$**')) needs.field(name, expires ? 'late date' : (indexKinds[textOf(value) ?? ''] ?? 'any'));
    if (isTrue(fieldOf(options, 'unique'))) needs.unique.push(fields.map(({ name }) => name));
    this.filter(needs, fieldOf(options, 'partialFilterExpression'));
  }

  private modify(needs: CollectionNeeds, options: DocumentValue): void {
    const schema = fieldOf(fieldOf(options, 'validator'), '$jsonSchema');
    if (schema !== undefined) needs.schemas.push(schema);
    const index = fieldOf(options, 'index');
    const keys = fieldOf(index, 'keyPattern');
    if (keys !== undefined && booleanOf(fieldOf(index, 'unique')) === true) needs.unique.push(keyFields(keys).map(({ name }) => name));
  }

  /** Of the stages as far as the documents are still those of the collection. */
  private pipeline(needs: CollectionNeeds, pipeline: DocumentValue): void {
    for (const { name, value, computed } of documentStages(pipeline)) this.stage(needs, name, value, computed);
  }

  private stage(needs: CollectionNeeds, name: string, value: DocumentValue, computed: ReadonlySet<string>): void {
    switch (name) {
      case '$match':
        // A condition on what was calculated says nothing of the documents that are there.
        if (computed.size === 0) this.filter(needs, value);
        break;
      case '$lookup':
        this.lookup(needs, value, computed);
        break;
      case '$unset':
        for (const item of [value, ...itemsOf(value)]) needs.field(textOf(item) ?? '', 'any');
        break;
      case '$unwind': {
        const path = textOf(value) ?? textOf(fieldOf(value, 'path'));
        if (path?.startsWith('$') === true && !computed.has(rootOf(path.slice(1)))) needs.field(path.slice(1), 'array');
        break;
      }
      default:
        for (const [path, kind] of expressionNeeds(value)) if (!computed.has(rootOf(path))) needs.field(path, kind);
    }
  }

  private lookup(needs: CollectionNeeds, lookup: DocumentValue, computed: ReadonlySet<string>): void {
    const [from, local, foreign] = ['from', 'localField', 'foreignField'].map((name) => textOf(fieldOf(lookup, name)));
    const other = from === undefined ? undefined : this.of({ name: from });
    if (from === undefined || other === undefined) return;
    other.isMet = true;
    if (local === undefined || foreign === undefined || computed.has(rootOf(local))) return;
    if (local === '_id') other.references.push({ path: foreign, collection: this.nameOf(needs), foreignPath: '_id' });
    else {
      if (foreign !== '_id') other.field(foreign, 'any');
      needs.references.push({ path: local, collection: this.oldNames.get(from) ?? from, foreignPath: foreign });
    }
  }

  private nameOf(needs: CollectionNeeds): string {
    return [...this.all].find(([, each]) => each === needs)?.[0] ?? '';
  }
}

/** An upsert that says what a new document is to hold: it is written for the case that there is none. */
function isInsertion(write: DocumentWrite): boolean {
  return write.kind === 'update' && write.upsert && fieldOf(write.change, '$setOnInsert') !== undefined;
}

/** What an update operator wants to find in its field (manual, "Update Operators"). */
const operatorKinds: Readonly<Record<string, FieldKind>> = {
  $rename: 'any',
  $unset: 'any',
  $inc: 'number',
  $mul: 'number',
  $bit: 'number',
  $push: 'array',
  $addToSet: 'array',
  $pull: 'array',
  $pullAll: 'array',
  $pop: 'array',
};

const indexKinds: Readonly<Record<string, FieldKind>> = { text: 'string', '2dsphere': 'point', '2d': 'pair' };

/** A value of the same kind as one that is written. */
export function kindOfValue(value: DocumentValue): FieldKind {
  if (value.kind === 'array') return 'array';
  if (value.kind === 'document') return 'object';
  if (value.kind === 'hole') return 'any';
  if (value.kind === 'bson') return bsonKinds[value.type] ?? 'any';
  if (value.value === null) return 'any';
  return ({ string: 'string', number: 'number', boolean: 'boolean' } as const)[typeof value.value as 'string' | 'number' | 'boolean'];
}

const bsonKinds: Readonly<Record<string, FieldKind>> = {
  ObjectId: 'objectId',
  ISODate: 'date',
  Date: 'date',
  NumberInt: 'number',
  NumberLong: 'long',
  NumberDecimal: 'decimal',
  UUID: 'uuid',
};
