import type { ConstraintSpecification, Operation } from '../../../model/operation';
import type { RuleContext } from '../../context';
import { version } from '../../phrases';
import type { Refusal } from './definitions';

/** Characters, not bytes (both manuals, "Identifier Length Limits"). */
const greatestLength = 64;

interface NewName {
  readonly name: string;
  readonly code: '1059' | '1103' | '1166';
}

/** A name that is longer than the server lets it be: tools that put names together from tables and columns make such. */
export function refusedName(context: RuleContext, operation: Operation): Refusal | undefined {
  const found = newNames(operation, context.engine.name === 'mariadb').find(({ name }) => [...name].length > greatestLength);
  if (found === undefined || found.name.includes('${')) return undefined;
  return {
    message: `${version(context)} refuses this (${found.code}): the name ${found.name} has ${[...found.name].length} characters.`,
    help: `Give it a name of at most ${greatestLength} characters.`,
  };
}

/** The names that an operation gives. MariaDB has an error of its own for tables and views. */
function newNames(operation: Operation, isMariadb: boolean): readonly NewName[] {
  const named = (name: string | undefined): readonly NewName[] => (name === undefined ? [] : [{ name, code: '1059' }]);
  const table = (name: string): NewName => ({ name, code: isMariadb ? '1103' : '1059' });
  const constraint = (each: ConstraintSpecification) => named(each.name ?? (each.kind === 'unique' ? each.index?.name : undefined));
  switch (operation.kind) {
    case 'create table': {
      const { columns, constraints, indexes = [] } = operation;
      return [
        table(operation.table.name),
        ...columns.flatMap((column) => [...named(column.name), ...(column.constraints ?? []).flatMap(constraint)]),
        ...constraints.flatMap(constraint),
        ...indexes.flatMap(({ name }) => named(name)),
      ];
    }
    case 'add column':
      return [...named(operation.column.name), ...(operation.column.constraints ?? []).flatMap(constraint)];
    case 'redefine column':
      return named(operation.newName);
    case 'rename column':
      return [{ name: operation.newName, code: '1166' }];
    case 'create index':
      return named(operation.index.name);
    case 'add constraint':
      return constraint(operation.constraint);
    case 'create object':
      return operation.objectKind === 'view' ? [table(operation.object.name)] : named(operation.object.name);
    case 'rename object':
      return operation.objectKind === 'table' ? [table(operation.newName)] : named(operation.newName);
    default:
      return [];
  }
}
