import type { Column, Constraint, Index, Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { ColumnSpecification, IndexSpecification, KeyPart, ObjectName, TableOptions } from '../../model/operation';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../parse/mysql/identifiers';
import { charsetName, charsetOfCollation, collationName, defaultCollation, serverCharset } from './collations';
import { serverExpression } from './expression';
import { isTextType, momentText, serverDefault, serverType } from './types';

/** The collation that a table gives to its columns. */
export function tableCollation(table: Pick<Table, 'options'>, engine: Engine): string {
  const named = table.options?.find((option) => option.startsWith('collate='))?.slice('collate='.length);
  return named ?? defaultCollation(serverCharset, engine);
}

/** The collation that words about a character set come to; undefined where they say nothing. */
export function namedCollation(charset: string | undefined, collation: string | undefined, engine: Engine): string | undefined {
  if (collation !== undefined && collation !== 'default') return collationName(collation);
  if (charset === undefined) return undefined;
  return defaultCollation(charset === 'default' ? serverCharset : charset, engine);
}

/** A new column as the server keeps it. */
export function columnOf(specification: ColumnSpecification, table: Pick<Table, 'options'>, engine: Engine, identity: string): Column {
  const { name, generated, comment, onUpdate, attributes = [] } = specification;
  const { type, charset, collation, isJson } = serverType(
    /^serial$/i.test(specification.type) ? 'bigint unsigned' : specification.type,
    engine,
  );
  const own = tableCollation(table, engine);
  const named = namedCollation(specification.charset ?? charset, specification.collation ?? collation, engine);
  const binary = attributes.some((attribute) => /^binary$/i.test(attribute)) ? `${charsetOfCollation(named ?? own)}_bin` : named;
  const autoIncrement = specification.autoIncrement === true || specification.serial;
  const check = isJson ? `json_valid(${quoteIdentifier(name)})` : mariadbCheck(specification, engine);
  const storage = attributes.filter((attribute) => !/^(binary|persistent|virtual|stored)$/i.test(attribute));
  const value = generated === undefined ? defaultOf(specification, type, engine) : undefined;
  return {
    identity,
    name,
    type,
    notNull: specification.notNull || specification.primaryKey || autoIncrement,
    ...(value !== undefined && { default: value }),
    ...(generated !== undefined && { generated: { expression: serverExpression(generated.text, engine), kind: generated.kind } }),
    ...(autoIncrement && { identityKind: 'by default' as const }),
    ...(binary !== undefined && binary !== own && isTextType(type) && { collation: binary }),
    ...(onUpdate !== undefined && { onUpdate: momentText(/\((\d*)\)/.exec(onUpdate)?.[1] ?? '', engine) }),
    ...(specification.invisible && { invisible: true }),
    ...(comment !== undefined && comment !== '' && { comment }),
    ...(check !== undefined && { check }),
    ...(storage.length > 0 && { storage: storage.join(' ') }),
  };
}

/** MariaDB keeps a check that stands beside a column with it, unless it has a name. */
function mariadbCheck({ check, constraints = [] }: ColumnSpecification, engine: Engine): string | undefined {
  if (engine.name !== 'mariadb' || check === undefined) return undefined;
  return constraints.some(({ kind, name }) => kind === 'check' && name !== undefined) ? undefined : serverExpression(check, engine);
}

function defaultOf(specification: ColumnSpecification, type: string, engine: Engine): string | undefined {
  const value = specification.default;
  if (value === undefined || /^null$/i.test(value.text.trim())) return undefined;
  return defaultText(value.text, value.expression === true, type, engine);
}

/** A default as SHOW CREATE TABLE writes it: MySQL puts expressions in brackets, MariaDB those that are no call and no literal. */
export function defaultText(text: string, isExpression: boolean, type: string, engine: Engine): string {
  if (!isExpression) return serverDefault(text, type, engine);
  const inner = serverExpression(withoutBrackets(text), engine);
  if (engine.name === 'mysql') return `(${inner})`;
  if (/^(current_timestamp)\(\d*\)$/.test(inner)) return inner;
  return /^([\w$]+\([^()]*\)|'(?:[^']|'')*'|-?\d+(?:\.\d+)?)$/.test(inner) ? inner : `(${inner})`;
}

function withoutBrackets(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('(') || !trimmed.endsWith(')')) return trimmed;
  let depth = 0;
  for (let place = 0; place < trimmed.length; place++) {
    if (trimmed[place] === '(') depth++;
    if (trimmed[place] === ')' && --depth === 0 && place < trimmed.length - 1) return trimmed;
  }
  return trimmed.slice(1, -1);
}

/** The options of a table after these words: those that are not spoken of stay. */
export function tableOptions(known: readonly string[], options: TableOptions, engine: Engine): readonly string[] {
  const found = new Map(known.map((option) => [option.slice(0, option.indexOf('=')), option.slice(option.indexOf('=') + 1)]));
  const collation = namedCollation(options.charset, options.collation, engine);
  if (options.engine !== undefined) found.set('engine', engineNames[options.engine.toLowerCase()] ?? options.engine);
  if (collation !== undefined) found.set('collate', collation).set('charset', charsetOfCollation(collation));
  if (options.rowFormat === 'default') found.delete('row_format');
  else if (options.rowFormat !== undefined) found.set('row_format', options.rowFormat.toUpperCase());
  for (const option of options.others ?? []) {
    const other = /^with system versioning$/i.test(option) ? versioned : option;
    const [name = '', value = ''] = [other.slice(0, other.indexOf('=')).toLowerCase(), other.slice(other.indexOf('=') + 1)];
    if (/^default$/i.test(value)) found.delete(name);
    else found.set(name, value);
  }
  return [...found].map(([name, value]) => `${name}=${value}`).sort();
}

