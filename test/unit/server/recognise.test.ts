import { describe, expect, it } from 'vitest';
import { looksLikeMigration } from '../../../src/server/recognise';

describe('what looks like a migration', () => {
  it.each([
    ['/shop/sql/V2__index.sql', ''],
    ['/shop/sql/V2.1__index.sql', ''],
    ['/shop/sql/U2__index.sql', ''],
    ['/shop/sql/R__views.sql', ''],
    ['/shop/sql/000001_init.up.sql', ''],
    ['/shop/sql/1_init.down.sql', ''],
    ['/shop/sql/20260102093000_add_currency.sql', ''],
    ['/shop/db/migrations/add_currency.sql', ''],
    ['/shop/prisma/migrations/20260102_init/migration.sql', ''],
    ['/shop/migrate/2026/01/x.sql', ''],
    ['/shop/sql/change.sql', '-- migrate:up\nSELECT 1;'],
    ['/shop/sql/change.sql', '-- +goose Up\nSELECT 1;'],
    ['/shop/db/migrations/20240101000000_users.js', "module.exports = createTable('users');"],
    ['/shop/src/migrations/1700000000000-Users.ts', 'export class A implements MigrationInterface {}'],
    ['/shop/src/migrations/Migration20240101.ts', 'export class A extends Migration { async up() {} }'],
    ['/shop/db/changelog/v1/users.xml', '<databaseChangeLog>\n</databaseChangeLog>'],
    ['/shop/db/changelog.yaml', 'databaseChangeLog:\n'],
    ['/shop/data/versions/change.mjs', 'export async function up(knex) {}'],
  ])('%s', (path, text) => {
    expect(looksLikeMigration(path, text)).toBe(true);
  });

  it.each([
    ['/shop/queries/report.sql', 'SELECT 1;'],
    ['/shop/queries/2_report.sql', 'SELECT 1;'],
    ['/shop/queries/Vendors.sql', 'SELECT 1;'],
    ['/shop/queries/report.sql', "SELECT '-- migrate:up';"],
    ['/shop/immigrations/report.sql', ''],
    ['/shop/changelog.yaml', 'releases: []\n'],
    ['/shop/db/values.yaml', 'databaseChangeLog:\n'],
    ['/shop/src/price.ts', 'const up = (price) => price + 1;'],
    ['/shop/db/migrations/20240101000000_users.test.js', 'exports.up = () => {};'],
    ['/shop/db/migrations/types.d.ts', 'export declare function up(): void;'],
    ['/shop/db/migrations/helpers.js', 'exports.table = (name) => name;'],
  ])('%s is none', (path, text) => {
    expect(looksLikeMigration(path, text)).toBe(false);
  });
});
