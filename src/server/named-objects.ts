import type { Catalog, Table } from '../model/catalog';
import { type Engine, isMysqlFamily } from '../model/engine';
import { findTable } from '../schema/lookup';
import type { NameToken } from './name-tokens';

/** An object of the virtual schema, by which it is known in every state of it, whatever it is called there. */
export interface NamedObject {
  /** The identity of its table, for what belongs to one. */
  readonly table?: string;
  readonly kind: 'table' | 'column' | 'part' | 'sequence' | 'type' | 'definition';
  readonly identity: string;
}

/** The schema right before and right after a statement: what it names is in one of them, or in both. */
export interface Moment {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly engine: Engine;
}

/** Words after which a table stands, where a column could have the same name. */
const beforeTables = new Set('table on into from update join references only exists of truncate view cluster vacuum analyze'.split(' '));

/** What a word of a statement names; several where it can't be told which. `tokens` are all words of the statement. */
export function namedObjects(token: NameToken, tokens: readonly NameToken[], moment: Moment): readonly NamedObject[] {
  const tables = namedTables(tokens, moment);
  const named = tables.filter(({ table }) => isCalled(token, table.name, moment.engine)).map(({ table }) => tableObject(table));
  if (token.before === '.') {
    const qualifier = tokens[tokens.indexOf(token) - 1];
    const owner = tables.filter(({ mentions }) => qualifier !== undefined && mentions.includes(qualifier));
    const columns = columnsOf(token, owner, moment.engine);
    if (columns.length > 0) return columns;
    return named.length > 0 ? named : others(token, tables, moment);
  }
  if (token.isQualifier)
    return unique([...named, ...tables.filter(({ mentions }) => mentions.includes(token)).map(({ table }) => tableObject(table))]);
  const columns = columnsOf(token, nearest(token, tables, moment.engine), moment.engine);
  const isTable = beforeTables.has(token.before) || columns.length === 0;
  if (named.length > 0 && isTable) return named;
  return columns.length > 0 ? columns : others(token, tables, moment);
}

interface MentionedTable {
  readonly table: Table;
  /** The words that mean it: its name, and the aliases that it has here. */
  readonly mentions: readonly NameToken[];
}

function tableObject({ identity }: Table): NamedObject {
  return { kind: 'table', identity };
}

/** The tables that a statement names: of several of one name those whose schema it names too, else the one that is found without. */
function namedTables(tokens: readonly NameToken[], { before, after, engine }: Moment): readonly MentionedTable[] {
  const found = [...new Set([...before.tables, ...after.tables])].flatMap((table): readonly MentionedTable[] => {
    const mentions = tokens.filter((token) => isCalled(token, table.name, engine));
    return mentions.length === 0 ? [] : [{ table, mentions: [...mentions, ...aliases(mentions, tokens)] }];
  });
  return found.filter(({ table }) => {
    const others = found.filter((other) => other.table.name === table.name && other.table.schema !== table.schema);
    if (others.length === 0 || tokens.some((token) => token.isQualifier && isCalled(token, table.schema, engine))) return true;
    const usual = findTable(after, { name: table.name }) ?? findTable(before, { name: table.name });
    return usual?.identity === table.identity;
  });
}

const noAliases = new Set(
  'set on where using inner left right full cross join add drop alter rename as values select order group limit'.split(' '),
);

/** `orders AS o`, `orders o`: every further `o`. */
function aliases(mentions: readonly NameToken[], tokens: readonly NameToken[]): readonly NameToken[] {
  const names = mentions.flatMap((mention) => {
    const next = tokens[tokens.indexOf(mention) + 1];
    const alias = next?.names[0] === 'as' ? tokens[tokens.indexOf(mention) + 2] : next;
    return alias === undefined || alias.before === '' || alias.before === '.' || noAliases.has(alias.names[0] ?? '') ? [] : alias.names;
  });
  return tokens.filter((token) => token.isQualifier && token.names.some((name) => names.includes(name)));
}

/** The table that is named last before a word and has a column of that name; all that have one where none is named before it. */
function nearest(token: NameToken, tables: readonly MentionedTable[], engine: Engine): readonly MentionedTable[] {
  const having = tables.filter(({ table }) => table.columns.some(({ name }) => isCalled(token, name, engine)));
  const last = Math.max(-1, ...having.flatMap(({ mentions }) => mentions.map(({ start }) => start).filter((start) => start < token.start)));
  return last === -1 ? having : having.filter(({ mentions }) => mentions.some(({ start }) => start === last));
}

function columnsOf(token: NameToken, tables: readonly MentionedTable[], engine: Engine): readonly NamedObject[] {
  return unique(
    tables.flatMap(({ table }) =>
      table.columns
        .filter(({ name }) => isCalled(token, name, engine))
        .map(({ identity }): NamedObject => ({ kind: 'column', table: table.identity, identity })),
    ),
  );
}

/** Indexes, constraints and triggers, those of the tables that are named first; sequences, types, views, functions. */
function others(token: NameToken, mentioned: readonly MentionedTable[], { before, after, engine }: Moment): readonly NamedObject[] {
  const isNamed = ({ name }: { readonly name: string }) => isCalled(token, name, engine);
  const partsOf = (tables: readonly Table[]) =>
    tables.flatMap((table) =>
      [...table.indexes, ...table.constraints, ...table.triggers, ...table.policies]
        .filter(isNamed)
        .map(({ identity }): NamedObject => ({ kind: 'part', table: table.identity, identity })),
    );
  const own = partsOf(mentioned.map(({ table }) => table));
  if (own.length > 0) return unique(own);
  return unique(
    [after, before].flatMap((catalog) => [
      ...partsOf(catalog.tables),
      ...catalog.sequences.filter(isNamed).map(({ identity }): NamedObject => ({ kind: 'sequence', identity })),
      ...catalog.types.filter(isNamed).map(({ identity }): NamedObject => ({ kind: 'type', identity })),
      ...catalog.definitions.filter(isNamed).map(({ identity }): NamedObject => ({ kind: 'definition', identity })),
    ]),
  );
}

function unique(objects: readonly NamedObject[]): readonly NamedObject[] {
  return objects.filter((object, index) => objects.findIndex((other) => isSame(other, object)) === index);
}

export function isSame(left: NamedObject, right: NamedObject): boolean {
  return left.kind === right.kind && left.identity === right.identity && left.table === right.table;
}

/** What an object is called in a state of the schema; undefined where it does not exist. */
export function nameIn(catalog: Catalog, object: NamedObject): string | undefined {
  const { kind, identity } = object;
  const find = (all: readonly { readonly identity: string; readonly name: string }[]) => all.find((one) => one.identity === identity)?.name;
  if (kind === 'sequence') return find(catalog.sequences);
  if (kind === 'type') return find(catalog.types);
  if (kind === 'definition') return find(catalog.definitions);
  const table = catalog.tables.find((candidate) => candidate.identity === (object.table ?? identity));
  // One that was there before all migrations shows up with the first statement that changes it, which does not create it.
  if (kind === 'table') return table?.presumed === true ? undefined : table?.name;
  if (kind === 'column') return find(table?.columns ?? []);
  return table && find([...table.indexes, ...table.constraints, ...table.triggers, ...table.policies]);
}

function isCalled(token: NameToken, name: string, engine: Engine): boolean {
  // MySQL manual, "Identifier Case Sensitivity": of columns and indexes it never counts, of tables it depends on the server.
  if (isMysqlFamily(engine)) return token.names.some((one) => one.toLowerCase() === name.toLowerCase());
  return token.names.includes(name);
}
