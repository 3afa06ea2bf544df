import { type Engine, isAtLeast } from '../../../model/engine';
import type { ColumnPosition, ColumnSpecification, ConstraintSpecification, ForeignKeyTarget, Volatility } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { functionsIn, volatilityOf } from '../expressions';
import { quoteIdentifier, quoteQualified } from '../identifiers';
import { check, type References, references } from './constraints';
import { namedValue } from './keys';
import { characterSet, charsetName, dataType } from './types';

/** A column's specification while it is being read. */
interface Draft {
  notNull: boolean;
  explicitNull: boolean;
  primaryKey: boolean;
  unique: boolean;
  autoIncrement: boolean;
  invisible: boolean;
  default?: NonNullable<ColumnSpecification['default']>;
  generated?: NonNullable<ColumnSpecification['generated']>;
  charset?: string;
  collation?: string;
  comment?: string;
  onUpdate?: string;
  references?: ForeignKeyTarget;
  check?: string;
  readonly constraints: ConstraintSpecification[];
  readonly attributes: string[];
}

/** `name type attributes`; FIRST and AFTER are the caller's. */
export function columnSpecification(cursor: Cursor): ColumnSpecification {
  const name = cursor.name("a column's name");
  return columnDefinition(cursor, name);
}

/** `type attributes` of the column of this name. */
export function columnDefinition(cursor: Cursor, name: string): ColumnSpecification {
  const type = dataType(cursor);
  const draft: Draft = {
    notNull: type.isSerial === true,
    explicitNull: false,
    primaryKey: false,
    unique: type.isSerial === true,
    autoIncrement: type.isSerial === true,
    invisible: false,
    ...(type.charset !== undefined && { charset: type.charset }),
    ...(type.collation !== undefined && { collation: type.collation }),
    constraints: [],
    attributes: [],
  };
  while (!cursor.atEnd && readAttribute(cursor, draft, name));
  return specification(name, type.text, draft);
}

function specification(name: string, type: string, draft: Draft): ColumnSpecification {
  const { notNull, explicitNull, primaryKey, unique, autoIncrement, invisible, constraints, attributes, ...rest } = draft;
  return {
    name,
    type,
    notNull,
    serial: false,
    primaryKey,
    unique,
    ...rest,
    ...(constraints.length > 0 && { constraints }),
    ...(autoIncrement && { autoIncrement }),
    ...(explicitNull && { explicitNull }),
    ...(invisible && { invisible }),
    ...(attributes.length > 0 && { attributes }),
  };
}

/** Reads one attribute; false when none stands here. */
function readAttribute(cursor: Cursor, draft: Draft, column: string): boolean {
  return (
    nullness(cursor, draft) ||
    keyWords(cursor, draft) ||
    value(cursor, draft) ||
    text(cursor, draft) ||
    rule(cursor, draft, column) ||
    rare(cursor, draft)
  );
}

function nullness(cursor: Cursor, draft: Draft): boolean {
  if (cursor.accept('not', 'null')) draft.notNull = true;
  else if (cursor.accept('null')) draft.explicitNull = true;
  else if (cursor.accept('invisible')) draft.invisible = true;
  else return cursor.accept('visible');
  return true;
}

function keyWords(cursor: Cursor, draft: Draft): boolean {
  if (cursor.accept('auto_increment')) draft.autoIncrement = true;
  else if (cursor.accept('unique')) {
    cursor.accept('key');
    draft.unique = true;
  } else if (cursor.accept('primary', 'key') || cursor.accept('key')) {
    draft.primaryKey = true;
    draft.notNull = true;
  } else if (cursor.accept('serial', 'default', 'value')) {
    draft.notNull = true;
    draft.autoIncrement = true;
    draft.unique = true;
  } else return false;
  return true;
}

function value(cursor: Cursor, draft: Draft): boolean {
  if (cursor.accept('default')) draft.default = columnDefault(cursor);
  else if (cursor.accept('on', 'update')) draft.onUpdate = moment(cursor);
  else if (cursor.is('generated') || cursor.is('as')) generated(cursor, draft);
  else return false;
  return true;
}

