import type { Node, ObjectType, RangeVar } from '@pgsql/types';
import type { ObjectKind, ObjectName } from '../../../model/operation';
import { temporarySchema } from '../../../model/temporary';
import { as, strings } from './nodes';
import { typeText } from './types';

export function relationName(relation: RangeVar | undefined): ObjectName {
  const name = relation?.relname ?? '';
  return relation?.schemaname === undefined ? { name } : { schema: relation.schemaname, name };
}

/** The name of a relation that is made: TEMPORARY ones are made in a schema of their own, whatever the search path. */
export function createdRelationName(relation: RangeVar | undefined): ObjectName {
  const name = relationName(relation);
  return relation?.relpersistence === 't' ? { schema: temporarySchema, ...name } : name;
}

/** A name from its parts: the last is the name, the one before it the schema. */
export function nameFromParts(parts: readonly string[]): ObjectName {
  const name = parts[parts.length - 1] ?? '';
  const schema = parts[parts.length - 2];
  return schema === undefined ? { name } : { schema, name };
}

/** The parts of a name however the parser wrapped them: a list, a type name, a function with arguments, a relation. */
export function nameParts(node: Node | undefined): string[] {
  const list = as(node, 'List');
  if (list !== undefined) return strings(list.items);
  const plain = as(node, 'String');
  if (plain !== undefined) return [plain.sval ?? ''];
  const type = as(node, 'TypeName');
  if (type !== undefined) return strings(type.names);
  const withArguments = as(node, 'ObjectWithArgs');
  if (withArguments !== undefined) return strings(withArguments.objname);
  const relation = as(node, 'RangeVar');
  if (relation !== undefined) return [...(relation.schemaname === undefined ? [] : [relation.schemaname]), relation.relname ?? ''];
  return [];
}

/** `(integer, text)` of a function that is named with its arguments. */
export function signatureOf(node: Node | undefined): string | undefined {
  const target = as(node, 'ObjectWithArgs');
  if (target === undefined || target.args_unspecified) return undefined;
  return `(${(target.objargs ?? []).map((argument) => typeText(as(argument, 'TypeName'))).join(', ')})`;
}

const objectKinds: Partial<Record<ObjectType, ObjectKind>> = {
  OBJECT_TABLE: 'table',
  OBJECT_INDEX: 'index',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'domain',
  OBJECT_FUNCTION: 'function',
  OBJECT_ROUTINE: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_SCHEMA: 'schema',
  OBJECT_EXTENSION: 'extension',
  OBJECT_POLICY: 'policy',
  OBJECT_RULE: 'rule',
  OBJECT_DATABASE: 'database',
  OBJECT_ROLE: 'role',
  OBJECT_PUBLICATION: 'publication',
  OBJECT_SUBSCRIPTION: 'subscription',
  OBJECT_FOREIGN_TABLE: 'foreign table',
};

export function objectKind(type: ObjectType | undefined): ObjectKind {
  return (type === undefined ? undefined : objectKinds[type]) ?? 'other';
}

/** Triggers, policies and rules are named within their table. */
export function belongsToTable(kind: ObjectKind): boolean {
  return kind === 'trigger' || kind === 'policy' || kind === 'rule';
}
