import { type Column, type Constraint, type Index, relationKey, type Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import { quoteIdentifier, quoteLiteral, unquoteIdentifier, unquoteLiteral } from '../../parse/mysql/identifiers';
import { charsetName, collationName, defaultCollation, serverCharset } from './collations';
import { listParts, TokenReader } from './tokens';

/**
 * The table that a CREATE TABLE of the server's own writing defines (SHOW CREATE TABLE, and mysqldump, which asks for it). The AUTO_INCREMENT
 * position is left out: it belongs to the rows. Identities are names.
 * @param schema the database that it is in, where that is not the migration's own.
 */
export function tableOfShowCreate(text: string, engine: Engine, schema = ''): Table {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const head = new TokenReader(lines[0] ?? '');
  const temporary = /^CREATE TEMPORARY/i.test(lines[0] ?? '');
  while (head.next !== undefined && head.next.kind !== 'name') head.take();
  const first = unquoteIdentifier(head.take()?.text ?? '');
  const name = head.next?.text === '.' ? unquoteIdentifier(head.peek(1)?.text ?? '') : first;
  const closing = lines.findIndex((line) => line.startsWith(')'));
  const parts = lines.slice(1, closing).map((line) => line.trim().replace(/,$/, ''));
  const options = tableOptions(lines[closing] ?? '', engine);
  const columns = parts.filter((line) => line.startsWith('`')).map((line) => columnOfLine(line, options.collation, engine));
  const members = parts.filter((line) => !line.startsWith('`')).map((line) => memberOfLine(line));
  const constraints = members.flatMap(({ constraint }) => (constraint === undefined ? [] : [constraint]));
  const partitionKey = partitioning(lines.slice(closing + 1).join('\n'));
  return {
    identity: schema === '' ? name : `${schema}.${name}`,
    schema,
    name,
    kind: 'table',
    persistence: temporary ? 'temporary' : 'permanent',
    columns,
    constraints,
    indexes: members.flatMap(({ index }) => (index === undefined ? [] : [index])),
    triggers: [],
    policies: [],
    rowSecurity: 'off',
    options: options.list,
    ...(options.comment !== undefined && { comment: options.comment }),
    ...(partitionKey !== undefined && { partitionKey }),
  };
}

/** `PARTITION BY` without its words: MySQL writes it in a conditional comment, and an engine with each partition. */
function partitioning(text: string): string | undefined {
  const found = /PARTITION BY ([\s\S]*?)\s*(?:\*\/)?\s*;?\s*$/.exec(text)?.[1];
  return found?.replaceAll(/ ENGINE = \w+/g, '').replaceAll('\n', '');
}

interface TableOptions {
  readonly list: readonly string[];
  readonly collation: string;
  readonly comment?: string;
}

function tableOptions(line: string, engine: Engine): TableOptions {
  const reader = new TokenReader(line.replace(/^\)\s*/, ''));
  const found = new Map<string, string>();
  while (!reader.isAtEnd) {
    if (reader.takeWords('DEFAULT')) continue;
    if (reader.takeWords('WITH', 'SYSTEM', 'VERSIONING')) {
      found.set('SYSTEM_VERSIONING', 'on');
      continue;
    }
    const word = reader.take();
    // MariaDB puts the options of a storage engine into backticks: `PAGE_COMPRESSED`=1.
    if (word === undefined || (word.kind !== 'word' && word.kind !== 'name')) continue;
    const text = unquoteIdentifier(word.text).toUpperCase();
    const name = text === 'CHARACTER' ? 'CHARSET' : text;
    if (name === 'CHARSET') reader.takeWords('SET');
    reader.takeWords('=');
    const list = reader.takeParentheses();
    found.set(name, list === undefined ? (reader.take()?.text ?? '') : `(${list})`);
  }
  const charset = charsetName(found.get('CHARSET') ?? serverCharset);
  const collation = collationName(found.get('COLLATE') ?? defaultCollation(charset, engine));
  const comment = found.get('COMMENT');
  for (const name of ['AUTO_INCREMENT', 'COMMENT', 'CHARSET', 'COLLATE']) found.delete(name);
  const list = [...found].map(([name, value]) => `${name.toLowerCase()}=${value}`);
  return {
    list: [...list, `charset=${charset}`, `collate=${collation}`].sort(),
    collation,
    ...(comment !== undefined && { comment: unquoteLiteral(comment) }),
  };
}