function text(cursor: Cursor, draft: Draft): boolean {
  if (cursor.accept('comment')) {
    draft.comment = cursor.string('the text of a comment');
    return true;
  }
  if (cursor.accept('collate')) {
    draft.collation = charsetName(cursor);
    return true;
  }
  const from = cursor.index;
  Object.assign(draft, characterSet(cursor));
  return cursor.index > from;
}

function rule(cursor: Cursor, draft: Draft, column: string): boolean {
  if (cursor.is('references')) inlineReference(cursor, draft, column);
  else if (cursor.is('constraint') || cursor.is('check')) {
    const name =
      cursor.accept('constraint') && !cursor.is('check') && !cursor.is('references') ? cursor.name('the name of a constraint') : undefined;
    if (cursor.is('references')) inlineReference(cursor, draft, column, name);
    else {
      const found = check(cursor);
      if (found.kind === 'check') draft.check = found.expression;
      draft.constraints.push(name === undefined ? found : { ...found, name });
    }
  } else return false;
  return true;
}

/** A foreign key only where the server makes one: MySQL 9.0 and MariaDB do, MySQL 8 reads the words and forgets them. */
function inlineReference(cursor: Cursor, draft: Draft, column: string, name?: string): void {
  const { target, ...actions } = references(cursor);
  draft.references = target;
  if (!honoursInlineReferences(cursor.engine)) return;
  draft.constraints.push({
    ...(name !== undefined && { name }),
    kind: 'foreign key',
    notValid: false,
    deferrable: false,
    columns: [column],
    target,
    ...actions,
    definition: foreignKeyText(column, target, actions),
  });
}

function foreignKeyText(column: string, { table, columns }: ForeignKeyTarget, { onDelete, onUpdate }: Omit<References, 'target'>): string {
  const list = columns.length === 0 ? '' : ` (${columns.map(quoteIdentifier).join(', ')})`;
  const actions = `${onDelete === undefined ? '' : ` ON DELETE ${onDelete}`}${onUpdate === undefined ? '' : ` ON UPDATE ${onUpdate}`}`;
  return `FOREIGN KEY (${quoteIdentifier(column)}) REFERENCES ${quoteQualified(table.schema, table.name)}${list}${actions}`;
}

function honoursInlineReferences(engine: Engine): boolean {
  return engine.name === 'mariadb' ? isAtLeast(engine, 10, 5) : isAtLeast(engine, 9, 0);
}

const ofMysql = new Set(['column_format', 'storage', 'srid', 'engine_attribute', 'secondary_engine_attribute']);
const ofMariadb = new Set(['ref_system_id', 'compressed', 'encrypted', 'encryption_key_id']);

/** What has no meaning of its own here. MariaDB knows attributes of engines, `NAME=value`. */
function rare(cursor: Cursor, draft: Draft): boolean {
  const word = cursor.word();
  const ofEngine = cursor.isMariadb && cursor.isName() && cursor.word(1) === '=' && word !== 'algorithm' && word !== 'lock';
  if (cursor.accept('not', 'secondary')) draft.attributes.push('NOT SECONDARY');
  else if (cursor.isMariadb && cursor.accept('with', 'system', 'versioning')) draft.attributes.push('WITH SYSTEM VERSIONING');
  else if (cursor.isMariadb && cursor.accept('without', 'system', 'versioning')) draft.attributes.push('WITHOUT SYSTEM VERSIONING');
  else if (cursor.isMariadb && word === 'compressed' && cursor.word(1) !== '=') {
    cursor.index++;
    draft.attributes.push('COMPRESSED');
  } else if ((cursor.isMariadb ? ofMariadb : ofMysql).has(word) || ofEngine) draft.attributes.push(namedValue(cursor).replace('=', ' '));
  else return false;
  return true;
}

