import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configurationDiagnostics } from '../../../src/server/configuration-diagnostics';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-configuration-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What each diagnostic says, and the text that it stands at. */
async function saidOf(text: string): Promise<readonly (readonly [string, string])[]> {
  const lines = text.split('\n');
  return (await configurationDiagnostics(text, folder)).map(({ message, range: { start, end } }) => {
    expect(end.line).toBe(start.line);
    return [lines[start.line]?.slice(start.character, end.character) ?? '', message];
  });
}

describe('what is wrong with a faultline.json', () => {
  it('is nothing in a good one', async () => {
    await writeFile(join(folder, 'schema.sql'), 'CREATE TABLE t (id int);\n');
    await writeFile(join(folder, 'known.json'), '{ "version": 1, "files": {} }');
    const good = '{ "engine": "postgres", "rules": { "missing-guard": "off" }, "schema": "schema.sql", "baseline": "known.json" }';
    expect(await saidOf(good)).toEqual([]);
  });

  it('stands at the key it is about', async () => {
    const [diagnostic] = await configurationDiagnostics('{\n  "engine": "postgres",\n  "simulate": { "faults": ["fire"] }\n}', folder);
    expect(diagnostic?.message).toContain('fire');
    expect(diagnostic?.range).toEqual({ start: { line: 2, character: 16 }, end: { line: 2, character: 24 } });
  });

  it.each([
    ['{ "engine": "postgres",\n  "images": {\n    "postgres": 5 } }', 2, 4],
    ['{ "placeholders": { "rules": "x" },\n  "rules": { "missing-guard": "loud" } }', 1, 13],
    ['{ "framework": "goose",\n  "goose": true }', 1, 2],
    ['{ "placeholders": { "a": "x", "a.b": 1 } }', 0, 30],
    ['{ "framework": "sql",\n  "images": { "sql": "x" } }', 1, 2],
  ])('stands there also where the same word stands elsewhere: %s', async (text, line, character) => {
    expect((await configurationDiagnostics(text, folder)).map(({ range }) => range.start)).toEqual([{ line, character }]);
  });

  it('stands where the text is no JSON', async () => {
    expect((await saidOf('{\n  "engine": "postgres",\n}')).map(([at]) => at)).toEqual(['}']);
    expect((await saidOf('{ "engine": "postgres"')).map(([at]) => at)).toEqual(['"']);
    const [diagnostic] = await configurationDiagnostics('engine: postgres', folder);
    expect(diagnostic?.range.start).toEqual({ line: 0, character: 0 });
  });

  it('is a rule that does not exist, with the one that was meant', async () => {
    expect(await saidOf('{ "rules": { "missing-gard": "off", "missing-guard": "off" } }')).toEqual([
      ['"missing-gard"', expect.stringMatching(/there is no rule "missing-gard".*Did you mean "missing-guard"/)],
    ]);
  });

  it('is a file that it names and that is not there, or is another one', async () => {
    await writeFile(join(folder, 'other.json'), '[]');
    expect(await saidOf('{ "schema": "gone.sql", "baseline": "gone.json" }')).toEqual([
      ['"schema"', 'faultline.json: "schema": gone.sql does not exist.'],
      ['"baseline"', 'faultline.json: "baseline": gone.json does not exist.'],
    ]);
    expect(await saidOf('{ "baseline": "other.json" }')).toEqual([['"baseline"', expect.stringContaining('not one of version 1')]]);
  });
});
