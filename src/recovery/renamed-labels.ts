import type { RecoveryStep } from '../model/simulation';
import { quoteIdentifier, quoteLiteral } from '../parse/postgres/identifiers';
import { spoken, sqlName } from '../rollback/names';
import { labelsRenamedBack } from '../rollback/renamed-labels';
import { isReached } from './done';
import { type RecoverySituation, sqlStep } from './situation';

/**
 * The situation as it is when labels of enums have their old names again, and the steps that come first to make it so. Rows follow a renamed
 * label by themselves: their values only look like others.
 */
export function withLabelsBack(situation: RecoverySituation): {
  readonly situation: RecoverySituation;
  readonly steps: readonly RecoveryStep[];
} {
  const { migration, before, partial } = situation;
  const done = migration.up.statements.filter(({ index }) => isReached(situation, index));
  const { catalog } = labelsRenamedBack(done, before.catalog, partial.catalog);
  const steps: RecoveryStep[] = [];
  const oldLabels = new Map<string, ReadonlyMap<string, string>>();
  for (const [place, type] of partial.catalog.types.entries()) {
    const labels = catalog.types[place]?.labels ?? [];
    const renamed = (type.labels ?? []).flatMap((label, at) => {
      const old = labels[at];
      return old === undefined || old === label ? [] : [[label, old] as const];
    });
    if (renamed.length === 0) continue;
    for (const name of [sqlName(type), quoteIdentifier(type.name)]) oldLabels.set(name, new Map(renamed));
    for (const [label, old] of renamed) {
      const text = `ALTER TYPE ${sqlName(type)} RENAME VALUE ${quoteLiteral(label)} TO ${quoteLiteral(old)}`;
      const why = 'The migration renamed it. Rows follow the name: no value was written.';
      steps.push(sqlStep(`Rename ${label} of ${spoken(type)} to ${old}`, why, text));
    }
  }
  if (steps.length === 0) return { situation, steps };
  return { situation: { ...situation, partial: { ...partial, catalog }, oldLabels }, steps };
}
