import type { ObjectName } from '../model/operation';
import { LayeredMap } from './layered-map';

export interface Placed {
  readonly identity: string;
  readonly schema: string;
  readonly name: string;
}

/** Called with what went and what came. */
type OnChange<T> = (gone: T | undefined, come: T | undefined) => void;

/** Objects of one kind, in the order of their creation, found by name or by identity. The objects themselves are never changed. */
export class ObjectStore<T extends Placed> {
  /** What came or changed since `listed` was: by identity, the version that is listed. */
  private unlisted: Map<string, T | undefined> | undefined;

  private constructor(
    private readonly objects: LayeredMap<string, T>,
    private readonly identities: LayeredMap<string, string>,
    private readonly onChange: OnChange<T>,
    private listed: readonly T[],
    /** In which anything ever was, here or in any copy: of each schema that is searched, most hold nothing. Only added to. */
    private readonly schemas: Set<string>,
  ) {}

  static of<T extends Placed>(objects: readonly T[], onChange: OnChange<T>): ObjectStore<T> {
    return new ObjectStore(
      LayeredMap.of(objects.map((object) => [object.identity, object])),
      LayeredMap.of(objects.map((object) => [storeKey(object.schema, object.name), object.identity])),
      onChange,
      objects,
      new Set(objects.map((object) => object.schema)),
    );
  }

  /** A store that changes apart from this one. */
  copy(onChange: OnChange<T>): ObjectStore<T> {
    return new ObjectStore(this.objects.copy(), this.identities.copy(), onChange, this.values(), this.schemas);
  }

  /** All in order; the same list as long as nothing changes. */
  values(): readonly T[] {
    if (this.unlisted !== undefined) {
      this.listed = this.withUnlisted(this.unlisted);
      this.unlisted = undefined;
    }
    return this.listed;
  }

  private withUnlisted(unlisted: ReadonlyMap<string, T | undefined>): readonly T[] {
    const list = this.listed.slice();
    for (const [identity, old] of unlisted) {
      const now = this.objects.get(identity);
      if (now === undefined) continue;
      if (old === undefined) list.push(now);
      // What is changed is mostly what came last.
      else list[list.lastIndexOf(old)] = now;
    }
    return list;
  }

  get(schema: string, name: string): T | undefined {
    if (!this.schemas.has(schema)) return undefined;
    const identity = this.identities.get(storeKey(schema, name));
    return identity === undefined ? undefined : this.objects.get(identity);
  }

  find(name: ObjectName, searchPath: readonly string[]): T | undefined {
    if (name.schema !== undefined) return this.get(name.schema, name.name);
    for (const schema of searchPath) {
      const found = this.get(schema, name.name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Adds an object, or puts a new version in the place of the one with the same identity. */
  set(object: T): void {
    const { identity } = object;
    const old = this.objects.get(identity);
    const isMoved = old !== undefined && (old.schema !== object.schema || old.name !== object.name);
    if (isMoved) this.forgetName(old);
    this.objects.set(identity, object);
    this.schemas.add(object.schema);
    const key = storeKey(object.schema, object.name);
    // Objects that share a name, as functions may, are found by the one that was changed last.
    if (old === undefined || isMoved || this.identities.get(key) !== identity) this.identities.set(key, identity);
    this.unlisted ??= new Map();
    if (!this.unlisted.has(identity)) this.unlisted.set(identity, old);
    this.onChange(old, object);
  }

  delete({ identity }: T): void {
    const old = this.objects.get(identity);
    if (old === undefined) return;
    const list = this.values().slice();
    list.splice(list.lastIndexOf(old), 1);
    this.listed = list;
    this.objects.delete(identity);
    this.forgetName(old);
    this.onChange(old, undefined);
  }

  /** Another object that has the name is found by it from then on. */
  private forgetName({ identity, schema, name }: T): void {
    const key = storeKey(schema, name);
    if (this.identities.get(key) !== identity) return;
    const other = this.values().findLast((object) => object.name === name && object.schema === schema && object.identity !== identity);
    if (other === undefined) this.identities.delete(key);
    else this.identities.set(key, other.identity);
  }
}

/** One string for a name in a schema. */
export function storeKey(schema: string, name: string): string {
  return `${schema}\u0000${name}`;
}
