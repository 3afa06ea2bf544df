import type { Operation } from '../model/operation';
import type { Workspace } from './workspace';

type CommentOperation = Extract<Operation, { kind: 'comment' }>;

/** COMMENT ON: an empty or NULL text removes the comment. */
export function setComment(workspace: Workspace, operation: CommentOperation): void {
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
    case 'view':
    case 'materialized view':
    case 'function':
    case 'procedure': {
      const definition = workspace.findDefinition(object, [operation.objectKind]);
      if (definition !== undefined) workspace.definitions.set(commented(definition, operation));
      return;
    }
    case 'sequence': {
      const sequence = workspace.sequences.find(object, workspace.lookupPath);
      if (sequence !== undefined) workspace.sequences.set(commented(sequence, operation));
      return;
    }
    case 'type':
    case 'domain': {
      const type = workspace.types.find(object, workspace.lookupPath);
      if (type !== undefined) workspace.types.set(commented(type, operation));
      return;
    }
    default:
  }
}

function commented<T extends { readonly comment?: string }>(object: T, operation: CommentOperation): T {
  const { comment: _, ...rest } = object;
  const text = operation.text ?? '';
  return (text === '' ? rest : { ...rest, comment: text }) as T;
}
