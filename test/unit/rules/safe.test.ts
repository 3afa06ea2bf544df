import { beforeAll, describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { lintFolder } from '../../../src/lint/lint';
import { loadParser } from '../../../src/parse/load';
import { fixtureFolders } from './fixture-folders';

/**
 * What the manual of PostgreSQL and common practice recommend, in whole projects and in the forms of all frameworks: no rule has anything to
 * say about it. `test/engines/rules/safe.test.ts` runs the same files on the server.
 */
const folders = await fixtureFolders('safe');

beforeAll(loadParser);

describe('the safe way', () => {
  it('is shown in at least 60 files of all frameworks', () => {
    expect(folders.flatMap(({ majors }) => [...majors]).length).toBeGreaterThan(60);
  });

  for (const folder of folders) {
    for (const major of [...new Set([...folder.majors.values()].flat())].sort((left, right) => left - right)) {
      it(`${folder.name} (${major}) gives no finding`, () => {
        const linted = lintFolder({ files: folder.files, configuration: { ...defaultConfiguration, engineVersion: major } });
        expect(linted.framework.name).toBe(folder.framework);
        expect(linted.problems).toEqual([]);
        const meant = linted.reports.filter(({ path }) => folder.majors.get(path)?.includes(major));
        const said = meant.flatMap(({ path, findings }) =>
          findings.map(({ rule, range, message }) => `${path}:${range.start.line + 1}: ${rule}: ${message}`),
        );
        expect(said).toEqual([]);
        expect(meant.flatMap(({ errors }) => errors)).toEqual([]);
      });
    }
  }

  it('is read whole: every file that says what it is for is linted', () => {
    for (const folder of folders) {
      const linted = lintFolder({ files: folder.files, configuration: defaultConfiguration });
      const linedUp = new Set(linted.reports.map(({ path }) => path));
      expect(
        [...folder.majors.keys()].filter((path) => !linedUp.has(path)),
        folder.name,
      ).toEqual([]);
    }
  });
});
