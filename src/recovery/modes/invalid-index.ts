import { type Index, isUsable, type Table } from '../../model/catalog';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { sqlName } from '../../rollback/names';
import { none } from '../check';
import { type RecoverySituation, sqlStep } from '../situation';
import { defineMode, type Finding } from './mode';

interface InvalidIndex extends Finding {
  readonly table: Table;
  readonly index: Index;
}

/** REINDEX CONCURRENTLY builds `_ccnew` beside the old index, which is called `_ccold` once they have changed places (manual, REINDEX). */
const reindexed = /_cc(new|old)\d*$/;

const invalidIndexQuery = `SELECT n.nspname, i.indexrelid::regclass, i.indrelid::regclass, i.indisready, i.indisunique
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND c.relkind = 'i';`;

/** Indexes that are unusable now, and were not there or usable before. Those of partitioned tables wait for their partitions' instead. */
function left({ before, partial }: RecoverySituation): { table: Table; index: Index }[] {
  const earlier = new Set(
    before.catalog.tables.flatMap((table) => table.indexes.filter((index) => !isUsable(index)).map(({ identity }) => identity)),
  );
  return partial.catalog.tables
    .filter((table) => table.kind !== 'partitioned table')
    .flatMap((table) =>
      table.indexes.filter((index) => !isUsable(index) && !earlier.has(index.identity)).map((index) => ({ table, index })),
    );
}

/** TOAST indexes live in a schema of their own. */
export function indexName(table: Table, index: Index): string {
  return quoteQualified(index.schema ?? table.schema, index.name);
}

const dropped = (found: readonly InvalidIndex[], why: (found: InvalidIndex) => string) =>
  found.map((entry) =>
    sqlStep(`Drop the invalid index ${entry.index.name}`, why(entry), `DROP INDEX CONCURRENTLY ${indexName(entry.table, entry.index)}`),
  );

const noneLeft = (found: readonly InvalidIndex[], way: 'back' | 'forward') => [
  none(
    'No index is left invalid',
    `SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND c.relkind = 'i'`,
  ),
  ...(way === 'forward' ? found.flatMap(({ table, index }) => duplicateCheck(table, index)) : []),
];

/** A unique index that could not be built met duplicates, or nothing watched for them since. */
function duplicateCheck(table: Table, index: Index) {
  const plain = index.keys.length > 0 && index.keys.every((key) => table.columns.some((column) => quoteIdentifier(column.name) === key));
  if (!index.unique || !plain || / WHERE /.test(index.definition)) return [];
  const keys = index.keys.join(', ');
  return [
    none(
      `No two rows of ${table.name} share ${keys}`,
      `SELECT count(*) FROM (SELECT FROM ${sqlName(table)} WHERE ${index.keys.map((key) => `${key} IS NOT NULL`).join(' AND ')} GROUP BY ${keys} HAVING count(*) > 1) duplicates`,
    ),
  ];
}

/** CREATE INDEX CONCURRENTLY that stopped half way leaves an invalid index of its name. IF NOT EXISTS keeps it (manual, CREATE INDEX). */
export const invalidIndex = defineMode<InvalidIndex>({
  name: 'invalid index left by a concurrent build',
  detect: (situation) =>
    left(situation)
      .filter(({ index }) => !reindexed.test(index.name))
      .map(({ table, index }) => ({
        table,
        index,
        object: index.name,
        detail: index.ready
          ? `No query uses it, writes maintain it${index.unique ? ', and being unique it may refuse rows already' : ''}.`
          : 'No query uses it, and IF NOT EXISTS takes it for the real one.',
        query: invalidIndexQuery,
      })),
  // The writer of DDL drops it on the way back.
  back: () => [],
  forward: (found) =>
    dropped(
      found,
      () => 'A concurrent build stopped half way: no query uses it, writes maintain it, and IF NOT EXISTS would take it for the real one.',
    ),
  validate: (found, _, way) => noneLeft(found, way),
});

/** What REINDEX CONCURRENTLY leaves, on tables, partitions and their TOAST tables. */
export const reindexLeft = defineMode<InvalidIndex>({
  name: 'index left by REINDEX CONCURRENTLY',
  detect: (situation) =>
    left(situation)
      .filter(({ index }) => reindexed.test(index.name))
      .map(({ table, index }) => ({
        table,
        index,
        object: index.name,
        detail: /_ccold\d*$/.test(index.name)
          ? 'The new index has taken its place already: this is the old one.'
          : 'It was to take the place of the index and never did: the old one is still in use.',
        query: invalidIndexQuery,
      })),
  // The writer of DDL drops it on the way back.
  back: () => [],
  forward: (found) => dropped(found, ({ detail }) => detail),
  validate: (found, _, way) => noneLeft(found, way),
});
