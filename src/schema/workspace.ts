import {
  type Catalog,
  type DefinedObject,
  emptyCatalog,
  parentKeys,
  type SchemaObject,
  type Sequence,
  type Table,
  type TypeObject,
} from '../model/catalog';
import { defaultEngine } from '../model/engine';
import type { ObjectName } from '../model/operation';
import { temporarySchema } from '../model/temporary';
import { changedObjects } from './changed';
import { LayeredMap } from './layered-map';
import { defaultSchema, type SearchedCatalog } from './lookup';
import { ObjectStore, storeKey } from './object-store';
import { rememberNames } from './relation-names';
import { type Settings, settingsOf } from './settings';

/** A catalog that also remembers which identities were given out, so that none is given twice in one lineage. */
export interface VirtualCatalog extends SearchedCatalog {
  readonly nextIdentity: number;
  readonly settings?: Settings;
}

/** Was it made by replaying statements, and not read from a server? */
export function isReplayed(catalog: Catalog): catalog is VirtualCatalog {
  return 'nextIdentity' in catalog;
}

const newestMajor = defaultEngine.major;

const defaultPath: readonly string[] = [defaultSchema];

/** The schema while statements are replayed onto it: the one mutable thing here. Functions in this folder change it, `catalog()` reads it. */
export class Workspace {
  readonly schemas: ObjectStore<SchemaObject & { readonly schema: string }>;
  readonly tables: ObjectStore<Table>;
  readonly sequences: ObjectStore<Sequence>;
  readonly types: ObjectStore<TypeObject>;
  readonly definitions: ObjectStore<DefinedObject>;
  /** Of the server, where versions differ. */
  major = newestMajor;
  /** Keys of tables that ever had a child, here or in any copy: most have none. Only added to. */
  private readonly parents: Set<string>;
  private path: readonly string[] = defaultPath;
  /** The path of the session, to which the end of a transaction leads back from SET LOCAL. */
  private lastingPath: readonly string[] = defaultPath;
  private pathOfLookups: readonly string[] = [temporarySchema, ...defaultPath];
  private readonly relations: LayeredMap<string, number>;
  private readonly constraints: LayeredMap<string, number>;
  private known: Settings;
  private nextIdentity: number;
  private current: VirtualCatalog | undefined;

  constructor(catalog: Catalog, left: Workspace | undefined = workspacesLeft.get(catalog)) {
    // The names of relations and of constraints are counted as objects come and go: a name is chosen for each unnamed index.
    const counting = (gone: NamedParts | undefined, come: NamedParts | undefined) => {
      this.current = undefined;
      this.recount(gone, come);
    };
    const changed = () => {
      this.current = undefined;
    };
    if (left !== undefined) this.current = catalog as VirtualCatalog;
    this.relations = left?.relations.copy() ?? LayeredMap.of([]);
    this.constraints = left?.constraints.copy() ?? LayeredMap.of([]);
    this.schemas =
      left?.schemas.copy(changed) ??
      ObjectStore.of(
        catalog.schemas.map((schema) => ({ ...schema, schema: '' })),
        changed,
      );
    this.parents = left?.parents ?? new Set(catalog.tables.flatMap(parentKeys));
    const countingTables = (gone: Table | undefined, come: Table | undefined) => {
      counting(gone, come);
      if (come !== undefined) for (const key of parentKeys(come)) this.parents.add(key);
    };
    this.tables = left?.tables.copy(countingTables) ?? ObjectStore.of(catalog.tables, countingTables);
    this.sequences = left?.sequences.copy(counting) ?? ObjectStore.of(catalog.sequences, counting);
    this.types = left?.types.copy(changed) ?? ObjectStore.of(catalog.types, changed);
    this.definitions = left?.definitions.copy(counting) ?? ObjectStore.of(catalog.definitions, counting);
    if (left === undefined) for (const object of [...catalog.tables, ...catalog.sequences, ...catalog.definitions]) this.count(object, 1);
    this.known = settingsOf(catalog);
    this.nextIdentity = isReplayed(catalog) ? catalog.nextIdentity : greatestIdentity(catalog) + 1;
  }

