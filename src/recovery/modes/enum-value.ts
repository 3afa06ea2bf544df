import { relationKey, type TypeObject } from '../../model/catalog';
import { quoteLiteral } from '../../parse/postgres/identifiers';
import { spoken, sqlName } from '../../rollback/names';
import { match } from '../../state/match';
import { gives } from '../check';
import { defineMode, type Finding } from './mode';

interface AddedLabel extends Finding {
  readonly type: TypeObject;
}

const labelsQuery = (type: TypeObject) =>
  `SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = ${quoteLiteral(sqlName(type))}::regtype`;

/** ALTER TYPE ... ADD VALUE can't be taken back: there is no DROP VALUE (manual, ALTER TYPE). */
export const enumValue = defineMode<AddedLabel>({
  name: 'enum value added',
  detect: ({ before, partial }) =>
    match(before.catalog.types, partial.catalog.types, relationKey).pairs.flatMap(([then, type]) => {
      const added = (type.labels ?? []).filter((label) => !then.labels?.includes(label));
      if (type.kind !== 'enum' || added.length === 0) return [];
      return [{ type, object: spoken(type), detail: `It has ${added.join(', ')}, which it had not.`, query: `${labelsQuery(type)};` }];
    }),
  // The writer of DDL makes the type again without it, converts the columns and drops the old one, in one transaction.
  back: () => [],
  forward: () => [],
  validate: (found, { before, after }, way) => {
    const target = way === 'back' ? before : after;
    return found.flatMap(({ type }) => {
      const goal = target?.catalog.types.find(
        (candidate) => candidate.identity === type.identity || relationKey(candidate) === relationKey(type),
      );
      return goal === undefined
        ? []
        : [gives(`${spoken(goal)} has its labels, in order`, labelsQuery(goal), (goal.labels ?? []).join(', '))];
    });
  },
});
