import type { TypeObject } from '../../../model/catalog';
import { quoteLiteral, quoteQualified } from '../../../parse/postgres/identifiers';
import { present } from './parts';
import type { TypeRow } from './rows';

const kinds: Record<string, TypeObject['kind']> = { e: 'enum', d: 'domain', r: 'range', c: 'composite' };

/** A type with the statement that makes it: the server has no function that writes one. */
export function typeObject(row: TypeRow): TypeObject {
  const kind = kinds[row.kind] ?? 'composite';
  return present<TypeObject>({
    identity: row.identity,
    schema: row.schema,
    name: row.name,
    owner: row.owner,
    comment: row.comment,
    grants: row.grants,
    kind,
    labels: kind === 'enum' ? row.labels : null,
    definition: definition(kind, row),
    attributes: kind === 'composite' ? row.attributes : null,
    domain:
      kind === 'domain'
        ? present({ baseType: row.base_type, notNull: row.not_null, default: row.default, checks: domainChecks(row) })
        : null,
  });
}

/** Since Postgres 18 a domain's NOT NULL is a constraint too; `notNull` says it already. */
function domainChecks(row: TypeRow): string[] {
  return row.checks.filter((check) => !check.endsWith(' NOT NULL'));
}

function definition(kind: TypeObject['kind'], row: TypeRow): string {
  const name = quoteQualified(row.schema, row.name);
  switch (kind) {
    case 'enum':
      return `CREATE TYPE ${name} AS ENUM (${row.labels.map(quoteLiteral).join(', ')})`;
    case 'composite':
      return `CREATE TYPE ${name} AS (${row.attributes.join(', ')})`;
    case 'range':
      return `CREATE TYPE ${name} AS RANGE (${row.range ?? ''})`;
    case 'domain':
      return [
        `CREATE DOMAIN ${name} AS ${row.base_type}`,
        ...(row.collation === null ? [] : [`COLLATE ${row.collation}`]),
        ...(row.default === null ? [] : [`DEFAULT ${row.default}`]),
        ...(row.not_null ? ['NOT NULL'] : []),
        ...domainChecks(row),
      ].join(' ');
  }
}
