import type { ReportParams, ReportResult } from '../protocol/language';
import { simulationHtml } from '../report/simulation-html';
import { simulationJson, simulationReport } from '../report/simulation-json';
import { simulationMarkdown } from '../report/simulation-markdown';

const writers = { markdown: simulationMarkdown, html: simulationHtml, json: simulationJson };

/** One simulation as the command line would write it. */
export function simulationText({ simulation, format }: ReportParams): ReportResult {
  return { text: writers[format](simulationReport([simulation], simulation.summary.durationMs)) };
}
