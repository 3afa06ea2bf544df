import { as } from '../parse/postgres/operations/nodes';
import { typeText } from '../parse/postgres/operations/types';
import { statementTree } from '../parse/postgres/read';
import { findNamed, type SearchedCatalog } from '../schema/lookup';

/** A type as it is stored: domains lead to the type that they are made of. */
export interface StoredType {
  readonly type: string;
  /** The domain that has constraints, its own or of a domain that it is made of: these are checked for each row. */
  readonly isConstrained: boolean;
}

/** Follows domains that the folder's migrations make (manual, ALTER TABLE, "Notes"); any other type is itself. */
export function storedType(catalog: SearchedCatalog, type: string): StoredType {
  return follow(catalog, type, []);
}

function follow(catalog: SearchedCatalog, type: string, seen: readonly string[]): StoredType {
  const parts = type.split('.');
  const name = parts.at(-1) ?? type;
  const schema = parts.length > 1 ? parts[0] : undefined;
  const found = findNamed(catalog.types, schema === undefined ? { name } : { schema, name }, catalog.searchPath);
  if (found?.domain === undefined || seen.includes(found.identity)) return { type, isConstrained: false };
  const { baseType, checks, notNull } = found.domain;
  const base = as(statementTree(`CREATE DOMAIN d AS ${baseType}`), 'CreateDomainStmt')?.typeName;
  const below = follow(catalog, base === undefined ? baseType : typeText(base), [...seen, found.identity]);
  return { type: below.type, isConstrained: notNull || checks.length > 0 || below.isConstrained };
}
