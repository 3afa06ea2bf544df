import { scanSync } from 'libpg-query';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from '../../../src/parse/load';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../src/parse/postgres/identifiers';

beforeAll(loadParser);

/** `keywordKind` of the scanner: 0 is no keyword, 1 an unreserved one. */
function needsQuotes(word: string): boolean {
  return (scanSync(word).tokens[0]?.keywordKind ?? 0) > 1;
}

describe('quoteIdentifier', () => {
  it('agrees with the parser on every keyword that it quotes, and on common words that it does not', () => {
    const words = `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
      character check coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role
      current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists
      extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int integer
      intersect interval into is isnull join json json_array json_object lateral leading least left like limit localtime localtimestamp
      merge_action national natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
      placing position precision primary real references returning right row select session_user setof similar smallint some substring
      symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique user using values varchar
      variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
      xmlserialize xmltable abort action add admin after alter always begin by cache cascade comment commit data database date day delete
      domain drop each enable enum event execute first function generated hour id identity if index insert instance key language level lock
      match method minute mode month name names new next no nothing nowait of off old option over owner parallel partition password period
      plan policy prepare procedure program publication quote range read reindex release rename replace reset restart role rollback rows
      rule savepoint schema second sequence serializable server session set share show skip snapshot stable start statement statistics
      status stdin storage sysid system temp text ties transaction trigger truncate type types unlogged update users validate value view
      virtual volatile within without work write year yes zone`.split(/\s+/);
    for (const word of words) expect([word, quoteIdentifier(word).startsWith('"')]).toEqual([word, needsQuotes(word)]);
  });

  it('quotes what would be folded or not be a name', () => {
    expect(quoteIdentifier('users')).toBe('users');
    expect(quoteIdentifier('Users')).toBe('"Users"');
    expect(quoteIdentifier('a b')).toBe('"a b"');
    expect(quoteIdentifier('1a')).toBe('"1a"');
    expect(quoteIdentifier('say "hi"')).toBe('"say ""hi"""');
    expect(quoteIdentifier('größe')).toBe('"größe"');
    expect(quoteIdentifier('')).toBe('""');
    expect(quoteQualified('app', 'order')).toBe('app."order"');
    expect(quoteQualified(undefined, 'x')).toBe('x');
  });
});

describe('quoteLiteral', () => {
  it('keeps quotes and backslashes', () => {
    expect(quoteLiteral("it's")).toBe("'it''s'");
    expect(quoteLiteral('a\\b')).toBe("E'a\\\\b'");
  });
});
