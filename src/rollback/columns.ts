import type { Catalog, Column, Constraint, Table } from '../model/catalog';
import { relationKey } from '../model/catalog';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { match } from '../state/match';
import { type Change, type ChangeOptions, change, columnIdentity } from './change';
import { columnPattern, spoken, sqlName } from './names';
import { isAttached } from './partitions';
import { identityOptions } from './sequences';

/** A table in both catalogs, `from` as it is called after renames. */
export interface TablePair {
  readonly from: Table;
  readonly to: Table;
  /** Columns by whose names another one stands in `from`: it goes, and they are added. */
  readonly exchanged?: ReadonlySet<string>;
}

/** The columns of two versions of a table, paired. A table that only shares its name has columns of its own. */
export function matchColumns({ from, to }: TablePair) {
  return match(from.columns, to.columns, (column) => column.name, from.identity === to.identity);
}

/** True when the column must be dropped and added: a generated column's expression can't be given to a plain column, nor changed before 17. */
export function mustReplace(from: Column, to: Column): boolean {
  if (to.generated === undefined) return false;
  return from.generated?.expression !== to.generated.expression || from.generated.kind !== to.generated.kind;
}

/** Columns whose type changes: what is defined on them stands in the way. */
export function retyped(pair: TablePair): Set<string> {
  const { pairs } = matchColumns(pair);
  return new Set(
    pairs.filter(([a, b]) => b.inherited !== true && (a.type !== b.type || a.collation !== b.collation)).map(([, b]) => b.name),
  );
}

/**
 * Retyped columns whose new type is of another kind: the server reads conditions on them again from its own text, where literals have the
 * old type, and finds no operator (manual, ALTER TABLE, SET DATA TYPE).
 */
export function reinterpreted(pair: TablePair): Set<string> {
  const { pairs } = matchColumns(pair);
  const types = retyped(pair);
  return new Set(pairs.filter(([a, b]) => types.has(b.name) && kindOfType(a.type) !== kindOfType(b.type)).map(([, b]) => b.name));
}

const kindsOfTypes: readonly (readonly [string, RegExp])[] = [
  ['text', /^(text|character varying|varchar|character|char|bpchar)\b/],
  ['number', /^(smallint|integer|bigint|numeric|real|double precision)\b/],
  ['moment', /^(date|timestamp)\b/],
];

/** Types between which the server casts by itself, also on assignment. An array's are those of its elements. */
export function kindOfType(type: string): string {
  const array = type.endsWith('[]') ? '[]' : '';
  return (kindsOfTypes.find(([, pattern]) => pattern.test(type))?.[0] ?? type.replace(/(\[\d*\])+$/, '')) + array;
}

/** Columns that are dropped and added, so that everything on them goes and comes with them. */
export function replaced(pair: TablePair): Set<string> {
  const disturbed = retyped(pair);
  const { pairs } = matchColumns(pair);
  return new Set(
    pairs
      .filter(([a, b]) => b.inherited !== true && (mustReplace(a, b) || dependsOnAny(b, disturbed) || pair.exchanged?.has(b.name) === true))
      .map(([, b]) => b.name),
  );
}

function dependsOnAny(column: Column, names: ReadonlySet<string>): boolean {
  return column.generated !== undefined && textNames(column.generated.expression, names);
}

/** True when a text names one of these columns. */
export function textNames(text: string, columns: ReadonlySet<string>): boolean {
  return [...columns].some((name) => columnPattern(quoteIdentifier(name)).test(text));
}

/** Changes to the columns of one table. Dropped columns went before, NOT NULL comes last so that nothing has to be NOT NULL too early. */
export function columnChanges(pair: TablePair, to: Catalog, options: ChangeOptions): Change[] {
  const { pairs, added } = matchColumns(pair);
  const again = replaced(pair);
  const table = pair.to;
  const gone = new Set(computedFromRemoved(pair));
  const drops = pairs.filter(([a, b]) => again.has(b.name) && !gone.has(a)).map(([a]) => dropColumn(table, a, options));
  const adds = [
    ...pairs.filter(([, b]) => again.has(b.name)).map(([, b]) => b),
    ...added.filter((column) => column.inherited !== true || isAttached(pair.from, pair.to)),
  ];
  const kept = pairs.filter(([, b]) => !again.has(b.name));
  const plainFirst = [...adds].sort((a, b) => Number(a.generated !== undefined) - Number(b.generated !== undefined));
  return [
    ...drops,
    ...kept.flatMap(([a, b]) => alterColumn(pair, a, b, to, options)),
    ...plainFirst.flatMap((column) => addColumn(table, column, to, options)),
    ...kept.flatMap(([a, b]) => notNullChanges(pair, a, b, options)),
  ];
}

