import type { Catalog, TypeObject } from '../model/catalog';
import type { Statement } from '../model/migration';
import type { Operation } from '../model/operation';
import { quoteLiteral } from '../parse/postgres/identifiers';
import { type DownPart, statement } from './down-part';
import { sqlName } from './names';
import { isNamed } from './rows';

type LabelRename = Extract<Operation, { kind: 'rename enum value' }>;

/**
 * Labels of enums that get their old names back, and the catalog as it is then. A list of labels does not tell which one was renamed when
 * others came beside it; the statements do.
 */
export function labelsRenamedBack(
  statements: readonly Statement[],
  before: Catalog,
  after: Catalog,
): { readonly parts: readonly DownPart[]; readonly catalog: Catalog } {
  const renames = statements
    .flatMap(({ operations }) => operations.filter((operation) => operation.kind === 'rename enum value'))
    .reverse();
  if (renames.length === 0) return { parts: [], catalog: after };
  const parts: DownPart[] = [];
  const types = after.types.map((type) => {
    const old = before.types.find(({ identity }) => identity === type.identity);
    if (old === undefined) return type;
    const own = renames.filter((rename) => [old, type].some((known) => isNamed(rename.type, known)));
    return own.reduce((current, rename) => renamedBack(current, rename, parts), type);
  });
  return { parts, catalog: { ...after, types } };
}

function renamedBack(type: TypeObject, { value, newValue }: LabelRename, parts: DownPart[]): TypeObject {
  const labels = type.labels ?? [];
  if (!labels.includes(newValue) || labels.includes(value)) return type;
  parts.push(statement(`ALTER TYPE ${sqlName(type)} RENAME VALUE ${quoteLiteral(newValue)} TO ${quoteLiteral(value)}`));
  return { ...type, labels: labels.map((label) => (label === newValue ? value : label)) };
}
