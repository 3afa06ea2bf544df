import type { OnlineWords, OperationPlace } from '../../../model/operation';
import type { Cursor } from '../cursor';

const algorithms = ['default', 'instant', 'nocopy', 'inplace', 'copy'] as const;
const locks = ['default', 'none', 'shared', 'exclusive'] as const;

/** ALGORITHM [=] word and LOCK [=] word, as many as stand here. */
export function onlineWords(cursor: Cursor, found: OnlineWords = {}): OnlineWords {
  let words = found;
  for (;;) {
    if (cursor.is('algorithm') && cursor.word(1) !== '.') words = { ...words, algorithm: wordOf(cursor, algorithms) };
    else if (cursor.is('lock')) words = { ...words, lock: wordOf(cursor, locks) };
    else return words;
    if (cursor.problem !== undefined) return words;
  }
}

function wordOf<T extends string>(cursor: Cursor, known: readonly T[]): T {
  cursor.index++;
  cursor.accept('=');
  const word = known.find((each) => each === cursor.word() && (each !== 'nocopy' || cursor.isMariadb));
  if (word === undefined) {
    cursor.fail(known.map((each) => each.toUpperCase()).join(', '));
    return 'default' as T;
  }
  cursor.index++;
  return word;
}

/** MariaDB: WAIT n, NOWAIT. In seconds. */
export function waitSeconds(cursor: Cursor): number | undefined {
  if (!cursor.isMariadb) return undefined;
  if (cursor.accept('nowait')) return 0;
  return cursor.accept('wait') ? Number(cursor.number('a number of seconds')) : undefined;
}

/** As the place of an operation has them. */
export function placeOf(words: OnlineWords, seconds: number | undefined): OperationPlace {
  const isSaid = words.algorithm !== undefined || words.lock !== undefined;
  return { ...(isSaid && { online: words }), ...(seconds !== undefined && { waitSeconds: seconds }) };
}