/** Generated columns that are made again, and whose expression names a column that goes: it can't go before them. */
export function computedFromRemoved(pair: TablePair): readonly Column[] {
  const { pairs, removed } = matchColumns(pair);
  const again = replaced(pair);
  const names = new Set(removed.map((column) => column.name));
  if (names.size === 0) return [];
  return pairs
    .filter(([a, b]) => again.has(b.name) && a.generated !== undefined && textNames(a.generated.expression, names))
    .map(([a]) => a);
}

/** Drops a column by its name in `table`. */
export function dropColumn(table: Table, column: Column, options: ChangeOptions): Change {
  return change(
    'drop column',
    `Drop column ${column.name} of ${spoken(table)}`,
    `${spoken(table)} had no such column ${options.goal}.`,
    `ALTER TABLE ${sqlName(table)} DROP COLUMN ${quoteIdentifier(column.name)}`,
  );
}

function addColumn(table: Table, column: Column, catalog: Catalog, options: ChangeOptions): Change[] {
  const empty = options.isEmpty(relationKey(table));
  const fillsItself = column.default !== undefined || column.identityKind !== undefined || column.generated !== undefined;
  const waits = column.notNull && !fillsItself && !empty;
  const values = `${spoken(table)}.${column.name}`;
  const lost = column.generated === undefined && !empty;
  const text = `values of ${values}: restore them from a backup taken before the migration`;
  const add = change(
    'add column',
    `Add column ${column.name} to ${spoken(table)}`,
    `${spoken(table)} had this column ${options.goal}.`,
    `ALTER TABLE ${sqlName(table)} ADD COLUMN ${columnText(table, waits ? { ...column, notNull: false } : column, catalog)}`,
    lost ? { loses: { text, loss: { table: relationKey(table), columns: [column.name] } } } : {},
  );
  const storage = alterStorage(table, {}, column, options);
  if (!waits) return [add, ...storage];
  return [add, ...storage, notNullWhenRestored(table, column, options)];
}

/** A column as it stands in CREATE TABLE and ADD COLUMN. */
export function columnText(table: Table, column: Column, catalog: Catalog): string {
  const parts = [quoteIdentifier(column.name), column.type];
  if (column.collation !== undefined) parts.push(`COLLATE ${column.collation}`);
  if (column.generated) parts.push(`GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.kind.toUpperCase()}`);
  if (column.identityKind)
    parts.push(`GENERATED ${column.identityKind.toUpperCase()} AS IDENTITY${identityOptions(catalog, table, column)}`);
  if (column.default !== undefined) parts.push(`DEFAULT ${column.default}`);
  if (column.notNull) {
    const named = notNullConstraint(table, column);
    if (named === undefined || named.validated)
      parts.push(
        named === undefined || hasDefaultName(table, named)
          ? notNullText(named)
          : `CONSTRAINT ${quoteIdentifier(named.name)} ${notNullText(named)}`,
      );
  }
  return parts.join(' ');
}

function notNullText(constraint: Constraint | undefined): string {
  return constraint?.definition.endsWith(' NO INHERIT') ? 'NOT NULL NO INHERIT' : 'NOT NULL';
}

/** Since Postgres 18 NOT NULL is a constraint with a name. */
function notNullConstraint(table: Table, column: Column): Constraint | undefined {
  return table.constraints.find((constraint) => constraint.kind === 'not null' && constraint.columns[0] === column.name);
}

function hasDefaultName(table: Table, constraint: Constraint): boolean {
  return constraint.name === `${table.name}_${constraint.columns[0] ?? ''}_not_null`;
}

