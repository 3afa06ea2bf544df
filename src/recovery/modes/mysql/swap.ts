import { relationKey, type Table } from '../../../model/catalog';
import { mysqlWords } from '../../../rollback/dialect';
import { spoken } from '../../../rollback/names';
import { gives } from '../../check';
import type { RecoverySituation } from '../../situation';
import { defineMode, type Finding } from '../mode';

const { quoteLiteral } = mysqlWords;

interface Swapped extends Finding {
  /** As it was called before. */
  readonly original: Table;
  readonly now: Table;
}

/** Tables of before whose name nobody has now, though their rows are there under another one. */
function swapped({ before, partial, after }: RecoverySituation): { original: Table; now: Table }[] {
  const names = new Set(partial.catalog.tables.map(relationKey));
  const goal = new Set(after?.catalog.tables.map(relationKey));
  return before.catalog.tables.flatMap((original) => {
    const now = partial.catalog.tables.find(({ identity }) => identity === original.identity);
    const isMissing = !names.has(relationKey(original)) && (after === undefined || goal.has(relationKey(original)));
    return now === undefined || now.name === original.name || !isMissing ? [] : [{ original, now }];
  });
}

/** Two renames where one statement could have done both: between them there is no table of that name, and the application fails (1146). */
export const mysqlSwap = defineMode<Swapped>({
  name: 'table swap incomplete',
  engines: ['mysql', 'mariadb'],
  detect: (situation) =>
    swapped(situation).map(({ original, now }) => {
      const pointing = situation.partial.catalog.tables.filter(({ constraints }) =>
        constraints.some(({ references }) => references === relationKey(now)),
      );
      const keys = pointing.length === 0 ? '' : ` Foreign keys of ${pointing.map(spoken).join(', ')} have followed it.`;
      return {
        original,
        now,
        object: spoken(original),
        detail: `It is called ${spoken(now)}, and nothing has its name.${keys}`,
        query: `SELECT TABLE_NAME, CONSTRAINT_NAME, REFERENCED_TABLE_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE();`,
      };
    }),
  // RENAME TABLE takes it back, all names in one statement; the way forward runs what is left.
  back: () => [],
  forward: () => [],
  validate: (found, { before, after }, way) => {
    const target = way === 'back' ? before : after;
    return found.flatMap(({ original }) => {
      if (target === undefined) return [];
      const number = target.catalog.tables
        .flatMap(({ constraints }) => constraints)
        .filter(({ references }) => references === relationKey(original)).length;
      return [
        gives(
          `As many foreign keys point to ${spoken(original)} as should`,
          `SELECT count(*) FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME = ${quoteLiteral(original.name)}`,
          number,
        ),
      ];
    });
  },
});
