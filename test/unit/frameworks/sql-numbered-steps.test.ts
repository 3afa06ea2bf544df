import { beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../../src/frameworks/sql';
import { defaultEngine } from '../../../src/model/engine';
import type { Migration } from '../../../src/model/migration';
import { loadParser } from '../../../src/parse/load';

beforeAll(loadParser);

function read(...paths: readonly string[]): readonly Migration[] {
  const files = paths.map((path) => ({ path, text: 'SELECT 1;' }));
  return sql.read(files, { engine: defaultEngine, placeholders: {} }).flatMap((result) => (result.ok ? [result.value] : []));
}

describe('files that are called by a number and do or undo', () => {
  it('belong together by the number, and an undo is no migration of its own', () => {
    const found = read(
      '001.do.base.sql',
      '001.undo.base.sql',
      '002.do.add-email.sql',
      '002.undo.email-again.sql',
      '003.do.sql',
      '003.undo.sql',
    );
    expect(found.map(({ up, down }) => [up.path, down?.path])).toEqual([
      ['001.do.base.sql', '001.undo.base.sql'],
      ['002.do.add-email.sql', '002.undo.email-again.sql'],
      ['003.do.sql', '003.undo.sql'],
    ]);
  });

  it('get a rollback of that form', () => {
    const place = (path: string) => {
      const [migration] = read(path);
      const placed = migration && sql.placeDown(migration, [{ path, text: 'SELECT 1;' }], ['SELECT 2;']);
      return placed?.kind === 'create' ? placed.path : placed;
    };
    expect(['001.do.base.sql', 'db/002.do.sql', '003_a.sql', '004.domain.sql'].map(place)).toEqual([
      '001.undo.base.sql',
      'db/002.undo.sql',
      '003_a.down.sql',
      '004.domain.down.sql',
    ]);
  });
});