/** What makes a column NOT NULL again, with the name its constraint had. */
export function setNotNull(table: Table, column: Column): string {
  const named = notNullConstraint(table, column);
  const name = quoteIdentifier(column.name);
  if (named === undefined || (hasDefaultName(table, named) && named.validated && !named.definition.endsWith('NO INHERIT'))) {
    return `ALTER COLUMN ${name} SET NOT NULL`;
  }
  return `ADD CONSTRAINT ${quoteIdentifier(named.name)} ${named.definition}${named.validated ? '' : ' NOT VALID'}`;
}

function alterColumn(pair: TablePair, from: Column, to: Column, catalog: Catalog, options: ChangeOptions): Change[] {
  if (to.inherited === true) return [];
  const table = pair.to;
  const name = quoteIdentifier(to.name);
  const on = `ALTER TABLE ${sqlName(table)} ALTER COLUMN ${name}`;
  const spokenName = `${spoken(table)}.${to.name}`;
  const changes: Change[] = [];
  const typeChanges = from.type !== to.type || from.collation !== to.collation;
  const why = (what: string) => `It was ${what} ${options.goal}.`;
  const alter = (title: string, reason: string, text: string) => changes.push(change('alter column', title, reason, `${on} ${text}`));
  if (from.generated && !to.generated) alter(`Make ${spokenName} a plain column`, why('no generated column'), 'DROP EXPRESSION');
  // Since 17 a partition has its parent's identity, and DETACH takes it away.
  const isDetached = pair.from.partitionOf !== undefined && pair.to.partitionOf === undefined;
  const dropIdentity = `DROP IDENTITY${isDetached ? ' IF EXISTS' : ''}`;
  if (from.identityKind && !to.identityKind) alter(`Make ${spokenName} no identity column`, why('none'), dropIdentity);
  if (from.default !== undefined && (to.default === undefined || typeChanges)) {
    alter(`Drop the default of ${spokenName}`, typeChanges ? 'The default is of the old type.' : why('without one'), 'DROP DEFAULT');
  }
  if (typeChanges) changes.push(...typeChange(table, from, to, options));
  if (to.default !== undefined && (from.default !== to.default || typeChanges)) {
    alter(`Set the default of ${spokenName}`, why(`DEFAULT ${to.default}`), `SET DEFAULT ${to.default}`);
  }
  if (to.identityKind && from.identityKind && to.identityKind !== from.identityKind) {
    alter(
      `Make ${spokenName} GENERATED ${to.identityKind.toUpperCase()}`,
      why(to.identityKind),
      `SET GENERATED ${to.identityKind.toUpperCase()}`,
    );
  }
  if (to.identityKind && !from.identityKind) {
    const kind = to.identityKind.toUpperCase();
    // An identity column must be NOT NULL first.
    if (!from.notNull) alter(`Make ${spokenName} NOT NULL`, 'An identity column has to be.', 'SET NOT NULL');
    alter(`Make ${spokenName} an identity column`, why('one'), `ADD GENERATED ${kind} AS IDENTITY${identityOptions(catalog, table, to)}`);
  }
  return [...changes, ...alterStorage(table, from, to, options)];
}

/** Types that are cast to one another by their text or their value; between all others a cast may be missing. */
const scalar =
  /^(smallint|integer|bigint|numeric|real|double precision|text|character|citext|boolean|date|time|timestamp|interval|uuid|money|oid|inet|cidr|name|bit)\b(?!.*\[\])/;

function givesUp(from: Column, to: Column, options: ChangeOptions): boolean {
  return options.giveUpRetyped === true && from.type !== to.type && !(scalar.test(from.type) && scalar.test(to.type));
}

