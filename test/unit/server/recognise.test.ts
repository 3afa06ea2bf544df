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
  ])('%s', (path, text) => {
    expect(looksLikeMigration(path, text)).toBe(true);
  });

  it.each([
    ['/shop/queries/report.sql', 'SELECT 1;'],
    ['/shop/queries/2_report.sql', 'SELECT 1;'],
    ['/shop/queries/Vendors.sql', 'SELECT 1;'],
    ['/shop/queries/report.sql', "SELECT '-- migrate:up';"],
    ['/shop/immigrations/report.sql', ''],
  ])('%s is none', (path, text) => {
    expect(looksLikeMigration(path, text)).toBe(false);
  });
});