/** A column while its line is read. */
type Draft = Column & { readonly charset?: string; readonly isStored?: boolean };

type ReadAttribute = (reader: TokenReader) => Partial<Draft>;

const word = (reader: TokenReader, otherwise = '') => reader.take()?.text ?? otherwise;

/** What each attribute of a column says, by the words that it begins with. */
const attributes: readonly (readonly [words: string, read: ReadAttribute])[] = [
  ['CHARACTER SET', (reader) => ({ charset: word(reader) })],
  ['COLLATE', (reader) => ({ collation: word(reader) })],
  ['NOT NULL', () => ({ notNull: true })],
  ['NULL', () => ({ notNull: false })],
  ['DEFAULT', (reader) => ({ default: valueText(reader) })],
  ['ON UPDATE', (reader) => ({ onUpdate: valueText(reader) })],
  ['AUTO_INCREMENT', () => ({ identityKind: 'by default' })],
  ['COMMENT', (reader) => ({ comment: unquoteLiteral(word(reader, "''")) })],
  ['INVISIBLE', () => ({ invisible: true })],
  ['CHECK', (reader) => ({ check: reader.takeParentheses() ?? '' })],
  ['GENERATED ALWAYS AS', (reader) => ({ generated: { expression: reader.takeParentheses() ?? '', kind: 'virtual' } })],
  ['STORED', () => ({ isStored: true })],
  ['PERSISTENT', () => ({ isStored: true })],
  ['VIRTUAL', () => ({})],
];

/** A column as its line of SHOW CREATE TABLE defines it. */
export function columnOfLine(line: string, tableCollation: string, engine: Engine): Column {
  const reader = new TokenReader(line);
  const name = unquoteIdentifier(word(reader));
  const type = typeText(reader);
  let draft: Draft = { identity: name, name, type, notNull: false };
  const storage: string[] = [];
  while (!reader.isAtEnd) {
    const [, read] = attributes.find(([words]) => reader.takeWords(...words.split(' '))) ?? [];
    if (read === undefined) storage.push(word(reader));
    else draft = { ...draft, ...read(reader) };
  }
  const { charset, collation: named, isStored, default: value, generated, ...column } = draft;
  const collation = collationName(named ?? (charset === undefined ? tableCollation : defaultCollation(charset, engine)));
  return {
    ...column,
    ...(value !== undefined && value.toUpperCase() !== 'NULL' && { default: value }),
    ...(generated !== undefined && { generated: { ...generated, kind: isStored ? 'stored' : 'virtual' } }),
    ...(collation !== tableCollation && { collation }),
    ...(storage.length > 0 && { storage: storage.join(' ') }),
  };
}

function typeText(reader: TokenReader): string {
  const words = [reader.take()?.text ?? ''];
  if (words[0] === 'double' && reader.takeWords('precision')) words.push('precision');
  const size = reader.takeParentheses();
  if (size !== undefined) words[0] += `(${size})`;
  for (const word of ['unsigned', 'zerofill']) if (reader.takeWords(word)) words.push(word);
  return words.join(' ');
}

/** The value of DEFAULT or ON UPDATE: a literal, an expression in parentheses, or a function. */
function valueText(reader: TokenReader): string {
  const expression = reader.takeParentheses();
  if (expression !== undefined) return `(${expression})`;
  const sign = reader.takeWords('-') ? '-' : '';
  const token = reader.take();
  if (token === undefined) return '';
  let text = `${sign}${token.text}`;
  while (reader.next?.text === '.') text += `${reader.take()?.text ?? ''}${reader.take()?.text ?? ''}`;
  if (token.kind === 'string' || token.kind === 'number') return text;
  const list = reader.takeParentheses();
  return list === undefined ? text : `${text}(${list})`;
}

