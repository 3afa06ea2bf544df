import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/model/engine';
import { loadParser } from '../../../src/parse/load';
import { readText } from '../../../src/parse/read';
import { checksForeignKeysAfter } from '../../../src/schema/mysql/foreign-key-checks';

const mysql: Engine = { name: 'mysql', major: 9 };

beforeAll(() => loadParser());

describe('whether foreign keys are checked', () => {
  const isChecked = (sql: string, before: boolean) =>
    checksForeignKeysAfter(
      readText(sql, mysql).flatMap(({ operations }) => operations),
      before,
    );

  it.each([
    'SET foreign_key_checks = 0',
    'SET FOREIGN_KEY_CHECKS=OFF, unique_checks=0',
    "SET SESSION foreign_key_checks = 'off'",
    'SET @@session.foreign_key_checks := FALSE',
    '/*!40014 SET @OLD=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */',
  ])('no: %s', (sql) => expect(isChecked(sql, true)).toBe(false));

  it.each([
    'SET foreign_key_checks = 1',
    'SET foreign_key_checks = @OLD_FOREIGN_KEY_CHECKS',
    'SET foreign_key_checks = DEFAULT',
    'SET foreign_key_checks = 0; SET foreign_key_checks = 1',
  ])('yes again: %s', (sql) => expect(isChecked(sql, false)).toBe(true));

  it.each([
    'SET GLOBAL foreign_key_checks = 0',
    'SET PERSIST foreign_key_checks = 0',
    'SET @foreign_key_checks = 0',
    'SET unique_checks = 0',
  ])('as before: %s', (sql) => {
    expect(isChecked(sql, true)).toBe(true);
    expect(isChecked(sql.replace('0', '1'), false)).toBe(false);
  });
});
