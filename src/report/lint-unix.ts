import type { LintReport } from '../model/finding';
import { lintEntries } from './lint-entries';

/**
 * One line for each finding, `file:line:column: severity: message [rule]`, as compilers write them: what editors and their tasks look for in
 * the output of a command. Lines and columns count from 1. The extension's problem matcher `$faultline` reads it.
 */
export function lintUnix(report: LintReport): string {
  return lintEntries(report)
    .map(({ path, range: { start }, severity, message, help, rule }) => {
      const text = `${message} ${help}`.replace(/\s+/g, ' ').trim();
      return `${path}:${start.line + 1}:${start.character + 1}: ${severity}: ${text} [${rule}]\n`;
    })
    .join('');
}
