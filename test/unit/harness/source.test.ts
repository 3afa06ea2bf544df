import { describe, expect, it } from 'vitest';
import { strippedTypes, syntaxErrorIn } from '../../../src/harness/source';

describe('the types of a migration', () => {
  it('are taken away line by line, and what is left is CommonJS', () => {
    const text = `import type { Db } from 'mongodb';
import { ObjectId } from 'mongodb';
enum Kind { A = 'a' }
export const up = async (db: Db): Promise<void> => {
  const here = import.meta.url as string; new ObjectId(); return undefined!;
};`;
    const code = strippedTypes(text, '/p/1.ts');
    expect(code.split('\n')).toHaveLength(6);
    expect(code).toMatch(/require\('mongodb'\)/);
    expect(code).toMatch(/exports\.up = up/);
    expect(code).not.toMatch(/Promise<|: Db|import\.meta|\bas string/);
    expect(() => new Function('require', 'exports', '__filename', code)).not.toThrow();
  });

  it('that are broken are told with their line', () => {
    expect(() => strippedTypes('const a = 1;\nconst b: = 2;', '/p/1.ts')).toThrow(/\(\/p\/1\.ts:2\)$/);
    expect(syntaxErrorIn('export const a = 1;\n\nconst b = ;', '/p/1.mjs')?.message).toBe('Unexpected token (/p/1.mjs:3)');
    expect(syntaxErrorIn('export const a = await 1;', '/p/1.mjs')).toBeUndefined();
  });
});