  /** What the catalog has no place for, as the statements that set it. */
  get settings(): Settings {
    return this.known;
  }

  set settings(settings: Settings) {
    this.current = undefined;
    this.known = settings;
  }

  newIdentity(): string {
    this.current = undefined;
    return String(this.nextIdentity++);
  }

  /** The state as values; the same object as long as nothing changes. */
  catalog(): VirtualCatalog {
    // Each program begins with the default path; a SET in it holds for what comes after.
    if (this.current !== undefined && (this.current.searchPath ?? defaultPath) === this.searchPath) return this.current;
    this.current = {
      schemas: this.schemaObjects(),
      tables: this.tables.values(),
      sequences: this.sequences.values(),
      types: this.types.values(),
      definitions: this.definitions.values(),
      nextIdentity: this.nextIdentity,
      ...(Object.keys(this.known).length > 0 && { settings: this.known }),
      ...(this.searchPath !== defaultPath && { searchPath: this.searchPath }),
    };
    rememberNames(this.current, this.tables.copy(ignore), this.relations.copy());
    return this.current;
  }

  /** The same state, to be changed apart from this one. Identities that `later` has given out are not given again. */
  copy(later: Workspace = this): Workspace {
    const copy = new Workspace(this.catalog(), this);
    copy.searchPath = this.searchPath;
    copy.lastingPath = this.lastingPath;
    copy.major = this.major;
    if (copy.nextIdentity !== later.nextIdentity) {
      copy.nextIdentity = later.nextIdentity;
      copy.current = undefined;
    }
    return copy;
  }

  private schemaObjects(): readonly SchemaObject[] {
    const stored = this.schemas.values();
    if (stored.length === 0) return emptyCatalog.schemas;
    const known = schemaObjects.get(stored);
    if (known !== undefined) return known;
    const objects = stored.map(({ schema: _, ...object }) => object);
    schemaObjects.set(stored, objects);
    return objects;
  }

  /** The state as values, when nothing will be changed any more: what goes on from there later takes over what is known here. */
  finish(): VirtualCatalog {
    const catalog = this.catalog();
    if (!workspacesLeft.has(catalog)) workspacesLeft.set(catalog, this);
    return catalog;
  }

  /** Where names without a schema are looked for; the first is where they are created. */
  get searchPath(): readonly string[] {
    return this.path;
  }

  set searchPath(path: readonly string[]) {
    this.path = path;
    this.pathOfLookups = [temporarySchema, ...path];
  }

  /** SET search_path: for the session, or until the transaction ends. */
  setSearchPath(path: readonly string[], local: boolean): void {
    this.searchPath = path;
    if (!local) this.lastingPath = path;
  }

  /** What SET LOCAL set ends with the transaction (manual, SET). */
  endTransaction(): void {
    if (this.searchPath !== this.lastingPath) this.searchPath = this.lastingPath;
  }

  get lookupPath(): readonly string[] {
    return this.pathOfLookups;
  }

  /** The schema in which an object of that name is created. */
  creationSchema(name: ObjectName): string {
    return name.schema ?? this.searchPath[0] ?? defaultSchema;
  }

  findTable(name: ObjectName): Table | undefined {
    return this.tables.find(name, this.lookupPath);
  }

  /** The table of that name; when it was never seen, an incomplete one, since the statement says that it exists. */
  tableOrUnseen(name: ObjectName): Table {
    const known = this.findTable(name);
    if (known !== undefined) return known;
    const table: Table = {
      identity: this.newIdentity(),
      schema: this.creationSchema(name),
      name: name.name,
      kind: 'table',
      persistence: 'permanent',
      columns: [],
      constraints: [],
      indexes: [],
      triggers: [],
      policies: [],
      rowSecurity: 'off',
      complete: false,
      presumed: true,
    };
    this.tables.set(table);
    return table;
  }

