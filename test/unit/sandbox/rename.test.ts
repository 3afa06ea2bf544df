import { describe, expect, it } from 'vitest';
import { withDatabaseRenamed } from '../../../src/sandbox/mysql/clone/rename';

describe('a database that is called otherwise in its copy', () => {
  const renamed = (text: string) => withDatabaseRenamed(text, 'shop', 'copy`1');
  it.each([
    ['select `shop`.`t`.`a` from `shop`.`t`', 'select `copy``1`.`t`.`a` from `copy``1`.`t`'],
    ['INSERT INTO shop.t SELECT * FROM shop . u', 'INSERT INTO `copy``1`.t SELECT * FROM `copy``1` . u'],
    // Names of other things are left: of a table, of a column that it qualifies, of a longer name.
    ['select `shop` from `t`', 'select `shop` from `t`'],
    ['select t.shop.x, a_shop.t, shops.t, shop2.t', 'select t.shop.x, a_shop.t, shops.t, shop2.t'],
    // And so are strings and comments, whatever they quote.
    [`SELECT 'shop.t', "shop.t", 'it''s \\' shop.t' FROM shop.t`, `SELECT 'shop.t', "shop.t", 'it''s \\' shop.t' FROM \`copy\`\`1\`.t`],
    ['-- shop.t\nSELECT 1 /* shop.t */ # shop.t\n', '-- shop.t\nSELECT 1 /* shop.t */ # shop.t\n'],
    // What both servers execute is no comment.
    ['/*!50003 CREATE TRIGGER t AFTER INSERT ON shop.t */', '/*!50003 CREATE TRIGGER t AFTER INSERT ON `copy``1`.t */'],
  ])('%s', (text, expected) => {
    expect(renamed(text)).toBe(expected);
  });
});
