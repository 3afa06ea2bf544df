import type { Node } from '@pgsql/types';
import { all, as, type NodeOf, strings } from './operations/nodes';
import { statementTree } from './read';

/** What of a function CREATE OR REPLACE can't change (manual, CREATE FUNCTION, "Overloading" and "Notes"). */
export interface RoutineShape {
  /** Types of the arguments that a call gives: another list is another function. */
  readonly inputs: readonly string[];
  readonly inputNames: readonly (string | undefined)[];
  readonly defaults: number;
  /** `integer`, `SETOF users`, `SETOF (id bigint, name text)` for RETURNS TABLE. */
  readonly result: string;
}

/** Undefined for what is no function, or can't be read. */
export function routineShape(definition: string): RoutineShape | undefined {
  const statement = as(statementTree(definition), 'CreateFunctionStmt');
  if (statement === undefined || statement.is_procedure === true) return undefined;
  const parameters = all(statement.parameters, 'FunctionParameter');
  const inputs = parameters.filter(({ mode }) => mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE');
  return {
    inputs: inputs.map(({ argType }) => typeText(argType)),
    inputNames: inputs.map(({ name }) => name),
    defaults: inputs.filter(({ defexpr }) => defexpr !== undefined).length,
    result: resultOf(statement, parameters),
  };
}

/** With OUT and TABLE parameters the result is their row, names included. */
function resultOf({ returnType }: NodeOf<'CreateFunctionStmt'>, parameters: readonly NodeOf<'FunctionParameter'>[]): string {
  const given = parameters.filter(({ mode }) => mode === 'FUNC_PARAM_OUT' || mode === 'FUNC_PARAM_INOUT' || mode === 'FUNC_PARAM_TABLE');
  const [only, ...others] = given;
  const set = returnType?.setof === true ? 'SETOF ' : '';
  if (only === undefined) return returnType === undefined ? 'void' : `${set}${typeText(returnType)}`;
  // One alone is no row: its name can change.
  if (others.length === 0) return `${set}${typeText(only.argType)}`;
  return `${set}(${given.map(({ name, argType }) => `${name ?? ''} ${typeText(argType)}`.trim()).join(', ')})`;
}

/** Without lengths, which a function's type does not have, and without a schema, which may have been left out. */
function typeText(type: NodeOf<'TypeName'> | undefined): string {
  if (type === undefined) return '';
  const name = strings(type.names).at(-1) ?? '';
  return `${shownTypes.get(name) ?? name}${(type.arrayBounds ?? []).map(() => '[]').join('')}`;
}

/** The parser's own names for types that the standard spells in words. */
const shownTypes = new Map([
  ['int2', 'smallint'],
  ['int4', 'integer'],
  ['int8', 'bigint'],
  ['float4', 'real'],
  ['float8', 'double precision'],
  ['bool', 'boolean'],
  ['varchar', 'character varying'],
  ['bpchar', 'character'],
  ['timestamptz', 'timestamp with time zone'],
  ['timetz', 'time with time zone'],
]);

/** Names of a view's columns, in order, up to the first `*`; undefined where only the server knows the name. */
export function viewColumns(
  definition: string,
): { readonly names: readonly (string | undefined)[]; readonly isWhole: boolean } | undefined {
  const view = as(statementTree(definition), 'ViewStmt');
  const query = selectOf(view?.query);
  if (view === undefined || query === undefined || (query.targetList ?? []).length === 0) return undefined;
  const aliases = strings(view.aliases);
  const names: (string | undefined)[] = [];
  for (const [position, target] of all(query.targetList, 'ResTarget').entries()) {
    if (as(target.val, 'ColumnRef')?.fields?.some((field) => 'A_Star' in field) === true) return { names, isWhole: false };
    names.push(aliases[position] ?? target.name ?? nameOf(target.val));
  }
  return { names, isWhole: true };
}

/** Of a UNION the first query names the columns. */
function selectOf(query: Node | undefined): NodeOf<'SelectStmt'> | undefined {
  let select = as(query, 'SelectStmt');
  while (select?.larg !== undefined) select = select.larg;
  return select;
}

/** A column has its own name, a call that of the function, a cast that of what is cast (manual, "Select Lists", "Column Labels"). */
function nameOf(value: Node | undefined): string | undefined {
  const column = as(value, 'ColumnRef');
  if (column !== undefined) return strings(column.fields).at(-1);
  const call = as(value, 'FuncCall');
  if (call !== undefined) return strings(call.funcname).at(-1);
  const cast = as(value, 'TypeCast');
  return cast === undefined ? undefined : nameOf(cast.arg);
}