function typeChange(table: Table, from: Column, to: Column, options: ChangeOptions): Change[] {
  const name = quoteIdentifier(to.name);
  const on = `ALTER TABLE ${sqlName(table)} ALTER COLUMN ${name}`;
  const spokenName = `${spoken(table)}.${to.name}`;
  if (givesUp(from, to, options)) {
    const why = 'Its values can not be taken over into the old type.';
    return [
      ...(from.notNull ? [change('alter column', `Let ${spokenName} be NULL`, why, `${on} DROP NOT NULL`)] : []),
      emptyRetyped(table, from, to, options),
      ...(to.notNull ? [notNullWhenRestored(table, to, options)] : []),
    ];
  }
  const collation = to.collation === undefined ? '' : ` COLLATE ${to.collation}`;
  const back = options.usingBack?.get(columnIdentity(table, to));
  // The server's own cast on assignment refuses a text that is too long, which an explicit one cuts off (manual, Character Types).
  const isAssigned = kindOfType(from.type) === kindOfType(to.type);
  const using = back !== undefined ? ` USING ${back}` : isAssigned ? '' : ` USING ${viaText(from.type, to.type, name)}`;
  const why = `It was ${to.type} ${options.goal}.`;
  const rechecks = { own: { table: relationKey(table), columns: [to.name] } };
  const isSure = back !== undefined || holdsAll(from.type, to.type) || wasSetAside.test(from.type);
  const text = `${on} TYPE ${to.type}${collation}${using}`;
  return [change('change type', `Change ${spokenName} to ${to.type}`, why, text, isSure ? {} : { rechecks })];
}

const integers = ['smallint', 'integer', 'bigint'];

/** Does a type hold whatever the other one can? Else the server refuses a value of it that is too long, too large, or no such thing. */
function holdsAll(from: string, to: string): boolean {
  const limit = (type: string) =>
    Number(/^(?:character varying|varchar|character|char)\((\d+)\)/.exec(type)?.[1] ?? Number.POSITIVE_INFINITY);
  const isText = kindOfType(to) === 'text';
  if (isText) return kindOfType(from) === 'text' ? limit(to) >= limit(from) : limit(to) === Number.POSITIVE_INFINITY;
  if (integers.includes(from)) return /^(numeric|real|double precision)$/.test(to) || integers.indexOf(to) >= integers.indexOf(from);
  return from === to || (kindOfType(from) === 'moment' && kindOfType(to) === 'moment');
}

function emptyRetyped(table: Table, from: Column, to: Column, options: ChangeOptions): Change {
  const name = `${spoken(table)}.${to.name}`;
  const text = `values of ${name}, which ${from.type} does not give back as ${to.type}: restore them from a backup taken before the migration`;
  return change(
    'alter column',
    `Change ${name} to ${to.type}, without its values`,
    `It was ${to.type} ${options.goal}, and its values of type ${from.type} can't be cast to that.`,
    `ALTER TABLE ${sqlName(table)} ALTER COLUMN ${quoteIdentifier(to.name)} TYPE ${to.type} USING NULL::${to.type}`,
    { loses: { text, loss: { table: relationKey(table), columns: [to.name] } } },
  );
}

function notNullWhenRestored(table: Table, column: Column, options: ChangeOptions): Change {
  return change(
    'restore values',
    `Make ${spoken(table)}.${column.name} NOT NULL`,
    `It was NOT NULL ${options.goal}, which rows without a value do not allow.`,
    `ALTER TABLE ${sqlName(table)} ${setNotNull(table, column)}`,
    { needs: { table: relationKey(table), columns: [column.name] } },
  );
}

