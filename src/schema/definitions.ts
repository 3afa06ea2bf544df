import type { ColumnSpecification, ConstraintSpecification, IndexSpecification } from '../model/operation';
import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';
import { type Token, tokenize } from '../parse/postgres/lexer';

/** Definitions of objects as text, taken from the source so that nothing is lost, and kept true when a name in them changes. */

/** A whole CREATE INDEX with this name, from the statement that made it; without CONCURRENTLY and IF NOT EXISTS, which are not the index. */
export function indexDefinition(index: IndexSpecification, name: string, statement: string | undefined): string {
  const head = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(name)}`;
  const rest = statement === undefined ? undefined : fromKeyword(statement, 'on');
  if (rest !== undefined) return `${head} ${rest}`;
  const keys = index.keys.map((key) => (isPlainName(key) ? quoteIdentifier(key) : `(${key})`)).join(', ');
  const predicate = index.predicate === undefined ? '' : ` WHERE ${index.predicate}`;
  return `${head} ON ${quoteQualified(index.table.schema, index.table.name)} USING ${index.method} (${keys})${predicate}`;
}

/** A constraint as it stands after its name: from the source, or put together when the reader gave no source. */
export function constraintDefinition(constraint: ConstraintSpecification): string {
  if (constraint.definition !== undefined) return constraint.definition;
  const deferrable = constraint.deferrable ? ' DEFERRABLE' : '';
  switch (constraint.kind) {
    case 'primary key':
      return `PRIMARY KEY (${columnList(constraint.columns)})${deferrable}`;
    case 'unique':
      return `UNIQUE (${columnList(constraint.columns)})${deferrable}`;
    case 'foreign key': {
      const { table, columns } = constraint.target;
      const target = `${quoteQualified(table.schema, table.name)}${columns.length === 0 ? '' : ` (${columnList(columns)})`}`;
      return `FOREIGN KEY (${columnList(constraint.columns)}) REFERENCES ${target}${deferrable}`;
    }
    case 'check':
      return `CHECK (${constraint.expression})`;
    case 'not null':
      return `NOT NULL ${quoteIdentifier(constraint.column)}`;
    case 'exclude':
      return 'EXCLUDE';
  }
}

/** The constraints that stand beside a column, as table constraints. */
export function columnConstraints(column: ColumnSpecification): readonly ConstraintSpecification[] {
  const written = column.constraints ?? none;
  if (!column.primaryKey && !column.unique && column.check === undefined && column.references === undefined) return written;
  const has = (kind: ConstraintSpecification['kind']) => written.some((constraint) => constraint.kind === kind);
  const plain = { notValid: false, deferrable: false } as const;
  return [
    ...written,
    ...(column.primaryKey && !has('primary key') ? [{ ...plain, kind: 'primary key' as const, columns: [column.name] }] : []),
    ...(column.unique && !has('unique') ? [{ ...plain, kind: 'unique' as const, columns: [column.name] }] : []),
    ...(column.check !== undefined && !has('check') ? [{ ...plain, kind: 'check' as const, expression: column.check }] : []),
    ...(column.references !== undefined && !has('foreign key')
      ? [{ ...plain, kind: 'foreign key' as const, columns: [column.name], target: column.references }]
      : []),
  ];
}

const none: readonly ConstraintSpecification[] = [];

/** The text from the first `keyword` outside parentheses on. */
function fromKeyword(statement: string, keyword: string): string | undefined {
  let depth = 0;
  for (const token of tokenize(statement)) {
    if (token.word === '(') depth++;
    else if (token.word === ')') depth--;
    else if (depth === 0 && token.kind === 'word' && token.word === keyword) return statement.slice(token.start).trim();
  }
  return undefined;
}

/** The same text with an identifier replaced wherever it stands as a name of its own. */
export function renameIdentifier(text: string, name: string, newName: string): string {
  return renameTokens(text, name, newName, () => true);
}

/** The same where `isMeant` says so of the token at a place. */
export function renameTokens(
  text: string,
  name: string,
  newName: string,
  isMeant: (place: number, tokens: readonly Token[]) => boolean,
): string {
  return replaceTokens(text, (token, place, tokens) =>
    identifierOf(text, token) === name && isMeant(place, tokens) ? quoteIdentifier(newName) : undefined,
  );
}

/** The names of `candidates` that stand in the text as identifiers, in the order of `candidates`. */
export function namesIn(text: string, candidates: readonly string[]): string[] {
  if (!candidates.some((candidate) => mayName(text, candidate))) return [];
  const found = new Set(tokenize(text).map((token) => identifierOf(text, token)));
  return candidates.filter((candidate) => found.has(candidate));
}

/** Cheaper than tokens, and never false where they would be found. */
function mayName(text: string, name: string): boolean {
  return name.includes('"') || text.toLowerCase().includes(name.toLowerCase());
}

/** The identifier that a token is, unquoted and folded; undefined for anything else. */
export function identifierOf(text: string, token: Token): string | undefined {
  if (token.kind === 'word') return token.word;
  if (token.kind === 'quoted identifier') return text.slice(token.start + 1, token.end - 1).replaceAll('""', '"');
  return undefined;
}

function replaceTokens(text: string, replacement: (token: Token, place: number, tokens: readonly Token[]) => string | undefined): string {
  let result = '';
  let copied = 0;
  const tokens = tokenize(text);
  for (const [place, token] of tokens.entries()) {
    const replaced = replacement(token, place, tokens);
    if (replaced === undefined) continue;
    result += text.slice(copied, token.start) + replaced;
    copied = token.end;
  }
  return result + text.slice(copied);
}

function columnList(columns: readonly string[]): string {
  return columns.map(quoteIdentifier).join(', ');
}

function isPlainName(key: string): boolean {
  return /^[a-z_][a-z0-9_$]*$/.test(key);
}
