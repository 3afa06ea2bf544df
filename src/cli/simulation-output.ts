import { join } from 'node:path';
import type { Simulation, SimulationReport } from '../model/simulation';
import { simulationHtml } from '../report/simulation-html';
import { simulationJson } from '../report/simulation-json';
import { simulationMarkdown } from '../report/simulation-markdown';
import { simulationPretty } from '../report/simulation-pretty';
import { shownPath } from '../workspace/read-folder';
import { note, resultPalette, writeResult } from './output';
import { triedNothing } from './simulation-status';

export const simulationFormats = ['pretty', 'json', 'markdown', 'html'] as const;

/** Where simulations are written, and how. */
export interface SimulationOutput {
  readonly format: (typeof simulationFormats)[number];
  readonly out?: string;
  /** A file for the HTML report, besides. */
  readonly html?: string;
}

/** The runner names files relative to their folder; people, and other tools, want them as they lie from here. */
export function withShownPaths(folder: string, simulations: readonly Simulation[]): readonly Simulation[] {
  return simulations.map((simulation) => {
    const { migration } = simulation;
    return migration.path === undefined
      ? simulation
      : { ...simulation, migration: { ...migration, path: shownPath(join(folder, migration.path)) } };
  });
}

/** Writes the HTML report that was asked for besides. */
export async function writeHtml(report: SimulationReport, { html }: SimulationOutput): Promise<void> {
  if (html !== undefined) await writeResult(simulationHtml(report), html);
}

/** A report in the form that was asked for. */
export function renderSimulations(report: SimulationReport, options: SimulationOutput): string {
  switch (options.format) {
    case 'json':
      return simulationJson(report);
    case 'markdown':
      return simulationMarkdown(report);
    case 'html':
      return simulationHtml(report);
    case 'pretty':
      return simulationPretty(report, resultPalette(options.out));
  }
}

/** A migration of which no failure was tried must not be taken for one that was tested. */
export async function noteUntried(report: SimulationReport): Promise<void> {
  const untried = report.simulations.filter((simulation) => simulation.untried !== undefined);
  const [first] = untried;
  if (first === undefined) return;
  if (triedNothing(report)) return note(`faultline: nothing was tested. ${first.untried}`);
  for (const simulation of untried)
    await note(`${simulation.migration.path ?? simulation.migration.id} was not tested. ${simulation.untried}`);
}
