import type { CreateStmt, CreateTableAsStmt, RangeVar } from '@pgsql/types';
import type { LikeOption, Operation } from '../../../model/operation';
import type { StatementSource } from '../source';
import { columnSpecification } from './columns';
import { constraintSpecification } from './constraints';
import { relationsIn } from './expressions';
import { relationName } from './names';
import { all } from './nodes';
import { bracketed, element, findWord, insertionAfter, slice } from './text';

function persistence(relation: RangeVar | undefined): 'permanent' | 'unlogged' | 'temporary' {
  if (relation?.relpersistence === 'u') return 'unlogged';
  return relation?.relpersistence === 't' ? 'temporary' : 'permanent';
}

/** The place for IF NOT EXISTS: after TABLE, VIEW, SEQUENCE ... */
export function ifNotExistsAfter(source: StatementSource, keyword: string): { readonly insertAt?: { readonly ifNotExists: number } } {
  const index = findWord(source, 0, [keyword]);
  const offset = index === undefined ? undefined : insertionAfter(source, index);
  return offset === undefined ? {} : { insertAt: { ifNotExists: offset } };
}

export function createTable(source: StatementSource, statement: CreateStmt): Operation[] {
  const parents = all(statement.inhRelations, 'RangeVar').map(relationName);
  const [like, ...furtherLikes] = all(statement.tableElts, 'TableLikeClause');
  const isPartition = statement.partbound !== undefined;
  const parent = isPartition ? parents[0] : undefined;
  const elements = [...(statement.tableElts ?? []), ...(statement.constraints ?? [])];
  return [
    {
      kind: 'create table',
      table: relationName(statement.relation),
      columns: all(elements, 'ColumnDef').map((column) => columnSpecification(source, column)),
      constraints: all(elements, 'Constraint').map((constraint) => constraintSpecification(source, constraint)),
      ifNotExists: statement.if_not_exists === true,
      persistence: persistence(statement.relation),
      asQuery: false,
      ...(statement.oncommit === 'ONCOMMIT_DROP' ? { dropsAtCommit: true } : {}),
      ...(parent === undefined ? {} : { partitionOf: parent, ...partitionBound(source) }),
      ...(statement.partspec === undefined ? {} : partitionKey(source)),
      ...(like === undefined ? {} : { like: relationName(like.relation) }),
      ...(like === undefined || furtherLikes.length > 0 ? {} : { likeIncludes: likeIncludes(like.options), ...likeAfter(statement) }),
      ...(isPartition || parents.length === 0 ? {} : { inherits: parents }),
      ...(statement.options === undefined ? {} : parameters(source)),
      ...(statement.tablespacename === undefined ? {} : { tablespace: statement.tablespacename }),
      ...(statement.accessMethod === undefined ? {} : { accessMethod: statement.accessMethod }),
      ...(statement.if_not_exists ? {} : ifNotExistsAfter(source, 'table')),
    },
  ];
}

const likeOptions = [
  'comments',
  'compression',
  'constraints',
  'default',
  'generated',
  'identity',
  'indexes',
  'statistics',
  'storage',
] as const satisfies readonly LikeOption[];

/** INCLUDING and EXCLUDING as the parser adds them up: the bits of `TableLikeOption`. */
function likeIncludes(options = 0): readonly LikeOption[] {
  return likeOptions.filter((_, place) => (options & (1 << place)) !== 0);
}

function likeAfter({ tableElts = [] }: CreateStmt): { readonly likeAfter?: number } {
  const place = tableElts.findIndex((part) => 'TableLikeClause' in part);
  const before = all(tableElts.slice(0, place), 'ColumnDef').length;
  return before === 0 ? {} : { likeAfter: before };
}

/** `FOR VALUES ...` or `DEFAULT`, from the clause after PARTITION OF. */
export function partitionBound(source: StatementSource): { readonly partitionBound?: string } {
  const partition = findWord(source, 0, ['partition'], true);
  const start = partition === undefined ? undefined : findWord(source, partition, ['for', 'default'], true);
  if (start === undefined) return {};
  // FOR VALUES WITH (MODULUS ...) begins with a word that otherwise ends the bound.
  const isHash = source.tokens.words[start + 2] === 'with';
  const from = isHash ? start + 3 : start;
  const bound = slice(source, element(source, from, [], ['partition', 'using', 'with', 'tablespace']));
  return { partitionBound: isHash ? `FOR VALUES WITH ${bound}` : bound };
}

/** WITH and its list; that of FOR VALUES WITH is a bound. */
function parameters(source: StatementSource): { readonly parameters?: string } {
  const { words } = source.tokens;
  const index = words.findLastIndex((word, at) => word === 'with' && words[at - 1] !== 'values');
  const inner = index === -1 ? undefined : bracketed(source, index + 1);
  return inner === undefined ? {} : { parameters: `(${slice(source, inner)})` };
}

function partitionKey(source: StatementSource): { readonly partitionKey?: string } {
  const { words } = source.tokens;
  const index = words.findLastIndex((word, at) => word === 'by' && words[at - 1] === 'partition');
  if (index === -1) return {};
  const text = slice(source, element(source, index + 1, [], ['using', 'with', 'tablespace', 'on']));
  return { partitionKey: text.replace(/^\w+/, (strategy) => strategy.toUpperCase()) };
}

/** CREATE TABLE AS, SELECT INTO and CREATE MATERIALIZED VIEW share a node. */
export function createTableAs(source: StatementSource, statement: CreateTableAsStmt): Operation[] {
  const relation = statement.into?.rel;
  const ifNotExists = statement.if_not_exists === true;
  if (statement.objtype === 'OBJECT_MATVIEW') {
    return [
      {
        kind: 'create object',
        objectKind: 'materialized view',
        object: relationName(relation),
        ifNotExists,
        orReplace: false,
        uses: relationsIn(statement.query),
        ...(ifNotExists ? {} : ifNotExistsAfter(source, 'view')),
      },
    ];
  }
  return [
    {
      kind: 'create table',
      table: relationName(relation),
      columns: [],
      constraints: [],
      ifNotExists,
      persistence: persistence(relation),
      asQuery: true,
      ...(statement.into?.onCommit === 'ONCOMMIT_DROP' ? { dropsAtCommit: true } : {}),
      ...(ifNotExists || statement.is_select_into ? {} : ifNotExistsAfter(source, 'table')),
    },
  ];
}
