// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are snippets of the editor.
import { type Engine, engineLabel, isMysqlFamily } from '../model/engine';
import { mysqlPatterns } from './safe-patterns-mysql';

/** A piece of a migration that is right as it stands, as a snippet: `${1:orders}` is a place to fill in, `$0` the last one. */
export interface SafePattern {
  readonly label: string;
  /** What people type to find it. */
  readonly keywords: string;
  readonly detail: string;
  /** Where it has to stand. */
  readonly where: 'any' | 'outside a transaction';
  readonly snippet: string;
  /** It holds several statements that are refused where a tool sends the whole file as one request, which is one transaction. */
  readonly oneByOne?: true;
  readonly majors?: { readonly from?: number; readonly to?: number };
}

const postgresPatterns: readonly SafePattern[] = [
  {
    label: 'Concurrent index, guarded',
    keywords: 'create index concurrently',
    detail: 'Drops what a failed build left behind, then builds while reads and writes go on',
    where: 'outside a transaction',
    oneByOne: true,
    snippet:
      'DROP INDEX CONCURRENTLY IF EXISTS ${1:orders_customer_id_idx};\nCREATE INDEX CONCURRENTLY ${1:orders_customer_id_idx} ON ${2:orders} (${3:customer_id});$0',
  },
  {
    label: 'Backfill in batches',
    keywords: 'update batch backfill do',
    detail: 'Fills a column some rows at a time, each batch committed; can be stopped and started again',
    where: 'outside a transaction',
    snippet: [
      'DO \\$\\$',
      'BEGIN',
      '  LOOP',
      "    UPDATE ${1:orders} SET ${2:currency} = ${3:'EUR'}",
      '    WHERE ${4:id} IN (SELECT ${4:id} FROM ${1:orders} WHERE ${2:currency} IS NULL LIMIT ${5:10000});',
      '    EXIT WHEN NOT FOUND;',
      '    COMMIT;',
      '  END LOOP;',
      'END',
      '\\$\\$;$0',
    ].join('\n'),
  },
  {
    label: 'Foreign key, not validated yet',
    keywords: 'alter table add constraint foreign key references not valid',
    detail: 'Holds for new rows at once; validate it in a later migration',
    where: 'any',
    snippet:
      "SET LOCAL lock_timeout = '${1:2s}';\nALTER TABLE ${2:orders} ADD CONSTRAINT ${3:orders_customer_id_fkey} FOREIGN KEY (${4:customer_id}) REFERENCES ${5:customers} (${6:id}) NOT VALID;$0",
  },
  {
    label: 'Validate a constraint',
    keywords: 'alter table validate constraint',
    detail: 'Checks the old rows while reads and writes go on',
    where: 'any',
    snippet: 'ALTER TABLE ${1:orders} VALIDATE CONSTRAINT ${2:orders_customer_id_fkey};$0',
  },
  {
    label: 'NOT NULL, not validated yet',
    keywords: 'alter table set not null not valid',
    detail: 'From PostgreSQL 18 on: holds for new rows at once, validate it in a later migration',
    where: 'any',
    majors: { from: 18 },
    snippet:
      "SET LOCAL lock_timeout = '${1:2s}';\nALTER TABLE ${2:orders} ADD CONSTRAINT ${3:orders_currency_not_null} NOT NULL ${4:currency} NOT VALID;$0",
  },
  {
    label: 'NOT NULL by a CHECK, not validated yet',
    keywords: 'alter table set not null check not valid',
    detail: 'Holds for new rows at once; validate it in a later migration, and SET NOT NULL then reads no row',
    where: 'any',
    majors: { to: 17 },
    snippet:
      "SET LOCAL lock_timeout = '${1:2s}';\nALTER TABLE ${2:orders} ADD CONSTRAINT ${3:orders_currency_not_null} CHECK (${4:currency} IS NOT NULL) NOT VALID;$0",
  },
  {
    label: 'Unique constraint from an index',
    keywords: 'alter table add constraint unique using index',
    detail: 'For an index that was built concurrently in an earlier migration',
    where: 'any',
    snippet:
      "SET LOCAL lock_timeout = '${1:2s}';\nALTER TABLE ${2:orders} ADD CONSTRAINT ${3:orders_number_key} UNIQUE USING INDEX ${4:orders_number_idx};$0",
  },
  {
    label: 'New column, expand and contract',
    keywords: 'alter table add column expand contract',
    detail: 'Nullable, with a default for new rows only; fill the old rows in batches, require it later',
    where: 'any',
    snippet:
      "SET LOCAL lock_timeout = '${1:2s}';\nALTER TABLE ${2:orders} ADD COLUMN ${3:seen_at} ${4:timestamptz};\nALTER TABLE ${2:orders} ALTER COLUMN ${3:seen_at} SET DEFAULT ${5:clock_timestamp()};$0",
  },
];

/** How the file is run in which a pattern is to stand. */
export interface PatternPlace {
  readonly inTransaction: boolean;
  readonly inOneRequest: boolean;
}

/** The patterns for this engine and version, those that work there, and as they have to be written there. */
export function safePatterns(engine: Engine, { inTransaction, inOneRequest }: PatternPlace): readonly SafePattern[] {
  return patternsOf(engine)
    .filter(({ majors }) => (majors?.from ?? 0) <= engine.major && engine.major <= (majors?.to ?? Number.POSITIVE_INFINITY))
    .filter(({ oneByOne }) => !(oneByOne && inOneRequest))
    .map((pattern) => (inTransaction ? pattern : { ...pattern, snippet: withoutLocal(pattern.snippet) }));
}

/** MongoDB's migrations are code, and a pattern of SQL has no place in them. */
function patternsOf(engine: Engine): readonly SafePattern[] {
  if (isMysqlFamily(engine)) return mysqlPatterns;
  return engine.name === 'postgres' ? postgresPatterns : [];
}

/** SET LOCAL does nothing but warn where there is no transaction (manual, "SET"). */
function withoutLocal(snippet: string): string {
  return snippet.includes('SET LOCAL lock_timeout')
    ? snippet.replace('SET LOCAL', 'SET').replace(/\$0$/, '\nRESET lock_timeout;$$0')
    : snippet;
}

/** The text of a pattern as it is when nothing is filled in. */
export function plainText({ snippet }: SafePattern): string {
  return snippet
    .replaceAll(/\$\{\d+:([^}]*)\}/g, '$1')
    .replaceAll(/(?<!\\)\$0/g, '')
    .replaceAll('\\$', '$');
}

/** What is said of a pattern beside its text, in Markdown. */
export function documentationOf(pattern: SafePattern, engine: Engine): string {
  const where = pattern.where === 'any' ? '' : '\n\nIt has to run outside a transaction.';
  return `${pattern.detail}.${where}\n\n\`\`\`sql\n${plainText(pattern)}\n\`\`\`\n\n${engineLabel(engine)}`;
}
