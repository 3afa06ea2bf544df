import type { LintReport } from '../model/finding';
import { lintEntries } from './lint-entries';

const levels = { error: 'error', warning: 'warning', info: 'notice' } as const;

/**
 * Workflow commands that GitHub Actions turns into annotations. Data and properties are escaped as the runner undoes it
 * (GitHub documentation, "Workflow commands": `%`, CR, LF; in properties `:` and `,` too).
 */
export function lintGithub(report: LintReport): string {
  const lines = lintEntries(report).map((entry) => {
    const { start, end } = entry.range;
    const properties = {
      file: entry.path,
      line: start.line + 1,
      endLine: end.line + 1,
      // Columns are only understood when the annotation stays on one line.
      ...(start.line === end.line ? { col: start.character + 1, endColumn: end.character + 1 } : {}),
      title: `Faultline: ${entry.rule}`,
    };
    const text = Object.entries(properties)
      .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
      .join(',');
    return `::${levels[entry.severity]} ${text}::${escapeData(entry.help === '' ? entry.message : `${entry.message}\n${entry.help}`)}`;
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function escapeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
