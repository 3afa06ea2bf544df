import { type Catalog, emptyCatalog } from '../model/catalog';
import { defaultEngine, type Engine, isMysqlFamily } from '../model/engine';
import { readText } from '../parse/read';
import { tableOfShowCreate } from './mysql/show-create';
import { replay } from './virtual-schema';

/** What a schema dump says. */
export interface SchemaDump {
  readonly catalog: Catalog;
  /** Versions of migrations that were applied before it was taken, where the dump holds them (dbmate, Rails write them behind it). */
  readonly applied: ReadonlySet<string>;
}

/**
 * Reads what `pg_dump --schema-only` or `mysqldump --no-data` wrote (or dbmate and Rails, which call them). pg_dump's is a psql script: its commands (`\restrict`, since the
 * minor versions of August 2025) say nothing about the schema, its SET lines neither, and all its names have their schema. The same text
 * gives the same catalog, so that what was computed on it stays good.
 */
export function readSchemaDump(text: string, engine: Engine = defaultEngine): SchemaDump {
  if (newest?.text === text && newest.engine === engine.name) return newest.dump;
  const replayed = replay(emptyCatalog, readText(text, engine), engine);
  const catalog = isMysqlFamily(engine) ? withTablesAsWritten(replayed, text, engine) : withData(replayed);
  const dump = { catalog, applied: appliedVersions(text) };
  newest = { text, engine: engine.name, dump };
  return dump;
}

let newest: { readonly text: string; readonly engine: Engine['name']; readonly dump: SchemaDump } | undefined;

/** mysqldump writes tables as SHOW CREATE TABLE does: nothing has to be concluded there, names of indexes and keys included. */
function withTablesAsWritten(catalog: Catalog, text: string, engine: Engine): Catalog {
  const written = [...text.matchAll(/^CREATE TABLE `[^;]*?^\)[^\n]*(?:\n[^\n]*PARTITION[^\n]*)*;/gm)].map(([table]) =>
    tableOfShowCreate(table, engine),
  );
  const byName = new Map(written.map((table) => [table.name, table]));
  const tables = catalog.tables.map((table) => {
    const exact = byName.get(table.name);
    return exact === undefined ? table : { ...exact, identity: table.identity, triggers: table.triggers };
  });
  return { ...catalog, tables };
}

/** Without its data, every materialized view is written as WITH NO DATA; the database that it was taken of has it. */
function withData(catalog: Catalog): Catalog {
  const definitions = catalog.definitions.map(({ populated, ...object }) =>
    object.kind === 'materialized view' ? { ...object, populated: true } : { ...object, ...(populated !== undefined && { populated }) },
  );
  return { ...catalog, definitions };
}

const historyInsert = /^INSERT INTO\s+(?:"?\w+"?\.)?["`]?schema_migrations["`]?\s*\(\s*["`]?version["`]?\s*\)\s*VALUES\s*([^;]*);/gim;

function appliedVersions(text: string): ReadonlySet<string> {
  const versions = new Set<string>();
  for (const [, values = ''] of text.matchAll(historyInsert)) {
    for (const [, version = ''] of values.matchAll(/\(\s*'([^']+)'\s*\)/g)) versions.add(version);
  }
  return versions;
}
