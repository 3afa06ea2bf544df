import { join } from 'node:path';
import { faultKindsOf } from '../../src/faults/kinds/registry';
import type { Sandbox } from '../../src/model/sandbox';
import type { CellResult, Simulation } from '../../src/model/simulation';
import type { SimulationRequest } from '../../src/protocol/simulation';
import { type Evidence, Laboratory } from '../../src/runner/laboratory';
import { simulateSubject } from '../../src/runner/simulate';
import { readSubject } from '../../src/runner/subject';
import { request, withFolder } from '../engines/runner/simulating';
import type { SuiteCase } from './case';
import { type Expectations, expectationsOf, normal } from './expectation';
import { layoutOf } from './layout';
import { SecondOpinion } from './second-opinion';

/** With FAULTLINE_SUITE_FAULTS=crash,deadlock only these kinds, while a case is being written. */
const chosen = process.env.FAULTLINE_SUITE_FAULTS?.split(',');

export interface CaseRun {
  readonly simulation: Simulation;
  readonly expected: Expectations;
  /** What each cell came to, in the words of the expectations. */
  readonly actual: Expectations;
  /** What the second opinion says against plans that are marked as verified; and how many it looked at. */
  readonly objections: readonly string[];
  readonly plansChecked: number;
}

/** Simulates a case in a sandbox that stays, and has every plan that is marked as verified verified again. */
export async function runCase(sandbox: Sandbox, suiteCase: SuiteCase): Promise<CaseRun> {
  const { simulation, opinion } = await simulateCase(sandbox, suiteCase, { collapse: true, secondOpinion: true });
  const texts = simulation.statements.map(({ text }) => text);
  const faults = faultKindsOf('postgres')
    .map((kind) => kind.name)
    .filter((name) => chosen === undefined || chosen.includes(name));
  return {
    simulation,
    expected: expectationsOf(suiteCase, texts, faults),
    actual: actualOf(simulation.cells),
    objections: opinion.objections,
    plansChecked: opinion.checked,
  };
}

interface CaseOptions extends Partial<Pick<SimulationRequest, 'faults' | 'points'>> {
  readonly collapse: boolean;
  readonly secondOpinion: boolean;
  /** Changes what the second opinion is told. */
  readonly change?: (evidence: Evidence) => Evidence;
}

/** The matrix of a case, with every kind of fault where none is named. */
export async function simulateCase(sandbox: Sandbox, suiteCase: SuiteCase, { secondOpinion, change, ...options }: CaseOptions) {
  const { files, target } = layoutOf(suiteCase);
  return withFolder(files, async (folder) => {
    const faults = chosen?.flatMap((name) => faultKindsOf('postgres').flatMap((kind) => (kind.name === name ? [kind.name] : []))) ?? 'all';
    const { framework = 'sql' } = suiteCase;
    const asked: SimulationRequest = { ...request, framework, faults, rows: suiteCase.rows ?? 20, ...options, path: join(folder, target) };
    const subject = await readSubject(asked);
    const opinion = new SecondOpinion(sandbox, subject);
    const witness = secondOpinion ? (evidence: Evidence) => opinion.hear(change?.(evidence) ?? evidence) : undefined;
    const laboratory = new Laboratory(sandbox, new AbortController().signal, witness);
    const [simulation] = await simulateSubject(asked, subject, laboratory, () => undefined);
    if (simulation === undefined) throw new Error('No simulation.');
    return { simulation, opinion };
  });
}

/** What each cell came to, in the words of the expectations. */
export function actualOf(cells: readonly CellResult[]): Expectations {
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  return Object.fromEntries(
    cells.map((cell) => {
      const { recovery } = (cell.sameAs === undefined ? undefined : byId.get(cell.sameAs)) ?? cell;
      return [cell.id, wordsFor(cell, recovery)];
    }),
  );
}

function wordsFor(cell: CellResult, recovery: CellResult['recovery']): string {
  if (cell.status === 'failed') return `failed: ${cell.why}`;
  if (cell.verdict === undefined) return cell.status;
  if (recovery === undefined) return normal(cell.verdict);
  const mark = (way: 'back' | 'forward') => {
    const plan = recovery[way];
    return `${way}${plan.verified ? '+' : plan.verifiedExceptLoss === true ? '~' : '-'}`;
  };
  return normal(`${cell.verdict} ${mark('back')} ${mark('forward')}`);
}
