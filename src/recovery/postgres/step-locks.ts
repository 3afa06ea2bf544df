import type { Catalog } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import { type PostgresLockMode, postgresLockModes } from '../../model/plan';
import type { RecoveryStep } from '../../model/simulation';
import { readStatements } from '../../parse/postgres/read';
import { CreatedRelations } from '../../plan/situation';
import { statementFacts } from '../../plan/statement-facts';
import { replaySteps } from '../../schema/virtual-schema';

/** The strongest lock that steps take on a table which is there, in words; undefined when they take none. The parser must be loaded. */
export function strongestLock(steps: readonly RecoveryStep[], catalog: Catalog, { major: version }: Engine): string | undefined {
  const text = steps
    .filter(({ language }) => language === 'sql')
    .map((step) => step.text)
    .join('\n');
  const statements = readStatements(text, { start: 0, end: text.length }, {});
  const schemas = replaySteps(catalog, statements);
  const created = new CreatedRelations(statements, catalog);
  const locks = statements.flatMap((statement, place) =>
    statementFacts(statement, { version, catalog: schemas[place] ?? catalog, created: created.before(place) }).locks.filter(({ name }) =>
      catalog.tables.some((table) => table.name === name.name),
    ),
  );
  const strength = (mode: string) => postgresLockModes.indexOf(mode as PostgresLockMode);
  const [strongest] = [...locks].sort((a, b) => strength(b.mode) - strength(a.mode));
  return strongest && `${strongest.mode} on ${strongest.relation.replace(/^public\./, '')}`;
}
