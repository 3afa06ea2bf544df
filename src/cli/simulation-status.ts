import type { Verdict } from '../model/fault';
import type { SimulationReport } from '../model/simulation';
import { isTried } from '../report/assessment';
import { exitStatus } from './failure';

/** Not a single failure could be tried, in migrations that send something. */
export function triedNothing({ simulations }: SimulationReport): boolean {
  const sending = simulations.filter(({ statements }) => statements.length > 0);
  return sending.length > 0 && sending.every((simulation) => !isTried(simulation) && simulation.failsByItself === undefined);
}

/**
 * A cell that could not be carried out is no proof of anything: it fails the command as a bad verdict does. Where not a single failure could
 * be tried, the command could not do its work; one such migration among others that were tested is told, and fails nothing: nobody could
 * mend it in a folder where it was applied long ago.
 */
export function statusOf(report: SimulationReport, failOn: readonly Verdict[]): number {
  const cells = report.simulations.flatMap((simulation) => simulation.cells);
  const failing = cells.some((cell) => cell.status === 'failed' || (cell.verdict !== undefined && failOn.includes(cell.verdict)));
  const failsByItself = report.simulations.some((simulation) => simulation.failsByItself !== undefined);
  if (failing || failsByItself) return exitStatus.findings;
  return triedNothing(report) ? exitStatus.failure : exitStatus.success;
}
