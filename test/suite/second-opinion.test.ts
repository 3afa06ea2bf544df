import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/model/sandbox';
import type { RecoveryPlan } from '../../src/model/simulation';
import type { Evidence } from '../../src/runner/laboratory';
import { caseNamed, startSuiteSandbox } from './cases';
import { simulateCase } from './run-case';

const row = { title: '', why: '', text: "INSERT INTO orders VALUES (7001, 1, 1, 'sneaked in');", language: 'sql' } as const;

/** Plans that the product did verify, made wrong afterwards: the second opinion has to notice. */
const tampered: Readonly<Record<string, (plan: RecoveryPlan) => RecoveryPlan>> = {
  'a step left out': (plan) => ({ ...plan, steps: plan.steps.slice(1) }),
  'a step that fails': (plan) => ({ ...plan, steps: [{ ...row, text: 'DROP TABLE nowhere;' }, ...plan.steps] }),
  'a row too much': (plan) => ({ ...plan, steps: [...plan.steps, row] }),
  'a comment too much': (plan) => ({ ...plan, steps: [...plan.steps, { ...row, text: "COMMENT ON TABLE orders IS 'x';" }] }),
};

describe('the second opinion', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSuiteSandbox();
  });
  afterAll(() => sandbox?.dispose());

  it.each(Object.keys(tampered))('objects to %s, on either way', async (how) => {
    const tamper = tampered[how];
    const change = (evidence: Evidence): Evidence => {
      const { recovery } = evidence.result;
      if (recovery === undefined || tamper === undefined) return evidence;
      return {
        ...evidence,
        result: { ...evidence.result, recovery: { ...recovery, back: tamper(recovery.back), forward: tamper(recovery.forward) } },
      };
    };
    const options = { collapse: true, secondOpinion: true, points: ['after:1'], faults: ['error', 'crash'], change } as const;
    const { opinion } = await simulateCase(sandbox, caseNamed('add-column-backfill'), options);
    expect(opinion.checked).toBe(2);
    expect(opinion.objections.map((objection) => objection.split(':').slice(0, 2).join(':'))).toEqual([
      'crash@after:1, back',
      'crash@after:1, forward',
    ]);
  });
});