  /** False where it surely has no child and no partition. */
  mayBeParent(key: string): boolean {
    return this.parents.has(key);
  }

  findDefinition(name: ObjectName, kinds: readonly DefinedObject['kind'][]): DefinedObject | undefined {
    const found = this.definitions.find(name, this.lookupPath);
    if (found === undefined || kinds.includes(found.kind)) return found;
    const schemas = name.schema === undefined ? this.lookupPath : [name.schema];
    return this.definitions
      .values()
      .find((object) => kinds.includes(object.kind) && object.name === name.name && schemas.includes(object.schema));
  }

  /** Is the name taken by a relation (table, index, sequence, view) of that schema? */
  relationExists(schema: string, name: string): boolean {
    return this.relations.has(storeKey(schema, name));
  }

  constraintExists(schema: string, name: string): boolean {
    return this.constraints.has(storeKey(schema, name));
  }

  private count(object: NamedParts, change: 1 | -1): void {
    const { schema } = object;
    if (object.kind === undefined || !isNoRelation.has(object.kind)) add(this.relations, schema, object, change);
    for (const index of object.indexes ?? none) add(this.relations, schema, index, change);
    for (const constraint of object.constraints ?? none) add(this.constraints, schema, constraint, change);
  }

  /** Of a new version of the same object, what both have stays as it is: a table can have very many parts. */
  private recount(gone: NamedParts | undefined, come: NamedParts | undefined): void {
    if (gone !== undefined && come !== undefined && sameName(gone, come)) {
      recountParts(this.relations, come.schema, gone.indexes, come.indexes);
      recountParts(this.constraints, come.schema, gone.constraints, come.constraints);
      return;
    }
    if (gone !== undefined) this.count(gone, -1);
    if (come !== undefined) this.count(come, 1);
  }
}

const isNoRelation: ReadonlySet<string> = new Set(['function', 'procedure', 'aggregate', 'rule', 'extension']);

function sameName(gone: NamedParts, come: NamedParts): boolean {
  return gone.schema === come.schema && gone.name === come.name && gone.kind === come.kind;
}

function recountParts(counts: LayeredMap<string, number>, schema: string, before: Parts | undefined, after: Parts | undefined): void {
  if (before === after) return;
  const { gone, come } = changedObjects(before ?? none, after ?? none);
  for (const part of gone) add(counts, schema, part, -1);
  for (const part of come) add(counts, schema, part, 1);
}

type Parts = readonly { readonly name: string }[];
const none: Parts = [];

/** What of an object takes names in its schema. */
interface NamedParts {
  readonly schema: string;
  readonly name: string;
  readonly kind?: string;
  readonly indexes?: Parts;
  readonly constraints?: Parts;
}

function add(counts: LayeredMap<string, number>, schema: string, { name }: { readonly name: string }, change: 1 | -1): void {
  const key = storeKey(schema, name);
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

function greatestIdentity(catalog: Catalog): number {
  let greatest = 0;
  const see = (object: { readonly identity: string }) => {
    // A live catalog's identities are oids, and a virtual one's are numbers too; anything else can't clash with a number.
    const number = Number(object.identity);
    if (Number.isSafeInteger(number)) greatest = Math.max(greatest, number);
  };
  for (const object of [...catalog.schemas, ...catalog.sequences, ...catalog.types]) see(object);
  for (const object of catalog.definitions) [object, ...(object.indexes ?? []), ...(object.triggers ?? [])].forEach(see);
  for (const table of catalog.tables) {
    [table, ...table.columns, ...table.constraints, ...table.indexes, ...table.triggers, ...table.policies].forEach(see);
  }
  return greatest;
}

const ignore = () => {};

/** A folder is replayed one migration after another, up and down: where one ended is where the next begins. */
const workspacesLeft = new WeakMap<Catalog, Workspace>();

const schemaObjects = new WeakMap<object, readonly SchemaObject[]>();
