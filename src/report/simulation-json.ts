import type { Verdict } from '../model/fault';
import type { Simulation, SimulationReport } from '../model/simulation';
import { untriedText } from './assessment';

/** Puts simulations together as `simulate --format json` gives them. */
export function simulationReport(simulations: readonly Simulation[], durationMs: number): SimulationReport {
  const byVerdict: Partial<Record<Verdict, number>> = {};
  for (const simulation of simulations) {
    for (const [verdict, count] of Object.entries(simulation.summary.byVerdict) as [Verdict, number][]) {
      byVerdict[verdict] = (byVerdict[verdict] ?? 0) + count;
    }
  }
  const cells = simulations.reduce((total, simulation) => total + simulation.summary.cells, 0);
  return {
    version: 1,
    simulations: simulations.map(withUntried),
    summary: { simulations: simulations.length, cells, byVerdict, durationMs: Math.round(durationMs) },
  };
}

function withUntried(simulation: Simulation): Simulation {
  const untried = untriedText(simulation);
  return untried === undefined ? simulation : { ...simulation, untried };
}

/** The document of `simulate --format json`. */
export function simulationJson(report: SimulationReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
