import type { Catalog } from '../model/catalog';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { creator } from '../schema/attributes';

/** Whoever makes objects here, as far as can be told: the owner of most tables. */
export function usualOwner(catalog: Catalog): string | undefined {
  return mostCommon(catalog.tables.flatMap((table) => table.owner ?? []));
}

function mostCommon(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

export function ownerText(target: string, owner: string): string {
  return `ALTER ${target} OWNER TO ${owner === creator ? creator : quoteIdentifier(owner)}`;
}
