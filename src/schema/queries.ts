import type { Node } from '@pgsql/types';
import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';
import { type Token, tokenize } from '../parse/postgres/lexer';
import { as, type NodeOf, strings, walk } from '../parse/postgres/operations/nodes';
import { statementTree } from '../parse/postgres/read';
import { identifierOf } from './definitions';

/**
 * The text of a view under other names. A server keeps what a view reads by identity, so that a rename changes what it shows as the view's
 * definition; here the text is read, and the names that surely mean what was renamed are written anew.
 */

interface Relation {
  readonly schema: string;
  readonly name: string;
}

/** Does a name in a query mean this relation? And which columns has another relation that it names, as far as that is known? */
export interface QueryNames {
  isMeant(name: { readonly schema?: string; readonly name: string }): boolean;
  columnsOf(name: { readonly schema?: string; readonly name: string }): ReadonlySet<string> | undefined;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A query with its parts, and the places of its names as offsets in code units. */
class Query {
  readonly tokens: readonly Token[];
  readonly ranges: readonly NodeOf<'RangeVar'>[];
  readonly references: readonly NodeOf<'ColumnRef'>[];
  readonly targets: readonly NodeOf<'ResTarget'>[];
  /** False with sub-queries in FROM, CTEs and functions: columns come from more than the tables. */
  readonly isPlain: boolean;
  readonly isNatural: boolean;
  /** Columns of USING. */
  readonly using: ReadonlySet<string>;
  /** Names of CTEs. */
  readonly ctes: ReadonlySet<string>;
  /** ORDER BY and GROUP BY may name what a query gives. */
  readonly ordered: ReadonlySet<object>;
  private readonly starts: ReadonlyMap<number, number>;

  constructor(
    readonly text: string,
    tree: Node,
  ) {
    this.tokens = tokenize(text).filter(({ kind }) => kind !== 'comment');
    this.starts = new Map(this.tokens.map((token, place) => [token.start, place]));
    const ranges: NodeOf<'RangeVar'>[] = [];
    const references: NodeOf<'ColumnRef'>[] = [];
    const targets: NodeOf<'ResTarget'>[] = [];
    const ordered = new Set<object>();
    const ctes = new Set<string>();
    const using = new Set<string>();
    let isNatural = false;
    let isPlain = true;
    const own = as(tree, 'ViewStmt')?.view ?? as(tree, 'CreateTableAsStmt')?.into?.rel;
    walk(tree, (kind, content) => {
      if (kind === 'RangeVar') ranges.push(content as NodeOf<'RangeVar'>);
      if (kind === 'ColumnRef') references.push(content as NodeOf<'ColumnRef'>);
      if (kind === 'ResTarget') targets.push(content as NodeOf<'ResTarget'>);
      if (kind === 'SortBy') ordered.add(as((content as NodeOf<'SortBy'>).node, 'ColumnRef') ?? content);
      if (kind === 'CommonTableExpr') ctes.add((content as NodeOf<'CommonTableExpr'>).ctename ?? '');
      const join = kind === 'JoinExpr' ? (content as NodeOf<'JoinExpr'>) : undefined;
      for (const name of strings(join?.usingClause)) using.add(name);
      if (join?.isNatural === true) isNatural = true;
      if (kind === 'RangeSubselect' || kind === 'CommonTableExpr' || kind === 'RangeFunction') isPlain = false;
    });
    this.ranges = ranges.filter((range) => range !== own);
    this.references = references;
    this.targets = targets;
    this.ordered = ordered;
    this.isPlain = isPlain;
    this.ctes = ctes;
    this.using = using;
    this.isNatural = isNatural;
  }

  /** The token at a place that the parser gives, which counts bytes. */
  placeOf(location: number | undefined): number | undefined {
    return this.starts.get(unitsOf(this.text, location ?? 0));
  }

  /** Tokens of a dotted name from a place on, without the dots. */
  nameTokens(place: number): readonly Token[] {
    const found: Token[] = [];
    for (let at = place; ; at += 2) {
      const token = this.tokens[at];
      if (token === undefined) return found;
      found.push(token);
      if (this.tokens[at + 1]?.word !== '.') return found;
    }
  }

