import { type Catalog, relationKey, type Table } from '../../model/catalog';
import { whyFree } from '../../plan/type-change';
import { sameColumns } from '../postgres/unique-keys';

/**
 * How the schema `end`, after a migration and its rollback, differs from the one before both, in words. Only what is surely a difference:
 * two texts that may say the same are taken to do so, and of a table whose creation was not seen only what the migration made counts.
 * @param between the schema after the migration, before its rollback.
 */
export function leftBehind(origin: Catalog, between: Catalog, end: Catalog): readonly string[] {
  return [
    ...namedDifferences('schema', origin.schemas, end.schemas, ({ name }) => name),
    ...namedDifferences('type', origin.types, end.types, shown),
    ...labelDifferences(origin, end),
    ...namedDifferences('sequence', origin.sequences.filter(standsAlone), end.sequences.filter(standsAlone), shown),
    ...tableDifferences(origin, between, end),
    ...definitionDifferences(origin, end),
  ];
}

/** Values of enums. A value that was added can't be taken away again, so the rollback has to make the type anew, or say so. */
function labelDifferences(origin: Catalog, end: Catalog): string[] {
  const before = new Map(origin.types.map((type) => [relationKey(type), type]));
  return end.types.flatMap((type) => {
    const old = before.get(relationKey(type))?.labels;
    if (old === undefined || type.labels === undefined) return [];
    const quoted = (labels: readonly string[]) => labels.map((label) => ({ name: `'${label}' of ${shown(type)}` }));
    return namedDifferences('value', quoted(old), quoted(type.labels), ({ name }) => name);
  });
}

function shown(object: { readonly schema: string; readonly name: string }): string {
  return object.schema === 'public' ? object.name : relationKey(object);
}

function standsAlone({ ownedBy }: { readonly ownedBy?: unknown }): boolean {
  return ownedBy === undefined;
}

function namedDifferences<T>(what: string, before: readonly T[], after: readonly T[], nameOf: (object: T) => string): string[] {
  const [old, now] = [new Set(before.map(nameOf)), new Set(after.map(nameOf))];
  return [
    ...[...now].filter((name) => !old.has(name)).map((name) => `${what} ${name} stays`),
    ...[...old].filter((name) => !now.has(name)).map((name) => `${what} ${name}, which was there before, is gone`),
  ];
}

/** A function may come back with the same name and another text, which is not compared. */
function definitionDifferences(origin: Catalog, end: Catalog): string[] {
  const kinds = ['view', 'materialized view', 'function', 'procedure', 'extension'] as const;
  return kinds.flatMap((kind) => {
    const of = (catalog: Catalog) => catalog.definitions.filter((object) => object.kind === kind);
    return namedDifferences(kind, of(origin), of(withoutLeftExtensions(origin, end)), shown);
  });
}

/** CREATE EXTENSION IF NOT EXISTS may have found the extension there, made by somebody else: to leave it is usual. */
export function withoutLeftExtensions(origin: Catalog, end: Catalog): Catalog {
  const before = new Set(origin.definitions.filter(({ kind }) => kind === 'extension').map(({ name }) => name));
  const isLeft = ({ kind, name, definition }: Catalog['definitions'][number]) =>
    kind === 'extension' && !before.has(name) && /\bif\s+not\s+exists\b/i.test(definition);
  return { ...end, definitions: end.definitions.filter((object) => !isLeft(object)) };
}

function tableDifferences(origin: Catalog, between: Catalog, end: Catalog): string[] {
  // What nothing touched is the same object in both: of many tables, a migration and its rollback change few.
  const [there, were] = [new Set(end.tables), new Set(origin.tables)];
  const before = new Map(origin.tables.flatMap((table) => (there.has(table) || !isLasting(table) ? [] : [[relationKey(table), table]])));
  const after = new Map(end.tables.flatMap((table) => (were.has(table) || !isLasting(table) ? [] : [[relationKey(table), table]])));
  const keys = [...new Set([...after.keys(), ...before.keys()])];
  return keys.flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    if (old !== undefined && now !== undefined)
      return partDifferences(
        old,
        between.tables.find(({ identity }) => identity === old.identity),
        now,
      );
    if (now !== undefined && now.presumed !== true) return [`table ${shown(now)} stays`];
    if (now !== undefined) return madeParts(between, now);
    return old === undefined || old.presumed === true ? [] : [`table ${shown(old)}, which was there before, is gone`];
  });
}

