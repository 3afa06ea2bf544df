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
