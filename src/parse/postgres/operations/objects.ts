import type {
  AlterEnumStmt,
  AlterObjectSchemaStmt,
  CommentStmt,
  CreateDomainStmt,
  CreateEnumStmt,
  CreateFunctionStmt,
  CreatePolicyStmt,
  CreateSeqStmt,
  CreateTrigStmt,
  DropStmt,
  Node,
  RenameStmt,
  RuleStmt,
  ViewStmt,
} from '@pgsql/types';
import type { ObjectKind, ObjectName, Operation } from '../../../model/operation';
import type { StatementSource } from '../source';
import { ifNotExistsAfter } from './create-table';
import { functionNamesIn, relationsIn } from './expressions';
import { belongsToTable, createdRelationName, nameFromParts, nameParts, objectKind, relationName, signatureOf } from './names';
import { all, as, strings } from './nodes';
import { insertionAfter } from './text';
import { typeText } from './types';

/** A plain `CREATE kind name`. */
export function created(
  objectKind: ObjectKind,
  object: ObjectName,
  options: { readonly ifNotExists?: boolean | undefined; readonly orReplace?: boolean | undefined; readonly on?: ObjectName } = {},
): Operation & { readonly kind: 'create object' } {
  const { ifNotExists = false, orReplace = false, on } = options;
  return { kind: 'create object', objectKind, object, ifNotExists, orReplace, ...(on === undefined ? {} : { on }) };
}

export function createView(_source: StatementSource, statement: ViewStmt): Operation[] {
  return [
    { ...created('view', createdRelationName(statement.view), { orReplace: statement.replace }), uses: relationsIn(statement.query) },
  ];
}

export function createSequence(source: StatementSource, statement: CreateSeqStmt): Operation[] {
  const owner = all(statement.options, 'DefElem').find((option) => option.defname === 'owned_by');
  const parts = nameParts(owner?.arg);
  const column = parts.at(-1);
  return [
    {
      ...created('sequence', createdRelationName(statement.sequence), { ifNotExists: statement.if_not_exists }),
      ...(column === undefined || parts.length < 2 ? {} : { ownedBy: { table: nameFromParts(parts.slice(0, -1)), column } }),
      ...(statement.if_not_exists ? {} : ifNotExistsAfter(source, 'sequence')),
    },
  ];
}

export function createFunction(_source: StatementSource, statement: CreateFunctionStmt): Operation[] {
  const inputs = all(statement.parameters, 'FunctionParameter').filter(
    ({ mode }) => mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE',
  );
  const kind = statement.is_procedure ? 'procedure' : 'function';
  return [
    {
      ...created(kind, nameFromParts(strings(statement.funcname)), { orReplace: statement.replace }),
      // A length or precision of an argument is not kept (manual, CREATE FUNCTION).
      signature: `(${inputs.map((parameter) => typeText(parameter.argType).replace(/\(\d+(?:,\s*\d+)?\)/g, '')).join(', ')})`,
      // Only an SQL-standard body is seen here; the text of any other is a string to the parser.
      uses: [...relationsIn(statement.sql_body), ...functionNamesIn(statement.sql_body)],
    },
  ];
}

export function createTrigger(_source: StatementSource, statement: CreateTrigStmt): Operation[] {
  const options = { orReplace: statement.replace, on: relationName(statement.relation) };
  return [{ ...created('trigger', { name: statement.trigname ?? '' }, options), uses: [nameFromParts(strings(statement.funcname))] }];
}

export function createPolicy(_source: StatementSource, statement: CreatePolicyStmt): Operation[] {
  return [created('policy', { name: statement.policy_name ?? '' }, { on: relationName(statement.table) })];
}

export function createRule(_source: StatementSource, statement: RuleStmt): Operation[] {
  return [created('rule', { name: statement.rulename ?? '' }, { orReplace: statement.replace, on: relationName(statement.relation) })];
}

export function createEnum(_source: StatementSource, statement: CreateEnumStmt): Operation[] {
  return [{ ...created('type', nameFromParts(strings(statement.typeName))), labels: strings(statement.vals) }];
}

export function createDomain(_source: StatementSource, statement: CreateDomainStmt): Operation[] {
  return [created('domain', nameFromParts(strings(statement.domainname)))];
}

export function alterEnum(source: StatementSource, statement: AlterEnumStmt): Operation[] {
  const type = nameFromParts(strings(statement.typeName));
  const value = statement.newVal ?? '';
  if (statement.oldVal !== undefined) return [{ kind: 'rename enum value', type, value: statement.oldVal, newValue: value }];
  const neighbour = statement.newValNeighbor;
  return [
    {
      kind: 'add enum value',
      type,
      value,
      ifNotExists: statement.skipIfNewValExists === true,
      ...(neighbour === undefined
        ? {}
        : { neighbour: { side: statement.newValIsAfter ? ('after' as const) : ('before' as const), value: neighbour } }),
      ...(statement.skipIfNewValExists ? {} : ifNotExistsAfter(source, 'value')),
    },
  ];
}

