import type { Constraint, Index, Table } from '../model/catalog';
import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';
import { tokenize } from '../parse/postgres/lexer';
import { identifierOf } from './definitions';
import { keyIndex } from './key-index';
import { chooseName, indexColumnNames, joinColumnNames } from './server-names';
import type { TableDraft } from './table-draft';
import type { Workspace } from './workspace';

/** Constraints and indexes that come from a parent: CHECK and NOT NULL reach every child, keys and indexes partitions alone. */

export function inheritConstraint(workspace: Workspace, draft: TableDraft, constraint: Constraint, isPartition: boolean): void {
  const { kind, name, columns } = constraint;
  if (kind === 'not null') inheritNotNull(workspace, draft, constraint);
  else if (kind === 'check') {
    if (isHeritable(constraint) && !draft.isConstraint(name)) draft.addConstraint(inherited(workspace, constraint, name));
  } else if (isPartition && kind !== 'trigger') {
    const like = draft.constraints.find((own) => own.inherited !== true && own.kind === kind && isSameConstraint(own, constraint));
    if (like !== undefined) {
      draft.changeConstraint(like.name, (own) => ({ ...own, inherited: true }));
      draft.changeIndex(like.name, (index) => ({ ...index, inherited: true }));
    } else {
      const own = inherited(workspace, constraint, nameOfCopy(workspace, draft, constraint));
      draft.addConstraint(own);
      if (kind !== 'foreign key') draft.addIndex({ ...keyIndex(workspace, draft, own), inherited: true });
    }
  }
  if (kind === 'primary key') draft.setNotNull(columns);
}

/** NOT VALID and named ones; all others are the column's own flag. */
function inheritNotNull(workspace: Workspace, draft: TableDraft, constraint: Constraint): void {
  if (!isHeritable(constraint)) return;
  const { columns, validated } = constraint;
  const isThere = draft.constraints.some((own) => own.kind === 'not null' && own.columns[0] === columns[0]);
  if (!isThere && !draft.isConstraint(constraint.name)) draft.addConstraint(inherited(workspace, constraint, constraint.name));
  if (validated) draft.setNotNull(columns);
}

/** A constraint with NO INHERIT stays with its table. */
export function isHeritable({ definition }: Constraint): boolean {
  return !tokenize(definition).some(({ word }, place, tokens) => word === 'no' && tokens[place + 1]?.word === 'inherit');
}

function inherited(workspace: Workspace, constraint: Constraint, name: string): Constraint {
  const { comment: _, ...rest } = constraint;
  return { ...rest, identity: workspace.newIdentity(), name, inherited: true };
}

/** Do two say the same? Foreign keys are compared by their texts, the others by their columns. */
export function isSameConstraint(one: Constraint, other: Constraint): boolean {
  if (one.kind !== other.kind || one.columns.join() !== other.columns.join()) return false;
  if (one.kind === 'foreign key') return one.references === other.references;
  return one.kind !== 'exclude' || plain(one.definition) === plain(other.definition);
}

/** As the server calls a key of another table that it makes again for this one. */
export function nameOfCopy(workspace: Workspace, draft: TableDraft, { kind, name, columns }: Constraint): string {
  const { schema, name: table } = draft.table;
  if (kind === 'foreign key' && !draft.isConstraint(name)) return name;
  const isTaken = (candidate: string) =>
    draft.isConstraint(candidate) ||
    draft.isIndex(candidate) ||
    workspace.constraintExists(schema, candidate) ||
    workspace.relationExists(schema, candidate);
  if (kind === 'primary key') return chooseName(table, undefined, 'pkey', isTaken);
  return chooseName(table, joinColumnNames(columns), kind === 'unique' ? 'key' : kind === 'exclude' ? 'excl' : 'fkey', isTaken);
}

/** A partition that has such an index already gives that one (manual, CREATE INDEX and ALTER TABLE, ATTACH PARTITION). */
export function inheritIndex(workspace: Workspace, draft: TableDraft, index: Index): void {
  const like = draft.indexes.find((own) => own.inherited !== true && isSameIndex(own, index));
  if (like !== undefined) {
    draft.changeIndex(like.name, (own) => ({ ...own, inherited: true }));
    return;
  }
  draft.addIndex({ ...indexLike(workspace, draft, index), inherited: true });
}

/** The index of another table once more for this one, under a name that the server chooses. */
export function indexLike(workspace: Workspace, draft: TableDraft, index: Index): Index {
  const { schema, name: table } = draft.table;
  const isColumn = (key: string) => draft.columns.some((column) => column.name === key);
  const name = chooseName(
    table,
    joinColumnNames(indexColumnNames([...index.keys, ...includedColumns(index.definition)], isColumn)),
    'idx',
    (candidate) => draft.isIndex(candidate) || draft.isConstraint(candidate) || workspace.relationExists(schema, candidate),
  );
  const { comment: _, clustered: __, replicaIdentity: ___, inherited: ____, ...rest } = index;
  const head = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(name)} ON ${quoteQualified(schema, table)}`;
  return { ...rest, identity: workspace.newIdentity(), name, definition: `${head} ${behindTable(index.definition)}` };
}

/** The columns of INCLUDE, in the text of an index. */
function includedColumns(definition: string): readonly string[] {
  const list = /\binclude\s*\(([^)]*)\)/i.exec(definition)?.[1] ?? '';
  return tokenize(list).flatMap((token) => identifierOf(list, token) ?? []);
}

export function isSameIndex(one: Index, other: Index): boolean {
  return one.unique === other.unique && plain(behindTable(one.definition)) === plain(behindTable(other.definition));
}

/** `USING btree (a) WHERE a > 0`: what follows the table's name. */
function behindTable(definition: string): string {
  const tokens = tokenize(definition);
  const on = tokens.findIndex(({ word }) => word === 'on');
  const start = tokens.findIndex(({ word }, place) => place > on && (word === 'using' || word === '('));
  return definition.slice(tokens[start]?.start ?? definition.length);
}

function plain(text: string): string {
  return tokenize(text.replace(/^\s*using\s+btree\b/i, ''))
    .map(({ start, end }) =>
      text
        .replace(/^\s*using\s+btree\b/i, '')
        .slice(start, end)
        .toLowerCase(),
    )
    .join(' ');
}

/** The parts of a table that a partition no longer shares when it leaves: they are its own then. */
export function ownParts(table: Table): Pick<Table, 'columns' | 'constraints' | 'indexes' | 'triggers'> {
  const own = <T extends { readonly inherited?: boolean }>(part: T): T => {
    const { inherited: _, ...rest } = part;
    return rest as T;
  };
  return {
    columns: table.columns.map(own),
    constraints: table.constraints.map(own),
    indexes: table.indexes.map(own),
    // Those that came from the parent go (manual, ALTER TABLE, DETACH PARTITION).
    triggers: table.triggers.filter(({ inherited: came }) => came !== true),
  };
}
