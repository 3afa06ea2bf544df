import type { Operation } from '../model/operation';
import { quoteIdentifier, quoteQualified } from '../parse/postgres/identifiers';
import { changeAttributes } from './attributes';
import { readTarget, Words } from './sentences';
import { setSetting } from './settings';
import type { Workspace } from './workspace';

type CommentOperation = Extract<Operation, { kind: 'comment' }>;

/** COMMENT ON: an empty or NULL text removes the comment. `text` is the whole statement. */
export function setComment(workspace: Workspace, operation: CommentOperation, text: string): void {
  const { object, member } = operation;
  if (object === undefined) return;
  switch (operation.objectKind) {
    case 'table': {
      const table = workspace.findTable(object);
      if (table !== undefined) workspace.tables.set(commented(table, operation));
      return;
    }
    case 'column': {
      const table = workspace.findTable(object);
      if (table === undefined) {
        setColumnComment(workspace, operation, text);
        return;
      }
      const columns = table.columns.map((column) => (column.name === member ? commented(column, operation) : column));
      workspace.tables.set({ ...table, columns });
      return;
    }
    case 'constraint': {
      const table = workspace.findTable(object);
      if (table === undefined) return;
      const constraints = table.constraints.map((constraint) =>
        constraint.name === member ? commented(constraint, operation) : constraint,
      );
      workspace.tables.set({ ...table, constraints });
      return;
    }
    default:
      setOtherComment(workspace, operation, text);
  }
}

/** A column of a view or of a composite type. */
function setColumnComment(workspace: Workspace, { object, member, text }: CommentOperation, statement: string): void {
  if (object === undefined || member === undefined) return;
  const owner = workspace.definitions.find(object, workspace.lookupPath) ?? object;
  const head = `COMMENT ON COLUMN ${quoteQualified(owner.schema, owner.name)}.${quoteIdentifier(member)}`;
  setSetting(workspace, head, (text ?? '') === '' ? undefined : { set: statement, reset: `${head} IS NULL` });
}

/** Where the catalog has no place for it, the statement itself is kept. */
function setOtherComment(workspace: Workspace, operation: CommentOperation, text: string): void {
  const words = new Words(text);
  if (!words.accept('comment', 'on')) return;
  const target = readTarget(words);
  if (target === undefined || changeAttributes(workspace, target, (object) => commented(object, operation))) return;
  const on = target.on === undefined ? '' : ` ON ${target.onDomain ? 'DOMAIN ' : ''}${quoteQualified(target.on.schema, target.on.name)}`;
  const head = `COMMENT ON ${target.text}${on}`;
  setSetting(workspace, head, (operation.text ?? '') === '' ? undefined : { set: text, reset: `${head} IS NULL` });
}

function commented<T extends { readonly comment?: string }>(object: T, operation: CommentOperation): T {
  const text = operation.text ?? '';
  if (text !== '') return { ...object, comment: text };
  const { comment: _, ...rest } = object;
  return rest as T;
}