function isLasting({ persistence }: Table): boolean {
  return persistence !== 'temporary';
}

/** Of a table that no migration creates: what the migration added, and the rollback did not take away. */
function madeParts(between: Catalog, now: Table): string[] {
  const made = between.tables.find(({ identity }) => identity === now.identity);
  if (made === undefined) return [];
  const kept = <T extends { readonly identity: string; readonly name: string }>(of: readonly T[], present: readonly T[]) =>
    present.filter(({ identity }) => of.some((part) => part.identity === identity));
  return [
    ...kept(made.columns, now.columns).map(({ name }) => `column ${shown(now)}.${name} stays`),
    ...kept(made.constraints, now.constraints).map(({ name }) => `constraint ${name} of ${shown(now)} stays`),
    ...kept(made.indexes, now.indexes)
      .filter(({ constraint }) => constraint === undefined)
      .map(({ name }) => `index ${name} of ${shown(now)} stays`),
  ];
}

/** Without the keys and indexes that ATTACH PARTITION made: DETACH leaves them to the table, and the next ATTACH takes them as they are. */
function withoutAttached(old: Table, table: Table, between: Table | undefined): Table {
  if (between?.partitionOf === undefined || table.partitionOf !== undefined) return table;
  const given = new Set([...between.constraints, ...between.indexes].flatMap((part) => (part.inherited === true ? [part.identity] : [])));
  // Those that it brought along are parts of the parent's while it is attached.
  for (const { identity } of [...old.constraints, ...old.indexes]) given.delete(identity);
  const own = ({ identity }: { readonly identity: string }) => !given.has(identity);
  return { ...table, constraints: table.constraints.filter(own), indexes: table.indexes.filter(own) };
}

function partDifferences(old: Table, between: Table | undefined, end: Table): string[] {
  const now = withoutAttached(old, end, between);
  // Of an incomplete table, what is missing on one side may have been there unseen.
  const isWhole = old.complete !== false;
  const name = shown(now);
  const columns = namedDifferences('column', old.columns, now.columns, (column) => `${name}.${column.name}`).filter(
    (text) => isWhole || !text.endsWith('stays'),
  );
  return [
    ...columns,
    ...old.columns.flatMap((column) => {
      const present = now.columns.find((candidate) => candidate.name === column.name);
      return present === undefined ? [] : columnDifferences(`${name}.${column.name}`, column, present, isAnnounced(old, column.name));
    }),
    ...constraintDifferences(old, between, now, name),
    ...indexDifferences(old, between, now, name),
    ...namedDifferences('trigger', old.triggers, now.triggers, (trigger) => `${trigger.name} of ${name}`),
    ...namedDifferences('policy', old.policies, now.policies, (policy) => `${policy.name} of ${name}`),
    ...(old.rowSecurity === now.rowSecurity ? [] : [`row level security of ${name} is ${now.rowSecurity}, and was ${old.rowSecurity}`]),
  ];
}

/** A NOT NULL that was NOT VALID held for new rows already (18): to validate it takes nothing away from anybody. */
function isAnnounced({ constraints }: Table, column: string): boolean {
  return constraints.some(({ kind, columns }) => kind === 'not null' && columns.includes(column));
}

function columnDifferences(
  name: string,
  old: Table['columns'][number],
  now: Table['columns'][number],
  isAnnouncedNotNull: boolean,
): string[] {
  const differences: string[] = [];
  // A type that holds all that the old one held, and costs nothing to get, is left as it is by many rollbacks.
  if (old.type !== now.type && whyFree(old.type, now.type) === undefined)
    differences.push(`column ${name} is ${now.type}, and was ${old.type}`);
  if (old.notNull !== now.notNull && !(now.notNull && isAnnouncedNotNull))
    differences.push(`column ${name} is ${now.notNull ? 'NOT NULL' : 'no longer NOT NULL'}`);
  if (old.generated === undefined && now.generated === undefined) differences.push(...defaultDifference(name, old, now));
  return differences;
}

type Column = Table['columns'][number];

/** Whether there is one; of two only constants are compared, as expressions may say the same by other words. */
function defaultDifference(name: string, old: Column, now: Column): string[] {
  if ((old.default === undefined) !== (now.default === undefined)) {
    return [now.default === undefined ? `the default of ${name} is gone` : `${name} has a default that it did not have`];
  }
  if (old.default === undefined || now.default === undefined || old.type !== now.type) return [];
  const [before, after] = [constantOf(old.default, old.type), constantOf(now.default, now.type)];
  if (before === undefined || after === undefined || before === after) return [];
  return [`the default of ${name} is ${now.default}, and was ${old.default}`];
}