export function drop(source: StatementSource, statement: DropStmt): Operation[] {
  const kind = objectKind(statement.removeType);
  const objects = statement.objects ?? [];
  const owner = belongsToTable(kind) ? nameParts(objects[0]).slice(0, -1) : [];
  const signatures = objects.map(signatureOf);
  const keyword = dropKeyword(source, kind);
  const afterKind = insertionAfter(source, keyword);
  const afterConcurrently = insertionAfter(source, statement.concurrent ? keyword + 1 : keyword);
  const insertAt = {
    ...(kind === 'index' && !statement.concurrent && afterKind !== undefined ? { concurrently: afterKind } : {}),
    ...(statement.missing_ok || afterConcurrently === undefined ? {} : { ifExists: afterConcurrently }),
  };
  return [
    {
      kind: 'drop object',
      objectKind: kind,
      objects: objects.map((object) => {
        const parts = nameParts(object);
        return owner.length > 0 ? { name: parts.at(-1) ?? '' } : nameFromParts(parts);
      }),
      ifExists: statement.missing_ok === true,
      cascade: statement.behavior === 'DROP_CASCADE',
      concurrently: statement.concurrent === true,
      ...(owner.length > 0 ? { on: nameFromParts(owner) } : {}),
      ...(signatures.some((signature) => signature !== undefined) ? { signatures } : {}),
      ...(Object.keys(insertAt).length === 0 ? {} : { insertAt }),
    },
  ];
}

/** Number of the last word of the kind: DROP TABLE, DROP MATERIALIZED VIEW, DROP FOREIGN TABLE. */
function dropKeyword(source: StatementSource, kind: ObjectKind): number {
  const isTwoWords = kind === 'materialized view' || kind === 'foreign table' || source.tokens.words[1] === 'event';
  return isTwoWords ? 2 : 1;
}

export function rename(_source: StatementSource, statement: RenameStmt): Operation[] {
  const newName = statement.newname ?? '';
  const table = relationName(statement.relation);
  const subject = statement.subname ?? '';
  switch (statement.renameType) {
    case 'OBJECT_COLUMN':
      if (statement.relationType !== 'OBJECT_TABLE' && statement.relationType !== 'OBJECT_FOREIGN_TABLE') break;
      return [{ kind: 'rename column', table, column: subject, newName }];
    case 'OBJECT_TABCONSTRAINT':
      return [{ kind: 'rename constraint', table, constraint: subject, newName }];
    case 'OBJECT_ATTRIBUTE':
    case 'OBJECT_DOMCONSTRAINT':
      return [{ kind: 'other', node: 'RenameStmt' }];
  }
  if (statement.renameType === 'OBJECT_COLUMN') return [{ kind: 'other', node: 'RenameStmt' }];
  const kind = objectKind(statement.renameType);
  const object = belongsToTable(kind) || statement.relation === undefined ? namedObject(statement.object, subject) : table;
  return [{ kind: 'rename object', objectKind: kind, object, newName, ifExists: statement.missing_ok === true }];
}

function namedObject(object: Node | undefined, subject: string): ObjectName {
  return subject === '' ? nameFromParts(nameParts(object)) : { name: subject };
}

export function setSchema(_source: StatementSource, statement: AlterObjectSchemaStmt): Operation[] {
  const object = statement.relation === undefined ? nameFromParts(nameParts(statement.object)) : relationName(statement.relation);
  return [{ kind: 'set schema', objectKind: objectKind(statement.objectType), object, newSchema: statement.newschema ?? '' }];
}

export function comment(_source: StatementSource, statement: CommentStmt): Operation[] {
  const parts = nameParts(statement.object);
  const text = statement.comment ?? null;
  if (statement.objtype === 'OBJECT_COLUMN' || statement.objtype === 'OBJECT_TABCONSTRAINT') {
    const kind = statement.objtype === 'OBJECT_COLUMN' ? 'column' : 'constraint';
    return [{ kind: 'comment', objectKind: kind, object: nameFromParts(parts.slice(0, -1)), member: parts.at(-1) ?? '', text }];
  }
  const kind = objectKind(statement.objtype);
  if (belongsToTable(kind)) {
    return [{ kind: 'comment', objectKind: kind, object: nameFromParts(parts.slice(0, -1)), member: parts.at(-1) ?? '', text }];
  }
  const signature = as(statement.object, 'ObjectWithArgs') === undefined ? undefined : signatureOf(statement.object);
  return [
    { kind: 'comment', objectKind: kind, object: nameFromParts(parts), ...(signature === undefined ? {} : { member: signature }), text },
  ];
}
