import { type Catalog, emptyCatalog } from '../model/catalog';
import { readStatements } from '../parse/postgres/read';
import { replay } from './virtual-schema';

/** What a schema dump says. */
export interface SchemaDump {
  readonly catalog: Catalog;
  /** Versions of migrations that were applied before it was taken, where the dump holds them (dbmate, Rails write them behind it). */
  readonly applied: ReadonlySet<string>;
}

/**
 * Reads what `pg_dump --schema-only` wrote (or dbmate and Rails, which call it). It is a psql script: its commands (`\restrict`, since the
 * minor versions of August 2025) say nothing about the schema, its SET lines neither, and all its names have their schema. The same text
 * gives the same catalog, so that what was computed on it stays good.
 */
export function readSchemaDump(text: string): SchemaDump {
  if (newest?.text === text) return newest.dump;
  const statements = readStatements(text, { start: 0, end: text.length }, {});
  const dump = { catalog: withData(replay(emptyCatalog, statements)), applied: appliedVersions(text) };
  newest = { text, dump };
  return dump;
}

let newest: { readonly text: string; readonly dump: SchemaDump } | undefined;

/** Without its data, every materialized view is written as WITH NO DATA; the database that it was taken of has it. */
function withData(catalog: Catalog): Catalog {
  const definitions = catalog.definitions.map(({ populated, ...object }) =>
    object.kind === 'materialized view' ? { ...object, populated: true } : { ...object, ...(populated !== undefined && { populated }) },
  );
  return { ...catalog, definitions };
}

const historyInsert = /^INSERT INTO\s+(?:"?\w+"?\.)?"?schema_migrations"?\s*\(\s*"?version"?\s*\)\s*VALUES\s*([^;]*);/gim;

function appliedVersions(text: string): ReadonlySet<string> {
  const versions = new Set<string>();
  for (const [, values = ''] of text.matchAll(historyInsert)) {
    for (const [, version = ''] of values.matchAll(/\(\s*'([^']+)'\s*\)/g)) versions.add(version);
  }
  return versions;
}
