import { type Engine, isAtLeast } from '../../model/engine';
import { unquoteIdentifier, unquoteLiteral } from './identifiers';

/** What a token names or holds: an identifier or a string without its quotes, anything else as it stands. */
export function unquoted(text: string): string {
  const quote = text.charAt(0);
  if (quote === '`') return unquoteIdentifier(text);
  if (quote === "'" || quote === '"') return unquoteLiteral(text);
  return /^[nN]'/.test(text) ? unquoteLiteral(text.slice(1)) : text;
}

/**
 * Words that can't be names without quotes. Tried on MySQL 9.7 and MariaDB 11.8; a test compares the lists with the servers. Words that
 * one of the older series does not reserve are left out for it (`since`).
 */
const both = new Set(
  `accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call cascade case change char
  character check collate column condition constraint continue convert create cross current_date current_time current_timestamp
  current_user cursor databases day_hour day_microsecond day_minute day_second dec decimal declare default delayed delete desc describe
  deterministic distinct distinctrow div double drop dual each else elseif enclosed escaped except exists exit explain false fetch float
  float4 float8 for force foreign from fulltext grant group having high_priority hour_microsecond hour_minute hour_second if ignore in
  index infile inner inout insensitive insert int int1 int2 int3 int4 int8 integer intersect interval into is iterate join key keys kill
  leading leave left like limit linear lines load localtime localtimestamp lock long longblob longtext loop low_priority match maxvalue
  mediumblob mediumint mediumtext middleint minute_microsecond minute_second mod modifies natural no_write_to_binlog not null numeric on
  optimize optionally or order out outer outfile over partition precision primary procedure purge range read read_write reads real
  recursive references regexp release rename repeat replace require resignal restrict return revoke right rlike rows schemas
  second_microsecond select sensitive separator set show signal smallint spatial specific sql sql_big_result sql_calc_found_rows
  sql_small_result sqlexception sqlstate sqlwarning ssl starting straight_join table terminated then tinyblob tinyint tinytext to trailing
  trigger true undo union unique unlock unsigned update usage use using utc_date utc_time utc_timestamp values varbinary varchar
  varcharacter varying when where while with write xor year_month zerofill`.split(/\s+/),
);

const ofMysql = new Set(
  `cube cume_dist dense_rank empty first_value function generated get grouping groups io_after_gtids io_before_gtids json_table lag
  last_value lateral lead nth_value ntile of optimizer_costs option percent_rank rank row row_number stored system virtual window
  database schema`.split(/\s+/),
);

const ofMariadb = new Set(
  `current_role delete_domain_id do_domain_ids ignore_domain_ids offset page_checksum parse_vcol_expr portion ref_system_id returning
  stats_auto_recalc stats_persistent stats_sample_pages master_demote_to_replica master_demote_to_slave sql_after_gtids sql_before_gtids`.split(
    /\s+/,
  ),
);

/** The first version that reserves a word. */
const since: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['qualify', [8, 4]],
  ['tablesample', [8, 4]],
  ['external', [9, 0]],
  ['library', [9, 0]],
]);

/** Is a word in lower case no name without quotes? */
export function isReserved(word: string, engine: Engine): boolean {
  if (both.has(word)) return true;
  if (engine.name === 'mariadb') {
    const isNewer = (word === 'row_number' && isAtLeast(engine, 10, 11)) || (word === 'vector' && isAtLeast(engine, 11, 7));
    return isNewer || ofMariadb.has(word);
  }
  const first = since.get(word);
  return ofMysql.has(word) || (first !== undefined && isAtLeast(engine, first[0], first[1]));
}
