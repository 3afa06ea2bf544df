import type { Table } from '../../model/catalog';
import type { ObjectName } from '../../model/operation';
import type { SearchedCatalog } from '../../schema/lookup';

/** Functions of the server itself: an expression may call those, whatever a migration made of the same name. */
const builtIn = new Set(
  `abs age any_value array_agg array_append array_cat array_length array_position array_prepend array_remove array_replace array_reverse
array_sort array_to_string avg bit_length btrim cardinality casefold ceil ceiling char_length chr coalesce concat concat_ws count crc32 date
date_add date_bin date_part date_subtract date_trunc decode div encode every exp extract floor format gamma gcd gen_random_bytes
gen_random_uuid generate_series get_byte greatest initcap isfinite json_agg json_array_length json_build_object json_each json_object
json_object_agg json_strip_nulls jsonb_agg jsonb_array_elements jsonb_array_length jsonb_build_object jsonb_each jsonb_object
jsonb_object_agg jsonb_object_keys jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof lcm least left
length like ln log lower lpad ltrim make_date make_interval make_timestamp make_timestamptz max md5 min mod mode money normalize now
nullif num_nonnulls num_nulls overlay percentile_cont position power quote_ident quote_literal quote_nullable random range_agg
regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table repeat replace reverse right round row_to_json rpad
rtrim scale setseed sha256 sha512 sign similarity split_part sqrt starts_with stddev string_agg string_to_array string_to_table strpos
substr substring sum text to_char to_date to_hex to_json to_jsonb to_number to_timestamp to_tsquery to_tsvector translate trim
trim_array trim_scale trunc ts_rank unnest upper uuidv4 uuidv7 variance width_bucket`.split(/\s+/),
);

/** Would a call of this name find a function of the server, when that of the migrations is gone? */
export function isBuiltIn(name: string): boolean {
  return builtIn.has(name);
}

/**
 * What calls a function where the server remembers it (manual, "Dependency Tracking"): a default, a CHECK, an index, a policy, a view, a domain,
 * and from 15 on a generated column. Bodies of other functions are texts to the server. In words: `the default of a of t`. Undefined too when
 * several functions have the name, of which only types would tell one.
 */
export function callerOf(catalog: SearchedCatalog, { name }: ObjectName, major: number): string | undefined {
  if (isBuiltIn(name) || catalog.definitions.filter((object) => object.kind === 'function' && object.name === name).length !== 1)
    return undefined;
  return callerOfName(catalog, name, major);
}

/** The same for a function of which nothing but its name is known: one of an extension. */
export function callerOfName(catalog: SearchedCatalog, name: string, major: number): string | undefined {
  const call = new RegExp(`(?<![\\w$"])(?:"?[\\w$]+"?\\s*\\.\\s*)?"?(?<![\\w$])${name.replaceAll(/\W/g, '\\$&')}"?\\s*\\(`, 'i');
  const calls = (text: string | undefined) => text !== undefined && call.test(withoutTexts(text));
  for (const table of catalog.tables) {
    const part = callingPart(table, calls, major);
    if (part !== undefined) return `${part} of ${table.name}`;
  }
  const domain = catalog.types.find((type) => type.kind === 'domain' && (calls(type.domain?.default) || type.domain?.checks.some(calls)));
  if (domain !== undefined) return `the domain ${domain.name}`;
  const view = catalog.definitions.find(({ kind, definition }) => (kind === 'view' || kind === 'materialized view') && calls(definition));
  return view === undefined ? undefined : `the ${view.kind} ${view.name}`;
}

function callingPart(table: Table, calls: (text: string | undefined) => boolean, major: number): string | undefined {
  for (const column of table.columns) {
    if (calls(column.default)) return `the default of ${column.name}`;
    if (major >= 15 && calls(column.generated?.expression)) return `the generated column ${column.name}`;
  }
  const check = table.constraints.find(({ kind, definition }) => kind === 'check' && calls(definition));
  if (check !== undefined) return `the constraint ${check.name}`;
  // The name and the table before the keys are no calls.
  const index = table.indexes.find(({ keys, definition }) => keys.some(calls) || calls(/\bwhere\b.*$/is.exec(definition)?.[0]));
  if (index !== undefined) return `the index ${index.name}`;
  const policy = table.policies.find(({ definition }) => calls(/\b(?:using|with\s+check)\b.*$/is.exec(definition)?.[0]));
  return policy === undefined ? undefined : `the policy ${policy.name}`;
}

function withoutTexts(text: string): string {
  return text.replaceAll(/'(?:[^']|'')*'/g, "''");
}
