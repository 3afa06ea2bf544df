import type { IndexSpecification, KeyPart, ObjectName } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { expressionText } from '../expressions';

/** What stands before an index's name: the word decides the method, and whether it is unique. */
export interface IndexHead {
  readonly unique: boolean;
  /** `btree` until USING says another. */
  readonly method: string;
}

const keyPartEnds: ReadonlySet<string> = new Set(['asc', 'desc']);

/** `name? [USING method] (parts) options`, from where the name would stand. */
export function indexSpecification(cursor: Cursor, table: ObjectName, { unique, method }: IndexHead): IndexSpecification {
  const named = !cursor.is('(') && !cursor.is('using') && !cursor.is('type') ? cursor.name('the name of an index') : undefined;
  const first = indexMethod(cursor);
  return indexBody(cursor, table, { unique, method: first ?? method }, named);
}

/** USING BTREE, or the older TYPE BTREE. */
export function indexMethod(cursor: Cursor): string | undefined {
  if (cursor.acceptOne('using', 'type') === undefined) return undefined;
  const method = cursor.acceptOne('btree', 'hash', 'rtree');
  if (method === undefined) cursor.fail('BTREE or HASH');
  return method;
}

/** `(parts) options`. `between` reads what may stand between the two. */
export function indexBody(
  cursor: Cursor,
  table: ObjectName,
  { unique, method }: IndexHead,
  name: string | undefined,
  between: () => void = () => undefined,
): IndexSpecification {
  const parts = cursor.bracketed(() => keyPart(cursor));
  between();
  const { method: written, ...options } = indexOptions(cursor);
  return {
    ...(name !== undefined && { name }),
    table,
    unique,
    concurrently: false,
    keys: parts.map(({ column, expression }) => column ?? expression ?? ''),
    method: written ?? method,
    parts,
    ...options,
  };
}

/** `column`, `column(10) DESC`, `(expression)`; MariaDB: `period WITHOUT OVERLAPS`. */
function keyPart(cursor: Cursor): KeyPart {
  const isExpression = cursor.is('(') && !cursor.isMariadb;
  let part: KeyPart;
  if (isExpression) part = { expression: cursor.brackets() };
  else if (cursor.isName()) {
    const column = cursor.name('a column');
    const length = cursor.accept('(') ? Number(cursor.number('the length of a prefix')) : undefined;
    if (length !== undefined) cursor.expect(')');
    part = { column, ...(length !== undefined && { length }) };
  } else part = { expression: expressionText(cursor, keyPartEnds) };
  if (!isExpression && part.column === undefined) cursor.fail('a column');
  if (cursor.isMariadb) cursor.accept('without', 'overlaps');
  return cursor.acceptOne('asc', 'desc') === 'desc' ? { ...part, descending: true } : part;
}

interface IndexOptions {
  readonly method?: string;
  readonly visible?: false;
  readonly parser?: string;
  readonly comment?: string;
  readonly options?: readonly string[];
}

/** What may follow the parts, in any order (manual, CREATE INDEX, "Index Options"). */
function indexOptions(cursor: Cursor): IndexOptions {
  let found: IndexOptions = {};
  const options: string[] = [];
  for (;;) {
    const from = cursor.index;
    if (cursor.is('using') || cursor.is('type')) found = withMethod(found, indexMethod(cursor));
    else if (cursor.accept('comment')) found = { ...found, comment: cursor.string('the text of a comment') };
    else if (cursor.accept('with', 'parser')) found = { ...found, parser: cursor.name('the name of a parser') };
    else if (cursor.accept(cursor.isMariadb ? 'ignored' : 'invisible')) found = { ...found, visible: false };
    else if (cursor.isMariadb ? cursor.accept('not', 'ignored') : cursor.accept('visible')) continue;
    else if (isOption(cursor)) options.push(namedValue(cursor));
    else break;
    if (cursor.index === from) break;
  }
  return { ...found, ...(options.length > 0 && { options }) };
}

function withMethod(found: IndexOptions, method: string | undefined): IndexOptions {
  return method === undefined ? found : { ...found, method };
}

const optionNames = new Set(['key_block_size', 'engine_attribute', 'secondary_engine_attribute']);

/** MariaDB knows options of engines: any name with a value (`DISTANCE=cosine`, `M=8`). */
function isOption(cursor: Cursor): boolean {
  if (optionNames.has(cursor.word())) return true;
  return cursor.isMariadb && cursor.isName() && cursor.word(1) === '=' && !cursor.is('algorithm') && !cursor.is('lock');
}

/** `NAME [=] value`, as `NAME=value` with the name in upper case. */
export function namedValue(cursor: Cursor): string {
  const name = cursor.raw(cursor.next()).toUpperCase();
  cursor.accept('=');
  const sign = cursor.acceptOne('-', '+') ?? '';
  const { kind } = cursor.token();
  if (kind !== 'string' && kind !== 'number' && kind !== 'word' && kind !== 'quoted identifier' && kind !== 'placeholder') {
    cursor.fail(`a value of ${name}`);
    return '';
  }
  return `${name}=${sign}${cursor.raw(cursor.next())}`;
}

/** A plain list of columns in brackets. */
export function columnNames(cursor: Cursor): string[] {
  return cursor.bracketed(() => cursor.name("a column's name"));
}

/** FULLTEXT, SPATIAL, MariaDB's VECTOR, UNIQUE, each with or without INDEX or KEY; or one of these alone. Undefined: none stands here. */
export function indexHead(cursor: Cursor): IndexHead | undefined {
  const special =
    cursor.is('vector') && cursor.word(1) !== 'index' && cursor.word(1) !== 'key'
      ? undefined
      : cursor.acceptOne('fulltext', 'spatial', 'vector');
  if (special !== undefined) {
    cursor.acceptOne('index', 'key');
    return { unique: false, method: special };
  }
  if (cursor.accept('unique')) {
    cursor.acceptOne('index', 'key');
    return { unique: true, method: 'btree' };
  }
  return cursor.acceptOne('index', 'key') === undefined ? undefined : { unique: false, method: 'btree' };
}
