import { absent, type Feature, option, type Pattern, present } from './feature';

const returningRow: Pattern = {
  returningClause: { exprs: { ResTarget: { val: { ColumnRef: { fields: isOldOrNew } } } } },
};
const returningAlias: Pattern = { returningClause: { options: present } };

/** What is new about queries and about changing rows. */
export const queryFeatures: readonly Feature[] = [
  // 13
  {
    what: 'WITH TIES',
    since: 13,
    words: /\bwith\s+ties\b/,
    nodes: { SelectStmt: { limitOption: 'LIMIT_OPTION_WITH_TIES' } },
    example: 'SELECT a FROM t ORDER BY a FETCH FIRST 1 ROWS WITH TIES',
  },
  {
    what: 'IS NORMALIZED',
    since: 13,
    words: /\bnormalized\b/,
    nodes: { FuncCall: { funcname: { String: { sval: 'is_normalized' } }, funcformat: 'COERCE_SQL_SYNTAX' } },
    example: "SELECT 'x' IS NFC NORMALIZED",
  },
  // 14
  {
    what: 'SEARCH',
    since: 14,
    words: /\bsearch\s+(?:depth|breadth)\b/,
    nodes: { CommonTableExpr: { search_clause: present } },
    example: 'WITH RECURSIVE w(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM w WHERE n < 3) SEARCH DEPTH FIRST BY n SET o SELECT * FROM w',
  },
  {
    what: 'CYCLE',
    since: 14,
    words: /\bcycle\b/,
    nodes: { CommonTableExpr: { cycle_clause: present } },
    example: 'WITH RECURSIVE w(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM w WHERE n < 3) CYCLE n SET c USING q SELECT * FROM w',
  },
  {
    what: 'GROUP BY DISTINCT',
    since: 14,
    words: /\bgroup\s+by\s+distinct\b/,
    nodes: { SelectStmt: { groupDistinct: true } },
    example: 'SELECT a FROM t GROUP BY DISTINCT a',
  },
  {
    what: 'a name for the columns of USING',
    since: 14,
    words: /\busing\b/,
    nodes: { JoinExpr: { join_using_alias: present } },
    example: 'SELECT * FROM t JOIN u USING (a) AS x',
  },
  // 15
  {
    what: 'MERGE',
    since: 15,
    words: /\bmerge\b/,
    nodes: { MergeStmt: present },
    example: 'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE',
    instead: 'Use INSERT ... ON CONFLICT, or UPDATE and INSERT ... WHERE NOT EXISTS',
  },
  // 16
  {
    what: 'a subquery in FROM without a name',
    since: 16,
    words: /(?:\b(?:from|join|lateral)|,)\s*\(/,
    nodes: { RangeSubselect: { alias: absent } },
    example: 'SELECT * FROM (SELECT 1)',
    instead: 'Give it a name: FROM (SELECT ...) AS s',
  },
  {
    what: 'JSON_ARRAY, JSON_OBJECT and their aggregates',
    since: 16,
    words: /\bjson_(?:array|object)(?:agg)?\b/,
    nodes: {
      JsonArrayConstructor: present,
      JsonObjectConstructor: { exprs: present },
      JsonArrayQueryConstructor: present,
      JsonArrayAgg: present,
      JsonObjectAgg: present,
    },
    example: 'SELECT JSON_ARRAY(1, 2)',
    instead: 'Use jsonb_build_array, jsonb_build_object, jsonb_agg and jsonb_object_agg',
  },
  {
    what: 'IS JSON',
    since: 16,
    words: /\bjson\b/,
    nodes: { JsonIsPredicate: present },
    example: "SELECT '1' IS JSON",
  },
  // 17
  {
    what: 'JSON_TABLE',
    since: 17,
    words: /\bjson_table\b/,
    nodes: { JsonTable: present },
    example: "SELECT * FROM JSON_TABLE('[]'::jsonb, '$[*]' COLUMNS (a int PATH '$')) AS j",
    instead: 'Use jsonb_to_recordset or jsonb_path_query',
  },
  {
    what: 'JSON_VALUE, JSON_QUERY and JSON_EXISTS',
    since: 17,
    words: /\bjson_(?:value|query|exists)\b/,
    nodes: { JsonFuncExpr: present },
    example: "SELECT JSON_VALUE('{}'::jsonb, '$.a')",
    instead: 'Use jsonb_path_query_first and jsonb_path_exists',
  },
  {
    what: 'JSON(), JSON_SCALAR and JSON_SERIALIZE',
    since: 17,
    words: /\bjson(?:_scalar|_serialize)?\s*\(/,
    nodes: { JsonScalarExpr: present, JsonSerializeExpr: present, JsonParseExpr: present },
    example: 'SELECT JSON_SCALAR(1)',
  },
  {
    what: 'MERGE ... RETURNING',
    since: 17,
    words: /\breturning\b/,
    nodes: { MergeStmt: { returningClause: present } },
    example: 'MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE RETURNING t.a',
  },
  {
    what: 'WHEN NOT MATCHED BY SOURCE',
    since: 17,
    words: /\bby\s+source\b/,
    nodes: { MergeStmt: { mergeWhenClauses: { MergeWhenClause: { matchKind: 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' } } } },
    example: 'MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY SOURCE THEN DELETE',
  },
  {
    what: 'AT LOCAL',
    since: 17,
    words: /\bat\s+local\b/,
    nodes: { FuncCall: { funcname: { String: { sval: 'timezone' } }, funcformat: 'COERCE_SQL_SYNTAX', args: isOne } },
    example: 'SELECT now() AT LOCAL',
  },
  // 18
  {
    what: 'OLD and NEW in RETURNING',
    since: 18,
    words: /\b(?:old|new)\s*\./,
    nodes: { InsertStmt: returningRow, UpdateStmt: returningRow, DeleteStmt: returningRow, MergeStmt: returningRow },
    example: 'UPDATE t SET a = 1 RETURNING old.a, new.a',
  },
  {
    what: 'RETURNING WITH',
    since: 18,
    words: /\breturning\s+with\b/,
    nodes: { InsertStmt: returningAlias, UpdateStmt: returningAlias, DeleteStmt: returningAlias, MergeStmt: returningAlias },
    example: 'UPDATE t SET a = 1 RETURNING WITH (OLD AS o) o.a',
  },
];

/** What is new about COPY. */
export const copyFeatures: readonly Feature[] = [
  {
    what: 'HEADER MATCH',
    since: 15,
    words: /\bheader\s+match\b/,
    nodes: { CopyStmt: { options: { DefElem: { defname: 'header', arg: { String: { sval: 'match' } } } } } },
    example: "COPY t (a) FROM PROGRAM 'echo a' WITH (FORMAT csv, HEADER match)",
  },
  {
    what: 'the option DEFAULT of COPY',
    since: 16,
    words: /\bdefault\b/,
    nodes: { CopyStmt: { options: option('default') } },
    example: "COPY t (a) FROM '/dev/null' WITH (DEFAULT 'x')",
  },
  {
    what: 'the option ON_ERROR of COPY',
    since: 17,
    words: /\bon_error\b/,
    nodes: { CopyStmt: { options: option('on_error') } },
    example: "COPY t (a) FROM '/dev/null' WITH (ON_ERROR ignore)",
    instead: 'Copy into a staging table of text columns, and take over what is right',
  },
  {
    what: 'the option REJECT_LIMIT of COPY',
    since: 18,
    words: /\breject_limit\b/,
    nodes: { CopyStmt: { options: option('reject_limit') } },
    example: "COPY t (a) FROM '/dev/null' WITH (ON_ERROR ignore, REJECT_LIMIT 3)",
  },
];

/** `RETURNING old.a`, and not a table of that name: such a row has two parts. */
function isOldOrNew(fields: unknown): boolean {
  if (!Array.isArray(fields) || fields.length !== 2) return false;
  const first: unknown = fields[0]?.String?.sval;
  return first === 'old' || first === 'new';
}

function isOne(list: unknown): boolean {
  return Array.isArray(list) && list.length === 1;
}