  /** Where the expression ends that begins at a place of a list of SELECT. */
  endOfTarget(place: number): number | undefined {
    let depth = 0;
    for (let at = place; at < this.tokens.length; at++) {
      const word = this.tokens[at]?.word ?? '';
      if (word === '(' || word === '[') depth++;
      if (depth === 0 && (word === ',' || word === ')' || word === ';' || endsTarget.has(word))) return this.tokens[at - 1]?.end;
      if (word === ')' || word === ']') depth--;
    }
    return this.tokens.at(-1)?.end;
  }

  edited(edits: readonly Edit[]): string {
    let text = this.text;
    for (const { start, end, text: put } of edits.toSorted((left, right) => right.start - left.start || right.end - left.end))
      text = text.slice(0, start) + put + text.slice(end);
    return text;
  }
}

const endsTarget = new Set([
  'from',
  'where',
  'group',
  'having',
  'order',
  'limit',
  'offset',
  'fetch',
  'union',
  'intersect',
  'except',
  'window',
  'with',
  'for',
]);

function unitsOf(text: string, bytes: number): number {
  let unit = 0;
  for (let at = 0; at < bytes && unit < text.length; unit++) {
    const code = text.charCodeAt(unit);
    at += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xd800 && code <= 0xdfff ? 2 : 3;
  }
  return unit;
}

function nameOf({ schemaname, relname = '' }: NodeOf<'RangeVar'>): { readonly schema?: string; readonly name: string } {
  return schemaname === undefined ? { name: relname } : { schema: schemaname, name: relname };
}

function read(definition: string): Query | undefined {
  const tree = statementTree(definition);
  return tree === undefined ? undefined : new Query(definition, tree);
}

/** What the names of a query mean where a column is renamed. */
interface Meaning {
  readonly query: Query;
  readonly old: string;
  /** Names by which the query calls the column's table. */
  readonly called: ReadonlySet<string>;
  /** A column without its table may be another one. */
  readonly mayBeOthers: boolean;
}

/** The definition with a column under its new name; undefined where it can't be told what its names mean. */
export function withRenamedColumn(definition: string, names: QueryNames, old: string, newName: string): string | undefined {
  const query = read(definition);
  const meaning = query === undefined ? undefined : meaningOf(query, names, old, newName);
  if (query === undefined || meaning === undefined) return undefined;
  const found = query.references.map((reference) => meantToken(meaning, reference));
  if (found.includes('unclear')) return undefined;
  const [qualifier = ''] = meaning.called;
  const edits: Edit[] = [];
  const changed = new Set<object>();
  for (const [position, token] of found.entries()) {
    const reference = query.references[position];
    if (token === undefined || token === 'unclear' || reference === undefined) continue;
    const alone = strings(reference.fields).length === 1 && query.ranges.length > 1;
    edits.push({ start: token.start, end: token.end, text: `${alone ? `${quoteIdentifier(qualifier)}.` : ''}${quoteIdentifier(newName)}` });
    changed.add(reference);
  }
  const outputs = query.targets.filter(({ name, val }) => name === undefined && changed.has(namingReference(val) ?? query));
  const ends = outputs.map((target) => endOf(query, target));
  if (ends.includes(undefined)) return undefined;
  return query.edited([...edits, ...ends.flatMap((end = 0) => ({ start: end, end, text: ` AS ${quoteIdentifier(old)}` }))]);
}

function meaningOf(query: Query, names: QueryNames, old: string, newName: string): Meaning | undefined {
  // Tables are joined by what their columns are called, or a column of another table would not be told apart any more.
  const isAlone = ({ fields }: NodeOf<'ColumnRef'>) => fields?.length === 1 && strings(fields)[0] === newName;
  const isMixed = query.using.has(old) || query.using.has(newName) || (query.ranges.length > 1 && query.references.some(isAlone));
  if (query.isNatural || isMixed) return undefined;
  const meant = query.ranges.filter((range) => names.isMeant(nameOf(range)));
  const others = query.ranges.filter((range) => !meant.includes(range));
  const called = new Set(meant.map(shownName));
  const isRenamed = meant.some(({ alias, relname = '' }) => (alias?.colnames?.length ?? 0) > 0 || query.ctes.has(relname));
  // One name for both, in different parts of the query.
  if (isRenamed || others.some((range) => called.has(shownName(range)))) return undefined;
  const mayBeOthers = !query.isPlain || others.some((range) => names.columnsOf(nameOf(range))?.has(old) !== false);
  return { query, old, called, mayBeOthers };
}

function shownName({ alias, relname = '' }: NodeOf<'RangeVar'>): string {
  return alias?.aliasname ?? relname;
}

/** Where a reference names the column; undefined where it names another one. */
function meantToken({ query, old, called, mayBeOthers }: Meaning, reference: NodeOf<'ColumnRef'>): Token | 'unclear' | undefined {
  const parts = strings(reference.fields);
  const isStar = (reference.fields?.length ?? 0) > parts.length;
  // `*` and the whole row have every column, by the names of when the view was made.
  if (isStar) return parts.length === 0 || called.has(parts.at(-1) ?? '') ? 'unclear' : undefined;
  if (parts.length === 1 && called.has(parts[0] ?? '')) return 'unclear';
  if (parts.at(-1) !== old) return undefined;
  const before = parts.at(-2);
  const isOther = before === undefined ? query.ordered.has(reference) && isGiven(query, old) : !called.has(before);
  if (isOther) return undefined;
  if (before === undefined && mayBeOthers) return 'unclear';
  const place = query.placeOf(reference.location);
  const token = place === undefined ? undefined : query.nameTokens(place).at(-1);
  return token !== undefined && identifierOf(query.text, token) === old ? token : 'unclear';
}

function endOf(query: Query, target: NodeOf<'ResTarget'>): number | undefined {
  const place = query.placeOf(target.location);
  return place === undefined ? undefined : query.endOfTarget(place);
}

/** Is it the name of a column that the query gives? */
function isGiven(query: Query, name: string): boolean {
  return query.targets.some(
    (target) => target.name === name || (target.name === undefined && strings(namingReference(target.val)?.fields).at(-1) === name),
  );
}

/** The column that gives an expression its name (`FigureColname` of the server). */
function namingReference(value: Node | undefined): NodeOf<'ColumnRef'> | undefined {
  const inner = as(value, 'TypeCast')?.arg ?? as(value, 'CollateClause')?.arg ?? as(value, 'A_Indirection')?.arg;
  return inner === undefined ? as(value, 'ColumnRef') : namingReference(inner);
}

/** The definition with a table under its new name; undefined where it can't be told what its names mean. */
export function withRenamedTable(definition: string, names: QueryNames, old: Relation, now: Relation): string | undefined {
  const query = read(definition);
  if (query === undefined || query.ctes.has(old.name) || query.ctes.has(now.name)) return undefined;
  const meant = query.ranges.filter((range) => names.isMeant(nameOf(range)));
  const plain = meant.filter(({ alias }) => alias === undefined);
  const isClash = query.ranges.some((range) => !plain.includes(range) && [old.name, now.name].includes(shownName(range)));
  // The new name means something else in the query already.
  if (isClash) return undefined;
  const ranges = meant.map((range) => rangeEdit(query, range, old, now));
  const qualifiers = plain.length === 0 ? [] : query.references.map((reference) => qualifierEdit(query, reference, old, now));
  const edits = [...ranges, ...qualifiers];
  return edits.includes('unclear') ? undefined : query.edited(edits.filter((edit) => edit !== undefined && edit !== 'unclear'));
}

function rangeEdit(query: Query, range: NodeOf<'RangeVar'>, old: Relation, now: Relation): Edit | 'unclear' {
  const place = query.placeOf(range.location);
  const tokens = place === undefined ? [] : query.nameTokens(place);
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first === undefined || last === undefined || identifierOf(query.text, last) !== old.name) return 'unclear';
  const schema = range.schemaname !== undefined || old.schema !== now.schema ? now.schema : undefined;
  return { start: first.start, end: last.end, text: quoteQualified(schema, now.name) };
}

/** The table's name before a column or a star; alone it is the whole row, or a column of that name. */
function qualifierEdit(query: Query, reference: NodeOf<'ColumnRef'>, old: Relation, now: Relation): Edit | 'unclear' | undefined {
  const fields = strings(reference.fields);
  const isStar = (reference.fields?.length ?? 0) > fields.length;
  if (fields.length === 1 && !isStar) return fields[0] === old.name ? 'unclear' : undefined;
  const at = isStar ? fields.length - 1 : fields.length - 2;
  if (at < 0 || fields[at] !== old.name) return undefined;
  const place = query.placeOf(reference.location);
  const tokens = place === undefined ? [] : query.nameTokens(place);
  const [first, token] = [tokens[0], tokens[at]];
  if (first === undefined || token === undefined) return 'unclear';
  return { start: first.start, end: token.end, text: quoteQualified(at > 0 ? now.schema : undefined, now.name) };
}
