import { describe, expect, it } from 'vitest';
import { samples } from '../engines/runner/samples';
import { simulateFiles, verdictsOf } from '../engines/runner/simulating';
import { requireOrSkip } from '../require';
import { dockerMissing } from './docker';

const skip = requireOrSkip('docker', await dockerMissing());

/** The same matrix, with the same verdicts and the same states, whatever the server runs in. */
describe.skipIf(skip)('postgres:18 in Docker gives what the embedded server gives', () => {
  it.each(samples)(
    '$name',
    async ({ files, target }) => {
      const embedded = await simulateFiles(files, target);
      const docker = await simulateFiles(files, target, { sandbox: 'docker' });
      expect(docker.migration.sandbox).toBe('docker postgres:18');
      expect(verdictsOf(docker)).toEqual(verdictsOf(embedded));
      expect(docker.states).toEqual(embedded.states);
      expect(Object.values(verdictsOf(docker))).not.toContain('failed');
    },
    300_000,
  );
});
