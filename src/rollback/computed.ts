import { type Catalog, type Column, relationKey, type Table, type TypeObject } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { replaySteps } from '../schema/virtual-schema';
import { columnIdentity } from './change';
import { type DownPart, lostData, notUndone } from './down-part';
import { spoken } from './names';
import { isNamed } from './rows';

type TypeChange = Extract<Operation, { kind: 'alter column type' }>;

/** A column that was there, and whose values the migration computed anew. */
interface Computed {
  readonly table: Table;
  readonly old: Column;
  readonly now: Column;
  readonly using: string;
  readonly statement: number;
}

/** What type changes that compute values leave to do. */
export interface ComputedDown {
  /** The schema to go back to, with such columns as they are now: a cast would give the type back with other values. */
  readonly target: Catalog;
  /** What is said of them. */
  readonly parts: readonly DownPart[];
  /** All such columns, by `columnIdentity`: what becomes of their values is said, or they come back. */
  readonly columns: ReadonlySet<string>;
  /** The expression that leads back, where there is one, by `columnIdentity`. */
  readonly usingBack: ReadonlyMap<string, string>;
}

/** Type changes with USING: only a cast of the column itself is undone by a cast. */
export function computedDown(statements: readonly Statement[], before: Catalog, after: Catalog, engine: Engine): ComputedDown {
  const changes = statements.flatMap(({ operations }) => operations.filter((operation) => operation.kind === 'alter column type'));
  const computing = changes.filter(({ using, column }) => using !== undefined && !isCastOf(using, column));
  if (computing.length === 0) return { target: before, parts: [], columns: new Set(), usingBack: new Map() };
  const found = computedColumns(statements, computing, before, after, engine);
  const changed = ({ table, old }: Computed) =>
    changes.filter(({ column, table: name }) => column === old.name && isNamed(name, table)).length;
  const backs = found.flatMap((computed) => {
    const back = changed(computed) === 1 ? exactInverse(computed) : undefined;
    return back === undefined ? [] : [[columnIdentity(computed.table, computed.old), back] as const];
  });
  const usingBack = new Map(backs);
  const lost = found.filter(({ table, old }) => !usingBack.has(columnIdentity(table, old)));
  const staying = lost.filter((computed) => computed.old.type !== computed.now.type && canStay(computed, before, after));
  return {
    target: staying.reduce((catalog, computed) => withColumnOfNow(catalog, computed, after), before),
    parts: lost.map((computed) => partOf(computed, staying.includes(computed))).reverse(),
    columns: new Set(found.map(({ table, old }) => columnIdentity(table, old))),
    usingBack,
  };
}

function computedColumns(
  statements: readonly Statement[],
  computing: readonly TypeChange[],
  before: Catalog,
  after: Catalog,
  engine: Engine,
): Computed[] {
  const alone = statements.flatMap((whole) => whole.operations.map((operation) => ({ ...whole, operations: [operation] })));
  const steps = replaySteps(before, alone, engine);
  const found = new Map<string, Computed>();
  for (const [place, { operations, index }] of alone.entries()) {
    const [operation] = operations;
    if (operation?.kind !== 'alter column type' || !computing.includes(operation)) continue;
    const then = steps[place]?.tables.find((table) => isNamed(operation.table, table));
    const identity = then?.columns.find(({ name }) => name === operation.column)?.identity;
    const table = before.tables.find((candidate) => candidate.identity === then?.identity);
    const old = table?.columns.find((column) => column.identity === identity);
    const now = after.tables
      .find((candidate) => candidate.identity === then?.identity)
      ?.columns.find((column) => column.identity === identity);
    // A column that the migration makes goes with its values; of one that it drops they are told with it.
    if (table === undefined || old === undefined || now === undefined) continue;
    found.set(columnIdentity(table, old), { table, old, now, using: operation.using ?? '', statement: index });
  }
  return [...found.values()];
}

/** A type in the form that a cast names it. */
const typeName = String.raw`(?:"[^"]+"|[a-z_][\w$]*)`;
const castType = String.raw`${typeName}(?:\.${typeName})?(?:\s+precision|\s+varying)?\s*(?:\([\d\s,]+\))?(?:\s+with(?:out)?\s+time\s+zone)?\s*(?:\[\d*\]\s*)*`;
const behindColons = new RegExp(String.raw`^([\s\S]+)::\s*${castType}$`, 'i');
const inCast = new RegExp(String.raw`^cast\s*\(([\s\S]+)\s+as\s+${castType}\)$`, 'i');

