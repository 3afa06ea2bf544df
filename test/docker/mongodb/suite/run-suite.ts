import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultKindsOf } from '../../../../src/faults/kinds/registry';
import { engineOf } from '../../../../src/model/engine';
import type { Sandbox } from '../../../../src/model/sandbox';
import { Laboratory } from '../../../../src/runner/laboratory';
import { simulateSubject } from '../../../../src/runner/simulate';
import { readSubject } from '../../../../src/runner/subject';
import { sandboxProviders } from '../../../../src/sandbox/providers';
import { request, withFolder } from '../../../engines/runner/simulating';
import { requireOrSkip } from '../../../require';
import { actualOf } from '../../../suite/run-case';
import { dockerMissing } from '../../docker';
import { type MongodbCase, shop, shopScript } from './case';
import { cases } from './cases';
import { expectationsOf } from './expectation';

/** With FAULTLINE_SUITE_CASES=a,b only these; with FAULTLINE_SUITE_FAULTS=crash,error only these kinds, while a case is being written. */
const named = (process.env.FAULTLINE_SUITE_CASES ?? '').split(',').filter(Boolean);
const chosen = process.env.FAULTLINE_SUITE_FAULTS?.split(',');
const faults = faultKindsOf('mongodb')
  .map((kind) => kind.name)
  .filter((fault) => chosen === undefined || chosen.includes(fault));

const skip = requireOrSkip('docker', await dockerMissing());

/** Runs these cases, one after the other in one sandbox. What the image is says who answered: a test must not claim another. */
export function runMongodbSuite(names: readonly string[]): void {
  const wanted = names.filter((name) => named.length === 0 || named.includes(name));

  describe.skipIf(skip)('suite on DocumentDB behind the MongoDB protocol (image mongo:8), not on mongod', () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      const version = engineOf('mongodb', undefined);
      if (version === undefined) throw new Error('MongoDB has no version.');
      const started = await sandboxProviders.docker.start({
        engine: version,
        onProgress: () => undefined,
        signal: new AbortController().signal,
      });
      if (!started.ok) throw new Error(started.error.message);
      sandbox = started.value;
    });
    afterAll(() => sandbox?.dispose());

    for (const name of wanted) {
      it(name, async () => {
        const suiteCase = cases[name];
        if (suiteCase === undefined) throw new Error(`There is no case ${name}.`);
        const simulation = await simulateCase(sandbox, suiteCase);
        const texts = simulation.statements.map(({ text }) => text);
        const expected = expectationsOf(suiteCase, texts, faults);
        const actual = actualOf(simulation.cells);
        const ids = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
        const whys = new Map(
          simulation.cells.map((cell) => [cell.id, cell.why ?? cell.recovery?.back.problem ?? cell.recovery?.forward.problem]),
        );
        const differing = ids.filter((id) => actual[id] !== expected[id]);
        expect(differing.map((id) => `${id}: ${actual[id]} instead of ${expected[id]} (${whys.get(id) ?? ''})`)).toEqual([]);
      });
    }
  });
}

async function simulateCase(sandbox: Sandbox, suiteCase: MongodbCase) {
  const target = suiteCase.script === undefined ? '20240102000000-change.js' : '002_change.mongodb.js';
  const files =
    suiteCase.script === undefined
      ? { '20240101000000-before.js': migrationFile(suiteCase.before ?? shop), [target]: migrationFile(suiteCase.up ?? '') }
      : { '001_before.mongodb.js': shopScript, [target]: suiteCase.script };
  return withFolder(files, async (folder) => {
    const asked = {
      ...request,
      engine: 'mongodb',
      sandbox: 'docker',
      framework: suiteCase.script === undefined ? 'migrate-mongo' : 'mongosh',
      faults,
      rows: 0,
      path: join(folder, target),
    } as const;
    const laboratory = new Laboratory(sandbox, new AbortController().signal);
    const [simulation] = await simulateSubject(asked, await readSubject(asked), laboratory, () => undefined);
    if (simulation === undefined) throw new Error('No simulation.');
    return simulation;
  });
}

function migrationFile(body: string): string {
  return `module.exports = {\n  async up(db, client) {\n    ${body}\n  },\n  async down() {},\n};\n`;
}
