import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/model/sandbox';
import { caseNamed, cases, startSuiteSandbox } from './cases';
import { expectationsOf } from './expectation';
import { actualOf, simulateCase } from './run-case';

const names = Object.keys(cases).filter((name) => caseNamed(name).space !== undefined);

describe('on a disk that runs full', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSuiteSandbox(true);
  });
  afterAll(() => sandbox?.dispose());

  it.each(names)('%s', async (name) => {
    const options = { collapse: true, secondOpinion: true, faults: ['disk-full'] } as const;
    const { simulation, opinion } = await simulateCase(sandbox, caseNamed(name), options);
    const texts = simulation.statements.map(({ text }) => text);
    // Not every machine has small disks: there, every cell says so.
    const has = !('unavailable' in sandbox.smallDisk);
    expect(actualOf(simulation.cells)).toEqual(expectationsOf(caseNamed(name), texts, ['disk-full'], has));
    expect(opinion.objections).toEqual([]);
    if (!has) expect(simulation.cells.every(({ why = '' }) => why !== '')).toBe(true);
  });
});
