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
import { type MysqlCase, shop } from './case';
import { caseOn, cases } from './cases';
import { expectationsOf } from './expectation';

/** With FAULTLINE_SUITE_CASES=a,b only these; with FAULTLINE_SUITE_FAULTS=crash,deadlock only these kinds, while a case is being written. */
const named = (process.env.FAULTLINE_SUITE_CASES ?? '').split(',').filter(Boolean);
const chosen = process.env.FAULTLINE_SUITE_FAULTS?.split(',');

const skip = requireOrSkip('docker', await dockerMissing());

/** Runs every `of`th case on one engine, one after the other in one sandbox. Shards run side by side: a crash takes only its own server. */
export function runMysqlSuite(engine: 'mysql' | 'mariadb', shard: number, of: number): void {
  const names = Object.keys(cases).filter((name, position) => position % of === shard && (named.length === 0 || named.includes(name)));

  describe.skipIf(skip)(`suite on ${engine}, part ${shard + 1} of ${of}`, () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      const version = engineOf(engine, undefined);
      if (version === undefined) throw new Error(`${engine} has no version.`);
      const signal = new AbortController().signal;
      const started = await sandboxProviders.docker.start({ engine: version, onProgress: () => undefined, signal });
      if (!started.ok) throw new Error(started.error.message);
      sandbox = started.value;
    });
    afterAll(() => sandbox?.dispose());

    if (names.length === 0) it.skip('nothing of this part was asked for');
    for (const name of names) {
      const suiteCase = caseOn(engine, cases[name] as MysqlCase);
      if (suiteCase === undefined) continue;
      it(name, async () => {
        const simulation = await simulateCase(sandbox, suiteCase, engine);
        const texts = simulation.statements.map(({ text }) => text);
        const faults = faultKindsOf('mysql')
          .map((kind) => kind.name)
          .filter((fault) => chosen === undefined || chosen.includes(fault));
        const expected = expectationsOf(suiteCase, texts, faults, engine);
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

async function simulateCase(sandbox: Sandbox, suiteCase: MysqlCase, engine: 'mysql' | 'mariadb') {
  const files = { '001_before.sql': suiteCase.before ?? shop, '002_change.sql': suiteCase.migration };
  return withFolder(files, async (folder) => {
    const faults = chosen?.flatMap((name) => faultKindsOf('mysql').flatMap((kind) => (kind.name === name ? [kind.name] : []))) ?? 'all';
    const asked = {
      ...request,
      engine,
      sandbox: 'docker',
      framework: 'sql',
      faults,
      rows: suiteCase.rows ?? 20,
      path: join(folder, '002_change.sql'),
    } as const;
    const laboratory = new Laboratory(sandbox, new AbortController().signal);
    const [simulation] = await simulateSubject(asked, await readSubject(asked), laboratory, () => undefined);
    if (simulation === undefined) throw new Error('No simulation.');
    return simulation;
  });
}
