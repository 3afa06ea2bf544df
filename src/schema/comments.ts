import type { Operation } from '../model/operation';
import { quoteQualified } from '../parse/postgres/identifiers';
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
      if (table === undefined) return;
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

/** Where the catalog has no place for it, the statement itself is kept. */
function setOtherComment(workspace: Workspace, operation: CommentOperation, text: string): void {
  const words = new Words(text);
  if (!words.accept('comment', 'on')) return;
  const target = readTarget(words);
  if (target === undefined || changeAttributes(workspace, target, (object) => commented(object, operation))) return;
  const on = target.on === undefined ? '' : ` ON ${quoteQualified(target.on.schema, target.on.name)}`;
  const head = `COMMENT ON ${target.text}${on}`;
  setSetting(workspace, head, (operation.text ?? '') === '' ? undefined : { set: text, reset: `${head} IS NULL` });
}

function commented<T extends { readonly comment?: string }>(object: T, operation: CommentOperation): T {
  const text = operation.text ?? '';
  if (text !== '') return { ...object, comment: text };
  const { comment: _, ...rest } = object;
  return rest as T;
}