/** `AS (expression) [VIRTUAL | STORED]`, MariaDB's PERSISTENT, and its `AS ROW START`. */
function generated(cursor: Cursor, draft: Draft): void {
  if (cursor.accept('generated')) cursor.expect('always');
  cursor.expect('as');
  if (cursor.isMariadb && cursor.accept('row')) {
    const side = cursor.acceptOne('start', 'end');
    if (side === undefined) cursor.fail('START or END');
    draft.attributes.push(`GENERATED ALWAYS AS ROW ${(side ?? '').toUpperCase()}`);
    return;
  }
  const expression = cursor.brackets();
  if (expression === '') cursor.fail('an expression');
  const kind = cursor.isMariadb ? cursor.acceptOne('virtual', 'stored', 'persistent') : cursor.acceptOne('virtual', 'stored');
  draft.generated = { text: expression, kind: kind === undefined || kind === 'virtual' ? 'virtual' : 'stored' };
}

/** What follows DEFAULT: a literal, the current moment, an expression in brackets; MariaDB: also a call. */
export function columnDefault(cursor: Cursor): { readonly text: string; readonly volatility: Volatility; readonly expression?: true } {
  const from = cursor.index;
  const isBracketed = cursor.is('(');
  const isMoment = moments.has(cursor.word());
  if (isBracketed) cursor.skipBrackets();
  else if (isMoment) moment(cursor);
  else primary(cursor);
  const tokens = cursor.tokens.slice(from, cursor.index);
  const isCall = functionsIn(tokens, cursor.text).length > 0 && !isMoment;
  const isExpression = isBracketed || isCall || tokens.some(({ word }) => word === 'next');
  return { text: cursor.since(from), volatility: volatilityOf(tokens, cursor.text), ...(isExpression && { expression: true }) };
}

const moments = new Set(['current_timestamp', 'now', 'localtime', 'localtimestamp']);

/** CURRENT_TIMESTAMP and its synonyms, with or without a precision. */
function moment(cursor: Cursor): string {
  const from = cursor.index;
  if (!moments.has(cursor.word())) cursor.fail('CURRENT_TIMESTAMP');
  cursor.next();
  if (cursor.is('(')) cursor.skipBrackets();
  return cursor.since(from);
}

/** One value: a literal with its sign or introducer, NEXT VALUE FOR, a name, a call. */
function primary(cursor: Cursor): void {
  while (cursor.acceptOne('-', '+') !== undefined);
  if (cursor.accept('next', 'value', 'for')) {
    cursor.objectName('the name of a sequence');
    return;
  }
  const { kind, word } = cursor.token();
  // Calls and names without brackets around them are MariaDB's.
  const isName = (kind === 'word' || kind === 'quoted identifier') && (cursor.isMariadb || isLiteralWord(word));
  const isValue = kind === 'string' || kind === 'number' || kind === 'placeholder' || kind === 'parameter' || kind === 'variable';
  if (!isValue && !isName) {
    cursor.fail('a value');
    return;
  }
  cursor.index++;
  if (kind === 'string' || word.startsWith('_') || word === 'date' || word === 'time' || word === 'timestamp') {
    while (cursor.token().kind === 'string' || (word.startsWith('_') && cursor.token().kind === 'number')) cursor.index++;
  }
  if (!isName || !cursor.isMariadb) return;
  while (cursor.accept('.')) cursor.name('a name');
  if (cursor.is('(')) cursor.skipBrackets();
}

/** Words that are values, or stand before a literal: NULL, TRUE, DATE '2024-01-01', _utf8mb4'x'. */
function isLiteralWord(word: string): boolean {
  return ['null', 'true', 'false', 'date', 'time', 'timestamp'].includes(word) || word.startsWith('_');
}

/** FIRST, AFTER column, or nothing. */
export function columnPosition(cursor: Cursor): ColumnPosition | undefined {
  if (cursor.accept('first')) return 'first';
  return cursor.accept('after') ? { after: cursor.name("a column's name") } : undefined;
}