/** What a constant is as a value of a number's, a boolean's or a text's type; undefined for all else. */
function constantOf(text: string, type: string): string | undefined {
  const bare = text.trim();
  if (/^null$/i.test(bare)) return 'null';
  const content = /^'((?:[^'\\]|'')*)'$/.exec(bare)?.[1];
  if (/^(text|character varying\b.*)$/i.test(type)) return content === undefined ? undefined : `'${content}'`;
  const value = (content ?? bare).trim().toLowerCase();
  if (type === 'boolean') return /^(true|false)$/.exec(value)?.[0];
  const isNumber = /^(smallint|integer|bigint|numeric|real|double precision)\b/.test(type) && !type.endsWith(']');
  return isNumber && /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value) ? String(Number(value)) : undefined;
}

/** By kind and columns: the same constraint may come back under a name of the server's choice. */
function constraintDifferences(old: Table, between: Table | undefined, now: Table, name: string): string[] {
  type Constraint = Table['constraints'][number];
  const same = (left: Constraint, right: Constraint) =>
    left.kind === right.kind && sameColumns(left.columns, right.columns) && left.references === right.references;
  const own = ({ inherited, kind }: Constraint) => inherited !== true && kind !== 'not null' && kind !== 'trigger';
  const [before, after] = [old.constraints.filter(own), now.constraints.filter(own)];
  const unmatched = (from: readonly Constraint[], to: readonly Constraint[]) => {
    const rest = [...to];
    return from.filter((constraint) => {
      const position = rest.findIndex((candidate) => same(constraint, candidate));
      if (position !== -1) rest.splice(position, 1);
      return position === -1;
    });
  };
  // A CHECK whose columns could not be told says nothing.
  const told = (constraint: Constraint) => constraint.kind !== 'check' || constraint.columns.length > 0;
  return [
    ...unmatched(after, before)
      .filter(told)
      .map((constraint) => `constraint ${constraint.name} of ${name} stays`),
    ...unmatched(before, after)
      .filter(told)
      .filter(({ columns }) => columns.every((column) => now.columns.some((candidate) => candidate.name === column)))
      .filter((constraint) => !wasHelper(constraint, between))
      .map((constraint) => `constraint ${constraint.name} of ${name} is gone`),
  ];
}

/** A CHECK that only proved something to the migration: NOT NULL, or the bound of a partition. It goes with that. */
function wasHelper({ kind, name, definition }: Table['constraints'][number], between: Table | undefined): boolean {
  if (kind !== 'check' || between?.constraints.some((constraint) => constraint.name === name) !== false) return false;
  return /\bis\s+not\s+null\b/i.test(definition) || between.partitionOf !== undefined;
}

/** By what it is over, for the same reason; those of constraints are told with them. */
function indexDifferences(old: Table, between: Table | undefined, now: Table, name: string): string[] {
  const own = (table: Table) => table.indexes.filter(({ constraint }) => constraint === undefined);
  const keyOf = ({ unique, keys }: Table['indexes'][number]) =>
    `${unique} ${keys
      .join()
      .toLowerCase()
      .replaceAll(/[\s"()]/g, '')}`;
  const count = (table: Table, key: string) => own(table).filter((index) => keyOf(index) === key).length;
  // Of several over the same keys, which of them is too many or missing.
  const isIn = (table: Table, index: Table['indexes'][number]) =>
    own(table).some((other) => keyOf(other) === keyOf(index) && (other.identity === index.identity || other.name === index.name));
  return [
    ...own(now)
      .filter((index) => count(old, keyOf(index)) < count(now, keyOf(index)) && !isIn(old, index))
      .map((index) => `index ${index.name} of ${name} stays`),
    ...own(old)
      .filter((index) => count(now, keyOf(index)) < count(old, keyOf(index)) && !isIn(now, index))
      // One that became a constraint's goes with that, and is built concurrently again.
      .filter(({ identity }) => between?.indexes.some((index) => index.identity === identity && index.constraint !== undefined) !== true)
      .filter(({ keys }) => keys.every((key) => !/^[\w$]+$/.test(key) || now.columns.some((column) => column.name === key)))
      .map((index) => `index ${index.name} of ${name} is gone`),
  ];
}
