/** Error numbers of MySQL and MariaDB by what rows make them. A digit more or less is another error: they are compared as a whole. */
export const errors = {
  duplicate: ['1062'],
  /** NULL for NOT NULL: by ALTER TABLE (1138; 1265 in MariaDB), by a new primary key, by a statement that writes rows. */
  nullValue: ['1138', '1265', '1048', '1171'],
  orphan: ['1452', '1216'],
  referred: ['1451', '1217'],
  /** MySQL, MariaDB. */
  check: ['3819', '4025'],
  /** Too long, out of range, not convertible, of another charset, no label. */
  conversion: ['1406', '1264', '1265', '1292', '1366', '1367', '1411', '1690', '3140', '3141', '3988', '4025', '1416'],
  noPartition: ['1526', '1748'],
  /** What writing rows can meet. */
  writing: ['1062', '1048', '1452', '3819', '4025', '1406', '1264', '1265', '1292', '1366', '1365', '1690', '1242', '1644'],
} as const;
