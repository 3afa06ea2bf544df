import type { Catalog } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { RecoveryStep } from '../../model/simulation';
import { readText } from '../../parse/read';
import { writtenTables } from '../../rollback/rows';

/** Statements that only take a lock while they look at the table, or none. */
const harmless = /^(SELECT|SET|PREPARE|EXECUTE|DEALLOCATE|DO|XA|KILL)\b/i;

/**
 * The strongest lock that steps take on a table which is there. Every DDL statement takes an exclusive metadata lock, if only for a moment; what
 * it does between its beginning and its end depends on the algorithm (manual, Online DDL Operations).
 */
export function strongestLock(steps: readonly RecoveryStep[], catalog: Catalog, engine: Engine): string | undefined {
  const text = steps
    .filter(({ language }) => language === 'sql')
    .map((step) => step.text)
    .join('\n');
  const there = new Map(catalog.tables.map((table) => [table.name, table]));
  const statements = readText(text, engine).filter(({ sent }) => !harmless.test(sent));
  const operations = statements.flatMap((statement) => statement.operations);
  for (const operation of operations) {
    if (writtenTables(operation).length > 0) continue;
    const names = [
      ...('table' in operation && operation.table !== undefined && 'name' in operation.table ? [operation.table.name] : []),
      ...(operation.kind === 'create index' ? [operation.index.table.name] : []),
      ...(operation.kind === 'drop object'
        ? [...operation.objects.map(({ name }) => name), ...(operation.on === undefined ? [] : [operation.on.name])]
        : []),
      ...(operation.kind === 'rename object' ? [operation.object.name] : []),
    ];
    const found = names.find((name) => there.has(name));
    if (found !== undefined) return `exclusive metadata lock on ${found}`;
  }
  const written = operations.flatMap(writtenTables).find(({ name }) => there.has(name));
  return written && `row locks on ${written.name}`;
}
