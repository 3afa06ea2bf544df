import type { Node } from '@pgsql/types';
import type { Catalog, DefinedObject } from '../model/catalog';
import type { ColumnSpecification, Volatility } from '../model/operation';
import { volatilityOf } from '../parse/postgres/operations/expressions';
import { all, as, type NodeOf, strings, walk } from '../parse/postgres/operations/nodes';
import { statementTree } from '../parse/postgres/read';

/**
 * How changeable a column's default is, with what the folder's own functions are declared as. The server plans the default first and asks
 * then: a function in SQL whose body is a single expression is replaced by it (`inline_function` of clauses.c), so that it is as changeable
 * as that, whatever it was declared; one declared STABLE or IMMUTABLE is taken at its word.
 */
export function defaultVolatility({ default: value }: ColumnSpecification, catalog: Catalog): Volatility | undefined {
  if (value?.volatility !== 'unknown') return value?.volatility;
  const expression = expressionOf(`SELECT ${value.text}`);
  if (expression === undefined) return 'unknown';
  return volatilityOf(expression, (call) => declaredVolatility(call, catalog) ?? 'unknown');
}

/** Of several functions of the name only types would tell which is called: the most changeable one counts. */
function declaredVolatility(call: NodeOf<'FuncCall'>, catalog: Catalog): Volatility | undefined {
  const parts = strings(call.funcname);
  const name = parts.at(-1);
  const schema = parts.length > 1 ? parts.at(-2) : undefined;
  const called = catalog.definitions.filter(
    (object) => object.kind === 'function' && object.name === name && (schema === undefined || object.schema === schema),
  );
  const found = called.map(ofFunction);
  return found.length === 0 ? undefined : (['volatile', 'unknown', 'stable', 'constant'] as const).find((rank) => found.includes(rank));
}

function ofFunction({ definition }: DefinedObject): Volatility {
  const created = as(statementTree(definition), 'CreateFunctionStmt');
  if (created === undefined) return 'unknown';
  const options = new Map(all(created.options, 'DefElem').map(({ defname, arg }) => [defname, arg]));
  const declared = as(options.get('volatility'), 'String')?.sval;
  if (declared === 'immutable') return 'constant';
  if (declared === 'stable') return 'stable';
  return inlinedVolatility(created, options) ?? 'volatile';
}

/** What stands in a function's place where the server puts its body there; undefined where it calls it. */
function inlinedVolatility(
  { returnType }: NodeOf<'CreateFunctionStmt'>,
  options: ReadonlyMap<string | undefined, Node | undefined>,
): Volatility | undefined {
  if (as(options.get('language'), 'String')?.sval?.toLowerCase() !== 'sql') return undefined;
  if (returnType?.setof === true || options.has('security') || options.has('set')) return undefined;
  const [body] = as(options.get('as'), 'List')?.items ?? [];
  const expression = expressionOf(as(body, 'String')?.sval ?? '');
  if (expression === undefined) return undefined;
  let isClosed = true;
  walk(expression, (kind) => {
    if (kind === 'ColumnRef' || kind === 'ParamRef' || kind === 'SubLink') isClosed = false;
  });
  return isClosed ? volatilityOf(expression) : undefined;
}

/** The expression of a SELECT that has nothing else. */
function expressionOf(statement: string): Node | undefined {
  const select = as(statementTree(statement), 'SelectStmt');
  if (select === undefined || Object.keys(select).some((key) => !['targetList', 'limitOption', 'op'].includes(key))) return undefined;
  const [target, ...others] = all(select.targetList, 'ResTarget');
  return others.length === 0 ? target?.val : undefined;
}
