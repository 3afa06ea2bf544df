import type { ObjectName, Operation } from '../model/operation';
import { quoteLiteral, quoteQualified } from '../parse/postgres/identifiers';
import type { Workspace } from './workspace';

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

export function addEnumValue(workspace: Workspace, operation: Of<'add enum value'>): void {
  const type = workspace.types.find(operation.type, workspace.lookupPath);
  if (type?.labels === undefined || type.labels.includes(operation.value)) return;
  const { neighbour } = operation;
  const found = neighbour === undefined ? -1 : type.labels.indexOf(neighbour.value);
  const position = found === -1 || neighbour === undefined ? type.labels.length : neighbour.side === 'before' ? found : found + 1;
  replaceLabels(workspace, operation.type, type.labels.toSpliced(position, 0, operation.value));
}

export function renameEnumValue(workspace: Workspace, operation: Of<'rename enum value'>): void {
  const type = workspace.types.find(operation.type, workspace.lookupPath);
  if (type?.labels === undefined) return;
  replaceLabels(
    workspace,
    operation.type,
    type.labels.map((label) => (label === operation.value ? operation.newValue : label)),
  );
}

function replaceLabels(workspace: Workspace, name: ObjectName, labels: readonly string[]): void {
  const type = workspace.types.find(name, workspace.lookupPath);
  if (type === undefined) return;
  const definition = `CREATE TYPE ${quoteQualified(type.schema, type.name)} AS ENUM (${labels.map(quoteLiteral).join(', ')})`;
  workspace.types.set({ ...type, labels, definition });
}
