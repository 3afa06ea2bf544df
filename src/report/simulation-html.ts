import type { SimulationReport } from '../model/simulation';
import { partialStates, worstOf } from './assessment';
import { escapeXml } from './escape';
import { cellArticle } from './html/cell';
import { matrixSection } from './html/matrix';
import { reportStyle, selectionStyle } from './html/style';
import { plural } from './numbers';

/**
 * Simulations as one HTML file with nothing outside of it: no scripts, no fonts, no pictures. A click on a cell shows its story, by
 * `:target` alone; printed, each partial state is there once, by the first cell that left it. Light or dark as the reader's system is.
 */
export function simulationHtml(report: SimulationReport): string {
  const worst = worstOf(report.simulations);
  const names = report.simulations.map((simulation) => simulation.migration.id);
  const title = names.length === 1 ? (names[0] ?? '') : plural(names.length, 'migration');
  const sections = report.simulations.map((simulation, index) => {
    const shown = worst?.simulation === simulation ? worst.cell : undefined;
    const cells = simulation.cells.filter((cell) => cell.status === 'done' && cell.sameAs === undefined);
    // On paper all cells together are a book, and most of its pages say the same.
    const printed = partialStates(simulation).map(({ cell }) => cell);
    const articles = cells.map((cell) =>
      cellArticle(simulation, cell, { section: index, shown: cell === shown, printed: printed.includes(cell) }),
    );
    return `<section class="migration">${matrixSection(simulation, index)}${articles.join('')}</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="Faultline">
<title>${escapeXml(title)}: what each failure leaves</title>
<style>${reportStyle}${selectionStyle(report, worst?.cell)}</style>
</head>
<body><main>
${sections.join('\n')}
<footer>${plural(report.summary.cells, 'cell')}. Every verdict was measured in a throwaway database; “verified” means executed there, and the state that was reached compared with the one it should be.</footer>
</main></body>
</html>
`;
}
