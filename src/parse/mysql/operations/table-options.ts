import type { TableOptions } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { namedValue } from './keys';
import { charsetName } from './types';

/** Options with a value, in CREATE TABLE and ALTER TABLE (MySQL and MariaDB manuals, CREATE TABLE, "Table Options"). */
const names = new Set(
  `autoextend_size auto_increment avg_row_length checksum table_checksum comment compression connection delay_key_write encrypted
  encryption encryption_key_id engine storage_engine engine_attribute ietf_quotes insert_method itef_quotes key_block_size max_rows
  min_rows pack_keys page_checksum page_compressed page_compression_level password row_format secondary_engine
  secondary_engine_attribute sequence stats_auto_recalc stats_persistent stats_sample_pages tablespace transactional type union`.split(
    /\s+/,
  ),
);

type Draft = { -readonly [K in keyof TableOptions]: TableOptions[K] } & { others?: string[] };

/**
 * Options one after the other, with or without commas between them where `commas`. Undefined when none stands here.
 */
export function tableOptions(cursor: Cursor, commas: boolean): TableOptions | undefined {
  const draft: Draft = {};
  let found = false;
  for (;;) {
    const from = cursor.index;
    if (found && commas) cursor.accept(',');
    if (!option(cursor, draft)) {
      cursor.index = cursor.problem === undefined ? from : cursor.index;
      break;
    }
    found = true;
  }
  return found ? draft : undefined;
}

function option(cursor: Cursor, draft: Draft): boolean {
  return characters(cursor, draft) || usual(cursor, draft) || rare(cursor, draft);
}

function characters(cursor: Cursor, draft: Draft): boolean {
  const from = cursor.index;
  cursor.accept('default');
  if (cursor.accept('character', 'set') || cursor.accept('char', 'set') || cursor.accept('charset')) {
    cursor.accept('=');
    draft.charset = charsetName(cursor);
  } else if (cursor.accept('collate')) {
    cursor.accept('=');
    draft.collation = charsetName(cursor);
  } else {
    cursor.index = from;
    return false;
  }
  return true;
}

function usual(cursor: Cursor, draft: Draft): boolean {
  if (cursor.acceptOne('engine', 'storage_engine') !== undefined || (cursor.is('type', '=') && cursor.accept('type'))) {
    cursor.accept('=');
    draft.engine = word(cursor, 'the name of an engine');
  } else if (cursor.accept('row_format')) {
    cursor.accept('=');
    draft.rowFormat = word(cursor, 'a row format');
  } else if (cursor.accept('auto_increment')) {
    cursor.accept('=');
    draft.autoIncrement = cursor.number('the next value');
  } else if (cursor.accept('comment')) {
    cursor.accept('=');
    draft.comment = cursor.string('the text of a comment');
  } else return false;
  return true;
}

/** A word, with or without quotes, in lower case. */
function word(cursor: Cursor, what: string): string {
  if (cursor.token().kind === 'string') return cursor.string(what).toLowerCase();
  return (cursor.acceptOne('default', 'fixed') ?? cursor.name(what)).toLowerCase();
}

function rare(cursor: Cursor, draft: Draft): boolean {
  const text = rareText(cursor);
  if (text === undefined) return false;
  draft.others = [...(draft.others ?? []), text];
  return true;
}

function rareText(cursor: Cursor): string | undefined {
  const from = cursor.index;
  if (cursor.accept('union')) {
    cursor.accept('=');
    return `UNION=(${cursor.brackets()})`;
  }
  const directory = cursor.acceptOne('data', 'index');
  if (directory !== undefined && cursor.is('directory')) return `${directory.toUpperCase()} ${namedValue(cursor)}`;
  cursor.index = from;
  if (cursor.accept('start', 'transaction')) return 'START TRANSACTION';
  if (cursor.accept('storage')) return `STORAGE=${word(cursor, 'DISK or MEMORY').toUpperCase()}`;
  if (cursor.isMariadb && cursor.accept('with', 'system', 'versioning')) return 'WITH SYSTEM VERSIONING';
  const ofEngine =
    cursor.isMariadb && cursor.isName() && cursor.word(1) === '=' && cursor.word() !== 'algorithm' && cursor.word() !== 'lock';
  if (!names.has(cursor.word()) && !ofEngine) return undefined;
  const text = namedValue(cursor);
  // `AUTOEXTEND_SIZE = 4M`: a number with its unit is one word.
  return text;
}