/** An index or a constraint by its line; the primary key is both. */
export function memberOfLine(line: string): { readonly index?: Index; readonly constraint?: Constraint } {
  const reader = new TokenReader(line);
  if (reader.takeWords('CONSTRAINT')) {
    const name = unquoteIdentifier(reader.take()?.text ?? '');
    return { constraint: constraintOf(name, reader.rest()) };
  }
  if (/^(FOREIGN KEY|CHECK)\b/.test(line)) return { constraint: constraintOf('', line) };
  const isPrimary = reader.takeWords('PRIMARY', 'KEY');
  const unique = isPrimary || reader.takeWords('UNIQUE');
  if (!isPrimary) while (reader.next?.kind === 'word') reader.take();
  const name = isPrimary ? 'PRIMARY' : unquoteIdentifier(reader.take()?.text ?? '');
  const keys = listParts(reader.takeParentheses() ?? '');
  const names = keys.map(keyName);
  const index: Index = {
    identity: name,
    name,
    definition: line,
    unique,
    keys: names,
    valid: true,
    ready: true,
    live: true,
    ...(isPrimary && { constraint: name }),
  };
  if (!isPrimary) return { index };
  return {
    index,
    constraint: { identity: name, name, kind: 'primary key', definition: line, columns: names, validated: true, enforced: true },
  };
}

/** The column of a part of an index, or the expression of a functional one. */
function keyName(part: string): string {
  const reader = new TokenReader(part);
  const { next } = reader;
  return next?.kind === 'name' ? unquoteIdentifier(next.text) : (reader.takeParentheses() ?? part);
}

function constraintOf(name: string, text: string): Constraint {
  const definition = text.replace(/\s*(?:\/\*!\d+ )?NOT ENFORCED(?: \*\/)?$/, '');
  const common = { identity: name, name, definition, validated: true, enforced: definition === text };
  const reader = new TokenReader(definition);
  if (!reader.takeWords('FOREIGN', 'KEY')) return { ...common, kind: 'check', columns: [] };
  const columns = listParts(reader.takeParentheses() ?? '').map(unquoteIdentifier);
  reader.takeWords('REFERENCES');
  const target = unquoteIdentifier(reader.take()?.text ?? '');
  const qualified = reader.takeWords('.')
    ? { schema: target, name: unquoteIdentifier(reader.take()?.text ?? '') }
    : { schema: '', name: target };
  return { ...common, kind: 'foreign key', columns, references: relationKey(qualified) };
}

/** A column as its line of SHOW CREATE TABLE would define it, for ALTER TABLE and CREATE TABLE; with all that MODIFY would else forget. */
export function columnLine(column: Column, engine: Engine): string {
  const { name, type, notNull, collation, generated, identityKind, onUpdate, comment, storage, check } = column;
  const parts = [quoteIdentifier(name), type];
  if (collation !== undefined) parts.push(`CHARACTER SET ${collation.replace(/_.*$/, '')} COLLATE ${collation}`);
  if (generated !== undefined) {
    parts.push(`GENERATED ALWAYS AS (${generated.expression}) ${generated.kind === 'stored' ? 'STORED' : 'VIRTUAL'}`);
    // MariaDB takes neither NULL nor NOT NULL with a generated column (manual, Generated Columns).
    if (notNull && engine.name === 'mysql') parts.push('NOT NULL');
  } else {
    parts.push(notNull ? 'NOT NULL' : 'NULL');
    if (column.default !== undefined) parts.push(`DEFAULT ${column.default}`);
    if (onUpdate !== undefined) parts.push(`ON UPDATE ${onUpdate}`);
    if (identityKind !== undefined) parts.push('AUTO_INCREMENT');
  }
  if (storage !== undefined) parts.push(storage);
  if (column.invisible) parts.push('INVISIBLE');
  if (comment !== undefined) parts.push(`COMMENT ${quoteLiteral(comment)}`);
  if (check !== undefined) parts.push(`CHECK (${check})`);
  return parts.join(' ');
}
