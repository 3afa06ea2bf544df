import type { Constraint, Index } from '../model/catalog';
import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';
import type { TableDraft } from './table-draft';
import type { Workspace } from './workspace';

/** The index that the server makes for a primary key or a unique constraint, under the constraint's name. */
export function keyIndex(workspace: Workspace, draft: TableDraft, { name, columns }: Constraint): Index {
  const { schema, name: table } = draft.table;
  return {
    identity: workspace.newIdentity(),
    name,
    definition: `CREATE UNIQUE INDEX ${quoteIdentifier(name)} ON ${quoteQualified(schema, table)} USING btree (${columns.map(quoteIdentifier).join(', ')})`,
    unique: true,
    keys: columns,
    valid: true,
    ready: true,
    live: true,
    constraint: name,
  };
}

/** That of an EXCLUDE constraint: no unique index, though it takes the constraint's name as one does (manual, CREATE TABLE, EXCLUDE). */
export function exclusionIndex(workspace: Workspace, draft: TableDraft, { name, columns, definition }: Constraint): Index {
  const { schema, name: table } = draft.table;
  const [, method = 'btree'] = /^exclude\s+using\s+("[^"]+"|\w+)/i.exec(definition) ?? [];
  return {
    identity: workspace.newIdentity(),
    name,
    definition: `CREATE INDEX ${quoteIdentifier(name)} ON ${quoteQualified(schema, table)} USING ${method} (${columns.map(quoteIdentifier).join(', ')})`,
    unique: false,
    keys: columns,
    valid: true,
    ready: true,
    live: true,
    constraint: name,
  };
}
