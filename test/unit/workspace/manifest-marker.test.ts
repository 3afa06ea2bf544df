import { expect, it } from 'vitest';
import { manifestMarker } from '../../../src/workspace/manifest-marker';

it.each([
  ['typeorm migration:run -t none -d dist/source.js', true],
  ['npm run typeorm -- migration:run --transaction=none', true],
  ['typeorm migration:run', false],
  ['typeorm migration:run -t each', false],
  ['typeorm migration:revert -t none', false],
])('says whether %s opens transactions, and keeps nothing else of the scripts', (script, isNone) => {
  const marker = manifestMarker(
    JSON.stringify({ scripts: { migrate: `TOKEN=secret ${script}`, start: 'node .' }, dependencies: { typeorm: '1' } }),
  );
  expect(marker).toBe(isNone ? '{"typeormTransaction":"none","dependencies":{"typeorm":"1"}}' : '{"dependencies":{"typeorm":"1"}}');
});

it('says nothing where scripts run them in both ways', () => {
  const scripts = { one: 'typeorm migration:run -t none', two: 'typeorm migration:run' };
  expect(manifestMarker(JSON.stringify({ scripts }))).toBe('{}');
});
