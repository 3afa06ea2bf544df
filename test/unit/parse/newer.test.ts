import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from '../../../src/parse/load';
import { allFeatures, newerFeatures } from '../../../src/parse/postgres/newer/find';

beforeAll(loadParser);

/** `test/engines/rules/newer.test.ts` proves the versions on the servers; this is about finding what a statement uses. */
describe('what a version does not have yet', () => {
  it('is named once each', () => {
    const names = allFeatures.map(({ what }) => what);
    expect(names.filter((name, position) => names.indexOf(name) < position)).toEqual([]);
    expect(allFeatures.length).toBeGreaterThan(120);
  });

  it.each(allFeatures.map((feature) => [feature.what, feature] as const))(
    '%s is found in its example, and no more from its version on',
    (_, feature) => {
      const found = newerFeatures(feature.example, feature.since - 1);
      expect(found.map(({ feature: { what } }) => what)).toContain(feature.what);
      for (const { span } of found) {
        expect(span.start).toBeLessThan(span.end);
        expect(span.end).toBeLessThanOrEqual(feature.example.length);
      }
      expect(newerFeatures(feature.example, 18)).toEqual([]);
      expect(newerFeatures(feature.example, feature.since).map(({ feature: { what } }) => what)).not.toContain(feature.what);
    },
  );

  it('is read past placeholders, and points outside of comments and strings', () => {
    const sent = "/* merge */ INSERT INTO t VALUES ('merge', :value, uuidv7())";
    expect(newerFeatures(sent, 17).map(({ span }) => sent.slice(span.start, span.end))).toEqual(['uuidv7(']);
  });
});
