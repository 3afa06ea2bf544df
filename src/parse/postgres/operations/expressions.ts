import type { A_Const, Node } from '@pgsql/types';
import type { ObjectName, Volatility } from '../../../model/operation';
import { quoteLiteral } from '../identifiers';
import { nameFromParts } from './names';
import { as, type NodeOf, strings, walk } from './nodes';
import { typeText } from './types';

/** `provolatile = 'v'` in pg_proc, of the functions that defaults call. Checked against the server by a test. */
export const volatileFunctions: ReadonlySet<string> = new Set(
  `random random_normal gen_random_uuid uuidv4 uuidv7 clock_timestamp timeofday nextval currval lastval setval setseed pg_sleep
  uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 gen_random_bytes gen_salt pg_advisory_lock pg_advisory_xact_lock
  pg_try_advisory_lock pg_notify set_config`.split(/\s+/),
);

/** `provolatile = 's'`. */
export const stableFunctions: ReadonlySet<string> = new Set(
  `now transaction_timestamp statement_timestamp current_setting to_char to_timestamp to_date concat concat_ws format to_json to_jsonb
  json_build_object jsonb_build_object json_build_array jsonb_build_array array_to_string current_database current_schema
  current_schemas pg_backend_pid inet_client_addr inet_server_addr version date_part quote_nullable convert_to convert_from txid_current
  txid_current_snapshot pg_current_xact_id`.split(/\s+/),
);

/** `provolatile = 'i'` in the common forms of the function, and volatile in none. */
export const immutableFunctions: ReadonlySet<string> = new Set(
  `lower upper initcap length char_length character_length octet_length md5 sha224 sha256 sha384 sha512 abs ceil ceiling floor sqrt
  power pow exp ln sign mod div gcd lcm replace btrim ltrim rtrim lpad rpad repeat reverse substr left right split_part strpos position
  ascii chr encode decode translate regexp_replace regexp_match make_date make_time make_timestamp make_interval array_append
  array_prepend array_cat array_length array_remove cardinality jsonb_set jsonb_typeof json_typeof int4range int8range numrange
  daterange tsrange tstzrange point box circle polygon path lseg row_number quote_ident uuid_nil uuid_ns_dns timezone
  justify_hours justify_days justify_interval to_hex numeric_inc pg_size_pretty`.split(/\s+/),
);

const ranks: readonly Volatility[] = ['constant', 'stable', 'unknown', 'volatile'];

function functionVolatility(parts: readonly string[]): Volatility {
  const schema = parts.length > 1 ? parts[parts.length - 2] : undefined;
  const name = parts.at(-1) ?? '';
  // Extensions such as pgcrypto live in any schema; a user's own function of the same name is rare, and treated alike: carefully.
  if (volatileFunctions.has(name)) return 'volatile';
  if (schema !== undefined && schema !== 'pg_catalog') return 'unknown';
  if (stableFunctions.has(name)) return 'stable';
  return immutableFunctions.has(name) ? 'constant' : 'unknown';
}

/** Kinds of node whose value depends on rows or on code that is not seen here. */
const opaque = new Set(['SubLink', 'ColumnRef', 'ParamRef', 'SelectStmt']);

/** The most changeable part of an expression decides. `ofUnknown` is asked about calls of functions that are not the server's own. */
export function volatilityOf(expression: Node, ofUnknown: (call: NodeOf<'FuncCall'>) => Volatility = () => 'unknown'): Volatility {
  if ('A_Const' in expression) return 'constant';
  let highest = 0;
  walk(expression, (kind, content) => {
    let found: Volatility = 'constant';
    if (kind === 'FuncCall') {
      const call = content as NodeOf<'FuncCall'>;
      found = functionVolatility(strings(call.funcname));
      if (found === 'unknown') found = ofUnknown(call);
    } else if (kind === 'SQLValueFunction') found = 'stable';
    else if (kind === 'NextValueExpr') found = 'volatile';
    else if (opaque.has(kind)) found = 'unknown';
    highest = Math.max(highest, ranks.indexOf(found));
  });
  return ranks[highest] ?? 'unknown';
}

function constantText(constant: A_Const): string {
  if (constant.isnull) return 'NULL';
  if (constant.sval !== undefined) return quoteLiteral(constant.sval.sval ?? '');
  if (constant.fval !== undefined) return constant.fval.fval ?? '0';
  if (constant.boolval !== undefined) return constant.boolval.boolval ? 'TRUE' : 'FALSE';
  if (constant.bsval !== undefined) {
    const bits = constant.bsval.bsval ?? '';
    return `${bits.charAt(0).toUpperCase()}'${bits.slice(1)}'`;
  }
  return String(constant.ival?.ival ?? 0);
}

/** A constant as an SQL literal (with its casts and sign); undefined when the expression is anything else. */
export function literalText(expression: Node): string | undefined {
  const constant = as(expression, 'A_Const');
  if (constant !== undefined) return constantText(constant);
  const cast = as(expression, 'TypeCast');
  if (cast?.arg !== undefined) {
    const inner = literalText(cast.arg);
    return inner === undefined ? undefined : `${inner}::${typeText(cast.typeName)}`;
  }
  const operation = as(expression, 'A_Expr');
  if (operation?.kind === 'AEXPR_OP' && operation.lexpr === undefined && operation.rexpr !== undefined) {
    const sign = strings(operation.name).join('');
    const inner = literalText(operation.rexpr);
    if (inner !== undefined && (sign === '-' || sign === '+')) return `${sign}${inner}`;
  }
  const list = as(expression, 'A_ArrayExpr');
  if (list !== undefined) {
    const items = (list.elements ?? []).map(literalText);
    return items.includes(undefined) ? undefined : `ARRAY[${items.join(', ')}]`;
  }
  return undefined;
}

/** Relations that a query reads, names of CTEs left out, each once. */
export function relationsIn(query: unknown): ObjectName[] {
  const found = new Map<string, ObjectName>();
  const local = new Set<string>();
  walk({ query }, (kind, content) => {
    if (kind === 'CommonTableExpr') local.add((content as NodeOf<'CommonTableExpr'>).ctename ?? '');
    if (kind !== 'RangeVar') return;
    const { schemaname: schema, relname: name = '' } = content as NodeOf<'RangeVar'>;
    found.set(`${schema ?? ''}.${name}`, schema === undefined ? { name } : { schema, name });
  });
  return [...found.values()].filter((relation) => relation.schema !== undefined || !local.has(relation.name));
}

/** Functions that are called, `schema.name` where the text says so, each once. */
export function functionsIn(query: unknown): string[] {
  const found = new Set<string>();
  walk({ query }, (kind, content) => {
    if (kind === 'FuncCall') found.add(strings((content as NodeOf<'FuncCall'>).funcname).join('.'));
  });
  return [...found];
}

/** The same as names. */
export function functionNamesIn(query: unknown): ObjectName[] {
  return functionsIn(query).map((name) => nameFromParts(name.split('.')));
}