/** What a table of MariaDB has that keeps its old rows. */
export const versioned = 'system_versioning=on';

const engineNames: Readonly<Record<string, string>> = {
  innodb: 'InnoDB',
  myisam: 'MyISAM',
  memory: 'MEMORY',
  aria: 'Aria',
  archive: 'ARCHIVE',
  csv: 'CSV',
  rocksdb: 'ROCKSDB',
};

/** What a table has of which nothing is said. */
export function firstOptions(engine: Engine): readonly string[] {
  return [`charset=${charsetName(serverCharset)}`, `collate=${defaultCollation(serverCharset, engine)}`, 'engine=InnoDB'];
}

/** The line of an index in SHOW CREATE TABLE. */
export function indexOf(specification: IndexSpecification, name: string, table: Table, engine: Engine, identity: string): Index {
  const { unique, method, comment, visible, parser, options = [] } = specification;
  const parts = specification.parts ?? specification.keys.map((column): KeyPart => ({ column }));
  const columnNamed = (text: string) => table.columns.find((column) => column.name.toLowerCase() === text.toLowerCase());
  const written = parts.map(({ column, expression, length, descending }) => {
    const whole = new RegExp(`^(?:var)?(?:char|binary)\\(${length ?? ''}\\)$`).test(columnNamed(column ?? '')?.type ?? '');
    const prefix = length === undefined || whole ? '' : `(${length})`;
    const key =
      column === undefined ? functionalKey(expression ?? '', engine) : `${quoteIdentifier(columnNamed(column)?.name ?? column)}${prefix}`;
    return `${key}${descending ? ' DESC' : ''}`;
  });
  const kind = name === 'PRIMARY' ? 'PRIMARY KEY' : `${kindWord(unique, method)}KEY ${quoteIdentifier(name)}`;
  const using =
    specification.method === 'btree' && isUsingSaid(specification)
      ? ' USING BTREE'
      : method === 'hash' && engine.name === 'mariadb'
        ? ' USING HASH'
        : '';
  const tail = [
    ...options.map((option) => ` ${option}`),
    ...(comment === undefined || comment === '' ? [] : [` COMMENT ${quoteLiteral(comment)}`]),
    ...(parser === undefined ? [] : [` /*!50100 WITH PARSER ${quoteIdentifier(parser)} */ `]),
    ...(visible === false ? [hiddenWord(engine)] : []),
  ];
  return {
    identity,
    name,
    definition: `${kind} (${written.join(',')})${using}${tail.join('')}`,
    unique,
    keys: parts.map(({ column, expression }) => columnNamed(column ?? '')?.name ?? column ?? serverExpression(expression ?? '', engine)),
    valid: true,
    ready: true,
    live: true,
    ...(name === 'PRIMARY' && { constraint: 'PRIMARY' }),
  };
}

/** What SHOW CREATE TABLE adds to an index that the optimizer leaves alone. */
export const hiddenWord = (engine: Engine) => (engine.name === 'mysql' ? ' /*!80000 INVISIBLE */' : ' IGNORED');

/** The reader gives `btree` where nothing is said too; SHOW CREATE TABLE tells them apart. */
function isUsingSaid({ options = [] }: IndexSpecification): boolean {
  return options.some((option) => /^USING/i.test(option));
}

const functionalKey = (text: string, engine: Engine) => `(${serverExpression(text, engine)})`;

function kindWord(unique: boolean, method: string): string {
  if (method === 'fulltext') return 'FULLTEXT ';
  if (method === 'spatial') return 'SPATIAL ';
  if (method === 'vector') return 'VECTOR ';
  return unique ? 'UNIQUE ' : '';
}

export interface ForeignKeySpecification {
  readonly columns: readonly string[];
  readonly target: { readonly table: ObjectName; readonly columns: readonly string[] };
  readonly onDelete?: string;
  readonly onUpdate?: string;
}

/** The line of a foreign key, without its name. MySQL leaves NO ACTION out; MariaDB leaves RESTRICT out. */
export function foreignKeyLine({ columns, target, onDelete, onUpdate }: ForeignKeySpecification, engine: Engine): string {
  const silent = engine.name === 'mysql' ? 'NO ACTION' : 'RESTRICT';
  const action = (words: string, said: string | undefined) => {
    const upper = said?.toUpperCase();
    return upper === undefined || upper === silent ? '' : ` ${words} ${upper}`;
  };
  const list = (names: readonly string[]) => names.map(quoteIdentifier).join(', ');
  return `FOREIGN KEY (${list(columns)}) REFERENCES ${quoteQualified(target.table.schema, target.table.name)} (${list(target.columns)})${action('ON DELETE', onDelete)}${action('ON UPDATE', onUpdate)}`;
}

export function checkConstraint(name: string, expression: string, enforced: boolean, engine: Engine, identity: string): Constraint {
  return {
    identity,
    name,
    kind: 'check',
    definition: `CHECK (${serverExpression(expression, engine)})`,
    columns: [],
    validated: true,
    enforced,
  };
}
