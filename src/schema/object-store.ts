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
  private constructor(
    private readonly objects: LayeredMap<string, T>,
    private readonly identities: LayeredMap<string, string>,
    private readonly onChange: OnChange<T>,
    /** In order, as long as nothing changes. */
    private current: readonly T[] | undefined,
  ) {}

  static of<T extends Placed>(objects: readonly T[], onChange: OnChange<T>): ObjectStore<T> {
    return new ObjectStore(
      LayeredMap.of(objects.map((object) => [object.identity, object])),
      LayeredMap.of(objects.map((object) => [storeKey(object.schema, object.name), object.identity])),
      onChange,
      objects,
    );
  }

  /** A store that changes apart from this one. */
  copy(onChange: OnChange<T>): ObjectStore<T> {
    return new ObjectStore(this.objects.copy(), this.identities.copy(), onChange, this.current);
  }

  values(): readonly T[] {
    if (this.current === undefined) {
      this.current = this.objects.values();
      stores.set(this.current, this.copy(() => {}) as unknown as ObjectStore<Placed>);
    }
    return this.current;
  }

  get(schema: string, name: string): T | undefined {
    const identity = this.identities.get(storeKey(schema, name));
    return identity === undefined ? undefined : this.objects.get(identity);
  }

  find(name: ObjectName, searchPath: readonly string[]): T | undefined {
    for (const schema of name.schema === undefined ? searchPath : [name.schema]) {
      const found = this.get(schema, name.name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Adds an object, or puts a new version in the place of the one with the same identity. */
  set(object: T): void {
    const old = this.objects.get(object.identity);
    if (old !== undefined) this.identities.delete(storeKey(old.schema, old.name));
    this.objects.set(object.identity, object);
    this.identities.set(storeKey(object.schema, object.name), object.identity);
    this.changed(old, object);
  }

  delete(object: T): void {
    this.objects.delete(object.identity);
    this.identities.delete(storeKey(object.schema, object.name));
    this.changed(object, undefined);
  }

  private changed(gone: T | undefined, come: T | undefined): void {
    this.current = undefined;
    this.onChange(gone, come);
  }
}

const stores = new WeakMap<readonly Placed[], ObjectStore<Placed>>();

/** The object of that name among those that `values()` gave; not found, or `unknown` when the list comes from elsewhere. */
export function lookUp<T extends Placed>(objects: readonly T[], schema: string, name: string): T | undefined | 'unknown' {
  const store = stores.get(objects) as unknown as ObjectStore<T> | undefined;
  return store === undefined ? 'unknown' : store.get(schema, name);
}

/** One string for a name in a schema. */
export function storeKey(schema: string, name: string): string {
  return `${schema}\u0000${name}`;
}
