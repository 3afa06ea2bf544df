import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { lintFolder } from '../../../src/lint/lint';
import type { Catalog } from '../../../src/model/catalog';
import { loadParser } from '../../../src/parse/load';
import { readSchemaDump } from '../../../src/schema/dump';

/** `schema.sql` is what pg_dump 15.18 wrote of a server that the migrations beside it had been run on. */
const folder = new URL('../../fixtures/dump/', import.meta.url);
const dump = readFileSync(new URL('schema.sql', folder), 'utf8');
const files = readdirSync(new URL('migrations/', folder)).map((path) => ({
  path,
  text: readFileSync(new URL(`migrations/${path}`, folder), 'utf8'),
}));
const later = { path: 'V3__later.sql', text: 'ALTER TABLE library.books ALTER COLUMN title TYPE varchar(300);\n' };

beforeAll(loadParser);

describe('a schema dump', () => {
  it('gives what the migrations give, but for the spelling of expressions', () => {
    const replayed = lintFolder({ files, paths: [] }).migrations.at(-1)?.after;
    expect(replayed?.tables.length).toBe(6);
    if (replayed !== undefined) expect(shapeOf(readSchemaDump(dump).catalog)).toEqual(shapeOf(replayed));
  });

  it('is what the first migration of the folder meets', () => {
    const alone = lintFolder({ files: [later] }).reports.flatMap(({ findings }) => findings.map(({ rule }) => rule));
    const onDump = lintFolder({ files: [later], dump }).reports.flatMap(({ findings }) => findings.map(({ rule }) => rule));
    // Without it nobody knows that the column was shorter.
    expect(alone).toContain('column-type-rewrite');
    expect(onDump).not.toContain('column-type-rewrite');
    expect(onDump).toContain('missing-lock-timeout');
  });

  it('holds the migrations whose versions stand in it: those are not run once more', () => {
    const text = `${dump}\nINSERT INTO public.schema_migrations (version) VALUES\n    ('20240101000000'),\n    ('20240102000000');\n`;
    expect([...readSchemaDump(text).applied]).toEqual(['20240101000000', '20240102000000']);
    const old = { path: '20240101000000_gone.sql', text: '-- migrate:up\nDROP TABLE library.books;\n\n-- migrate:down\nSELECT 1;\n' };
    const next = { path: '20240201000000_next.sql', text: old.text };
    const linted = lintFolder({ files: [old, next], dump: text });
    expect(linted.migrations.at(-1)?.before.tables.map(({ name }) => name)).toContain('books');
    expect(linted.migrations.at(-1)?.after.tables.map(({ name }) => name)).not.toContain('books');
  });

  it('never throws, whatever it holds', () => {
    for (const text of ['', '\\restrict x', dump.slice(0, 2000), dump.replaceAll(';', ''), '\0\ufeff']) readSchemaDump(text);
  });
});

/** What does not depend on how the server writes an expression. */
function shapeOf({ schemas, tables, sequences, types, definitions }: Catalog) {
  return {
    schemas: schemas.map(({ name }) => name).sort(),
    tables: byName(tables).map((table) => ({
      ...pick(table, ['schema', 'name', 'kind', 'persistence', 'rowSecurity', 'partitionKey', 'replicaIdentity', 'comment', 'complete']),
      partitionOf: table.partitionOf,
      columns: table.columns.map((column) => ({
        ...pick(column, ['name', 'type', 'notNull', 'identityKind', 'comment']),
        hasDefault: column.default !== undefined,
        generated: column.generated?.kind,
      })),
      constraints: byName(table.constraints).map((constraint) =>
        pick(constraint, ['name', 'kind', 'columns', 'validated', 'enforced', 'references']),
      ),
      // An index of a partitioned table has children that a dump writes one by one.
      indexes:
        table.partitionOf === undefined ? byName(table.indexes).map((index) => pick(index, ['name', 'unique', 'valid', 'constraint'])) : [],
      triggers: table.triggers.map((trigger) => pick(trigger, ['name', 'enabled'])),
      policies: table.policies.map((policy) => pick(policy, ['name'])),
    })),
    sequences: byName(sequences).map((sequence) =>
      pick(sequence, ['schema', 'name', 'dataType', 'start', 'increment', 'minimum', 'maximum', 'cache', 'cycle', 'ownedBy']),
    ),
    types: byName(types).map((type) => pick(type, ['schema', 'name', 'kind', 'labels'])),
    definitions: byName(definitions).map((object) => pick(object, ['schema', 'name', 'kind', 'signature', 'populated'])),
  };
}

function byName<T extends { readonly name: string }>(objects: readonly T[]): readonly T[] {
  return objects.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function pick<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Partial<T> {
  const picked: Partial<T> = {};
  for (const key of keys) picked[key] = object[key];
  return picked;
}