/** True for the column itself and for casts of it, one on another: each value stays the same value in another type. */
function isCastOf(using: string, column: string): boolean {
  const text = withoutParentheses(using.trim());
  const inner = inCast.exec(text)?.[1] ?? behindColons.exec(text)?.[1];
  if (inner !== undefined) return isCastOf(inner, column);
  const name = text.split('.').at(-1) ?? text;
  if (!/^(?:(?:"[^"]+"|[\w$]+)\.)*(?:"[^"]+"|[\p{L}\p{N}_$]+)$/u.test(text)) return false;
  return name === quoteIdentifier(column) || name === `"${column}"` || name.toLowerCase() === column;
}

function withoutParentheses(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  let depth = 0;
  for (let place = 0; place < text.length - 1; place++) {
    if (text[place] === '(') depth++;
    if (text[place] === ')') depth--;
    if (depth === 0) return text;
  }
  return withoutParentheses(text.slice(1, -1).trim());
}

/** Between timestamps with and without time zone AT TIME ZONE 'UTC' is its own opposite; other zones skip or repeat an hour. */
function exactInverse({ old, now, using }: Computed): string | undefined {
  const inner = /^([\s\S]+?)\s+at\s+time\s+zone\s+'utc'$/i.exec(withoutParentheses(using.trim()))?.[1];
  if (inner === undefined || !isPlainColumn(inner, old.name) || old.name !== now.name) return undefined;
  const types = [old.type, now.type].map((type) => type.toLowerCase()).sort();
  const isPair = types.join() === 'timestamp with time zone,timestamp without time zone';
  return isPair ? `${quoteIdentifier(old.name)} AT TIME ZONE 'UTC'` : undefined;
}

function isPlainColumn(text: string, column: string): boolean {
  return !text.includes('::') && !/^cast\b/i.test(text) && isCastOf(text, column);
}

/** The type's own name, without brackets and schema. */
function typeOf({ type }: Column): string {
  return (
    type
      .replace(/(\[\d*\])+$/, '')
      .split('.')
      .at(-1) ?? type
  ).replaceAll('"', '');
}

function ownType({ types }: Catalog, column: Column): TypeObject | undefined {
  return types.find(({ name }) => name === typeOf(column));
}

/** A column keeps its type unless that is of the migration's making and stands under the name of another that comes back. */
function canStay({ now }: Computed, before: Catalog, after: Catalog): boolean {
  const type = ownType(after, now);
  return type === undefined || before.types.every((other) => other.identity === type.identity || relationKey(other) !== relationKey(type));
}

function withColumnOfNow(catalog: Catalog, { table, old, now }: Computed, after: Catalog): Catalog {
  const { default: _, collation: __, storage: ___, compression: ____, ...rest } = old;
  const kept: Column = {
    ...rest,
    type: now.type,
    ...(now.default !== undefined && { default: now.default }),
    ...(now.collation !== undefined && { collation: now.collation }),
    ...(now.storage !== undefined && { storage: now.storage }),
    ...(now.compression !== undefined && { compression: now.compression }),
  };
  const type = ownType(after, now);
  const isNew = type !== undefined && !catalog.types.some(({ identity }) => identity === type.identity);
  return {
    ...catalog,
    types: isNew ? [...catalog.types, type] : catalog.types,
    tables: catalog.tables.map((other) =>
      other.identity === table.identity
        ? { ...other, columns: other.columns.map((column) => (column.identity === old.identity ? kept : column)) }
        : other,
    ),
  };
}

function partOf({ table, old, now, using, statement }: Computed, stays: boolean): DownPart {
  const name = `${spoken(table)}.${old.name}`;
  const computed = `statement ${statement} computed every value anew, by ${using.replace(/\s+/g, ' ')}`;
  const loss = { table: relationKey(table), columns: [old.name] };
  if (!stays)
    return lostData(`Not undone: the old values of ${name}, where ${computed}; take them from a backup made before the migration.`, loss);
  const fallback = old.default === undefined || old.default === now.default ? '' : ` with DEFAULT ${old.default}`;
  return notUndone(
    `${name}, which was ${old.type}${fallback}: ${computed}. No cast leads back: invert it, or take the values from a backup made before the migration`,
    loss,
  );
}
