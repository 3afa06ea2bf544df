import type { Operation } from '../../model/operation';
import type { TextEdit } from '../../model/text';
import { LineIndex } from '../../parse/lines';
import type { RuleContext } from '../context';

/**
 * When an index or a constraint moves into a migration of its own, whose rollback drops it, the rollback that dropped it until now runs after
 * that and finds it gone: IF EXISTS for it.
 */
export function guardOldRollback(context: RuleContext, name: string): readonly TextEdit[] {
  const { down } = context.migration;
  const text = context.files.find(({ path }) => path === down?.path)?.text;
  if (down === undefined || down.rendering !== undefined || text === undefined) return [];
  const lines = new LineIndex(text);
  return down.statements.flatMap(({ operations }) =>
    operations.flatMap((operation) => {
      const offset = drops(operation, name) ? operation.insertAt?.ifExists : undefined;
      return offset === undefined ? [] : [{ path: down.path, range: lines.range({ start: offset, end: offset }), newText: 'IF EXISTS ' }];
    }),
  );
}

function drops(operation: Operation, name: string): boolean {
  if (operation.kind === 'drop constraint') return operation.constraint === name;
  return operation.kind === 'drop object' && operation.objectKind === 'index' && operation.objects.some((object) => object.name === name);
}
