import type { Dirt } from '../faults/dirt/recipe';
import type { Catalog } from '../model/catalog';
import type { Engine } from '../model/engine';
import type { Statement } from '../model/migration';
import { recoveryDialectOf } from './dialect';
import { repairOfDirt } from './dirt-repairs';
import { documentRepairs, repairOfDocuments } from './mongodb/repairs';
import { type Repair, repairOf } from './repairs';
import { requirementsOf } from './requirements';

/** Repairs of rows or documents on which a statement fails, likeliest first; whoever asks tries them. */
export function repairCandidates(dirt: Dirt, statement: Statement | undefined, catalog: Catalog, engine: Engine): readonly Repair[] {
  if (engine.name === 'mongodb') {
    const own = documentRepairs(statement, catalog);
    return [...own, ...(own.length > 1 ? together(own) : []), ...repairOfDocuments(dirt, catalog)];
  }
  const dialect = recoveryDialectOf(engine);
  const requirements = (statement?.operations ?? []).flatMap((operation) => requirementsOf(operation, catalog, '', dialect.words));
  const byDirt = repairOfDirt(dirt, catalog, dialect);
  return [
    ...(byDirt === undefined ? [] : [byDirt]),
    ...together(requirements.map((requirement) => repairOf(requirement, catalog, dialect))),
  ];
}

/** All of them as one; none where there is none. */
function together(repairs: readonly Repair[]): Repair[] {
  if (repairs.length === 0) return [];
  return [
    {
      steps: repairs.flatMap(({ steps }) => steps),
      loses: repairs.map(({ loses }) => loses).join('; '),
      loss: repairs.flatMap(({ loss }) => loss),
    },
  ];
}
