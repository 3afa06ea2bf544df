// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are snippets of the editor.
import type { SafePattern } from './safe-patterns';

/** MySQL waits a year for a metadata lock unless it is told otherwise, and all that comes behind waits too. */
const limited = (statement: string): string => `SET SESSION lock_wait_timeout = \${1:5};\n${statement}$0`;

/** Each states its algorithm: where the server can't do it so, it refuses instead of copying the table. */
export const mysqlPatterns: readonly SafePattern[] = [
  {
    label: 'New column, expand and contract',
    keywords: 'alter table add column expand contract instant',
    detail: 'Nullable, so the server only writes down that it is there; fill the old rows by ranges of the key, require it later',
    where: 'any',
    snippet: limited('ALTER TABLE ${2:orders} ADD COLUMN ${3:seen_at} ${4:datetime NULL}, ALGORITHM=INSTANT;'),
  },
  {
    label: 'Index beside normal work',
    keywords: 'create index alter table add index inplace lock none',
    detail: 'Reads and writes go on while it is built; refused where that can’t be',
    where: 'any',
    snippet: limited('ALTER TABLE ${2:orders} ADD INDEX ${3:orders_customer_id_idx} (${4:customer_id}), ALGORITHM=INPLACE, LOCK=NONE;'),
  },
  {
    label: 'Backfill, one range of the key',
    keywords: 'update batch backfill between',
    detail: 'Some rows, and none of those that are done: repeat it for the next range, and start again wherever it stopped',
    where: 'any',
    snippet: "UPDATE ${1:orders} SET ${2:currency} = ${3:'EUR'} WHERE ${4:id} BETWEEN ${5:1} AND ${6:10000} AND ${2:currency} IS NULL;$0",
  },
  {
    label: 'Column required, when its rows are filled',
    keywords: 'alter table modify column not null inplace',
    detail: 'Reads and writes go on while the table is written again; refused when a row holds NULL, so look at the count first',
    where: 'any',
    snippet: `SELECT COUNT(*) AS nulls FROM \${2:orders} WHERE \${3:currency} IS NULL;\n${limited(
      'ALTER TABLE ${2:orders} MODIFY ${3:currency} ${4:varchar(3)} NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;',
    )}`,
  },
];
