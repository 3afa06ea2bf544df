import type { Feature, Pattern } from './feature';

interface NewFunction {
  readonly name: string;
  readonly since: number;
  /** Arguments of the example. */
  readonly call: string;
  readonly instead?: string;
  /** The extension that older servers have it from. */
  readonly extension?: string;
}

/** Functions that the server itself has from some version on. */
const functions: readonly NewFunction[] = [
  { name: 'gen_random_uuid', since: 13, call: '', extension: 'pgcrypto', instead: 'Create the extension pgcrypto first, which has it' },
  { name: 'jsonb_set_lax', since: 13, call: "'{}'::jsonb, '{a}', '1'::jsonb" },
  { name: 'trim_scale', since: 13, call: '1.0' },
  { name: 'min_scale', since: 13, call: '1.0' },
  { name: 'date_bin', since: 14, call: "interval '1 hour', now(), now()", instead: 'Use date_trunc' },
  { name: 'bit_count', since: 14, call: "B'101'" },
  { name: 'string_to_table', since: 14, call: "'a,b', ','", instead: 'Use unnest(string_to_array(...))' },
  { name: 'trim_array', since: 14, call: 'ARRAY[1, 2], 1' },
  { name: 'range_agg', since: 14, call: 'int4range(1, 2)' },
  { name: 'unistr', since: 14, call: "'a'" },
  { name: 'regexp_count', since: 15, call: "'abc', 'b'" },
  { name: 'regexp_instr', since: 15, call: "'abc', 'b'" },
  { name: 'regexp_like', since: 15, call: "'abc', 'b'", instead: 'Use the operator ~' },
  { name: 'regexp_substr', since: 15, call: "'abc', 'b'", instead: 'Use substring(text FROM pattern)' },
  { name: 'any_value', since: 16, call: '1', instead: 'Use min or max' },
  { name: 'array_sample', since: 16, call: 'ARRAY[1, 2], 1' },
  { name: 'array_shuffle', since: 16, call: 'ARRAY[1, 2]' },
  { name: 'random_normal', since: 16, call: '' },
  { name: 'pg_input_is_valid', since: 16, call: "'1', 'integer'" },
  { name: 'uuid_extract_timestamp', since: 17, call: "'00000000-0000-0000-0000-000000000000'" },
  { name: 'uuid_extract_version', since: 17, call: "'00000000-0000-0000-0000-000000000000'" },
  { name: 'to_bin', since: 17, call: '5' },
  { name: 'to_oct', since: 17, call: '5' },
  { name: 'uuidv7', since: 18, call: '', instead: 'Use gen_random_uuid(), or make the value in the application' },
  { name: 'uuidv4', since: 18, call: '', instead: 'Use gen_random_uuid()' },
  { name: 'array_sort', since: 18, call: 'ARRAY[2, 1]' },
  { name: 'array_reverse', since: 18, call: 'ARRAY[2, 1]' },
  { name: 'casefold', since: 18, call: '\'A\' COLLATE "und-x-icu"', instead: 'Use lower' },
  { name: 'crc32', since: 18, call: "'a'::bytea" },
  { name: 'crc32c', since: 18, call: "'a'::bytea" },
];

/** Types that the server itself has from some version on. */
const types: readonly (readonly [name: string, since: number])[] = [
  ['xid8', 13],
  ['regcollation', 13],
  ...['int4', 'int8', 'num', 'ts', 'tstz', 'date'].map((subtype) => [`${subtype}multirange`, 14] as const),
];

export const namedFeatures: readonly Feature[] = [
  ...functions.map(
    ({ name, since, call, instead, extension }): Feature => ({
      what: `the function ${name}()`,
      since,
      words: new RegExp(`"?\\b${name}"?\\s*\\(`),
      nodes: { FuncCall: { funcname: (value) => isOwn(value, name) } },
      example: `SELECT ${name}(${call})`,
      ...(instead !== undefined && { instead }),
      name: { kind: 'function', name, ...(extension !== undefined && { extension }) },
    }),
  ),
  ...types.map(
    ([name, since]): Feature => ({
      what: `the type ${name}`,
      since,
      words: new RegExp(`\\b${name}\\b`),
      nodes: { TypeName: ofType(name) },
      example: `CREATE TABLE n (a ${name})`,
      name: { kind: 'type', name },
    }),
  ),
];

function ofType(name: string): Pattern {
  return { names: (value) => isOwn(value, name) };
}

/** The name alone, or in pg_catalog: one in another schema is somebody's own. */
function isOwn(value: unknown, name: string): boolean {
  if (!Array.isArray(value)) return false;
  const parts = value.map((part): unknown => part?.String?.sval);
  return parts.at(-1) === name && (parts.length === 1 || (parts.length === 2 && parts[0] === 'pg_catalog'));
}