/** A type that is made anew, by the name that it has meanwhile. */
const wasSetAside = /_replaced("?)(\[\])?$/;

/** Types of the user's own have no cast between one another; their texts are the same. */
function viaText(from: string, to: string, name: string): string {
  // A list or a record has no cast to JSON, but a function.
  if (/^jsonb?$/.test(to) && !/^(jsonb?|text|character)/.test(from)) return `to_${to}(${name})`;
  const array = to.endsWith('[]') ? '[]' : '';
  const own = from.includes('.') && (to.includes('.') || from.replace(wasSetAside, '$1$2').endsWith(`.${to}`));
  return own ? `${name}::text${array}::${to}` : `${name}::${to}`;
}

/** What CREATE TABLE has no words for in every version (STORAGE came with 16, statistics targets have none). */
export function storageOfNewTable(table: Table, options: ChangeOptions): Change[] {
  return table.columns.filter((column) => column.inherited !== true).flatMap((column) => alterStorage(table, {}, column, options));
}

/** What CREATE TABLE gives a column of this type (pg_type.typstorage); SET STORAGE DEFAULT came with Postgres 16. */
function defaultStorage(type: string): string {
  if (/^(numeric|inet|cidr)\b(?!.*\[\])/.test(type)) return 'MAIN';
  return /^(smallint|integer|bigint|boolean|real|double|date|time|timestamp|interval|uuid|money|oid)\b(?!.*\[\])/.test(type)
    ? 'PLAIN'
    : 'EXTENDED';
}

function alterStorage(
  table: Table,
  from: Pick<Column, 'storage' | 'compression' | 'statisticsTarget'>,
  to: Column,
  options: ChangeOptions,
): Change[] {
  const on = `ALTER TABLE ${sqlName(table)} ALTER COLUMN ${quoteIdentifier(to.name)}`;
  const set = (what: string, value: string) =>
    change('alter column', `Set ${what} of ${spoken(table)}.${to.name}`, `It was so ${options.goal}.`, `${on} SET ${value}`);
  return [
    ...(from.storage === to.storage ? [] : [set('the storage', `STORAGE ${to.storage ?? defaultStorage(to.type)}`)]),
    ...(from.compression === to.compression ? [] : [set('the compression', `COMPRESSION ${to.compression ?? 'default'}`)]),
    ...(from.statisticsTarget === to.statisticsTarget ? [] : [set('the statistics target', `STATISTICS ${to.statisticsTarget ?? -1}`)]),
  ];
}

function notNullChanges(pair: TablePair, from: Column, to: Column, options: ChangeOptions): Change[] {
  if (to.inherited === true || givesUp(from, to, options)) return [];
  const on = `ALTER TABLE ${sqlName(pair.to)}`;
  const name = `${spoken(pair.to)}.${to.name}`;
  const becameIdentity = to.identityKind !== undefined && from.identityKind === undefined;
  const why = (what: string) => `It ${what} ${options.goal}.`;
  if (from.notNull && !to.notNull) {
    return [
      change('drop not null', `Let ${name} be NULL`, why('could be'), `${on} ALTER COLUMN ${quoteIdentifier(to.name)} DROP NOT NULL`),
    ];
  }
  if (!from.notNull && to.notNull) {
    const rechecks = { own: { table: relationKey(pair.to), columns: [to.name] } };
    const text = `${on} ${setNotNull(pair.to, to)}`;
    return becameIdentity ? [] : [change('set not null', `Make ${name} NOT NULL`, why('was'), text, { rechecks })];
  }
  const before = notNullConstraint(pair.from, from);
  const after = notNullConstraint(pair.to, to);
  // The virtual schema keeps one that is not validated apart from the column's own flag.
  if (before && !after && !to.notNull) {
    return [
      change('drop not null', `Drop NOT NULL of ${name}`, why('had none'), `${on} ALTER COLUMN ${quoteIdentifier(to.name)} DROP NOT NULL`),
    ];
  }
  if (!before || !after || !to.notNull) return [];
  const changes: Change[] = [];
  if (before.name !== after.name && before.identity !== after.identity) {
    const text = `${on} RENAME CONSTRAINT ${quoteIdentifier(before.name)} TO ${quoteIdentifier(after.name)}`;
    changes.push(change('rename constraint', `Rename the NOT NULL constraint of ${name}`, why(`was called ${after.name}`), text));
  }
  const constraintName = quoteIdentifier(after.name);
  if (!before.validated && after.validated) {
    changes.push(
      change('validate constraint', `Validate NOT NULL of ${name}`, why('was validated'), `${on} VALIDATE CONSTRAINT ${constraintName}`),
    );
  }
  if (before.validated && !after.validated) {
    const drop = `${on} ALTER COLUMN ${quoteIdentifier(to.name)} DROP NOT NULL`;
    changes.push(change('drop not null', `Drop NOT NULL of ${name}`, why('was not validated'), drop));
    changes.push(change('set not null', `Make ${name} NOT NULL for new rows`, why('was'), `${on} ${setNotNull(pair.to, to)}`));
  }
  return changes;
}
