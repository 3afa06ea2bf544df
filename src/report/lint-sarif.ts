import type { LintReport } from '../model/finding';
import type { Range } from '../model/text';
import { wellFormed } from './escape';
import { type LintEntry, lintEntries } from './lint-entries';
import { stableHash } from './stable-hash';

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

/** What the catalogue says of a rule. */
export interface SarifRule {
  readonly id: string;
  readonly title: string;
  readonly url: string;
}

/**
 * SARIF 2.1.0 (OASIS standard), as code scanning services read it. Columns are UTF-16 units, which the format has a name for.
 * `rules` describes the rules; those that found nothing are left out.
 */
export function lintSarif(report: LintReport, tool: { readonly version: string; readonly rules: readonly SarifRule[] }): string {
  const entries = lintEntries(report);
  const used = [...new Set(entries.map((entry) => entry.rule))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Faultline',
            semanticVersion: tool.version,
            rules: used.map((id) => descriptor(id, tool.rules)),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: 'The folder in which faultline ran.' } } },
        results: entries.map((entry) => result(entry, used.indexOf(entry.rule))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptor(id: string, rules: readonly SarifRule[]) {
  const rule = rules.find((candidate) => candidate.id === id);
  const title = rule?.title ?? id;
  return { id, shortDescription: { text: title }, ...(rule ? { helpUri: rule.url } : {}) };
}

function result(entry: LintEntry, ruleIndex: number) {
  return {
    ruleId: entry.rule,
    ruleIndex,
    level: levels[entry.severity],
    message: { text: entry.help === '' ? entry.message : `${entry.message} ${entry.help}` },
    locations: [
      {
        physicalLocation: { artifactLocation: location(entry.path), region: region(entry.range) },
      },
    ],
    partialFingerprints: { 'faultline/v1': stableHash(`${entry.path}\n${entry.rule}\n${entry.message}`) },
  };
}

/** A URI: relative ones against the folder in which faultline ran, so that the report can be read on another machine. */
function location(path: string) {
  const parts = wellFormed(path).split('/');
  const uri = parts.map(encodeURIComponent).join('/');
  if (/^[A-Za-z]:$/.test(parts[0] ?? '')) return { uri: `file:///${uri.replace('%3A', ':')}` };
  return path.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId: 'SRCROOT' };
}

function region(range: Range) {
  return {
    startLine: range.start.line + 1,
    startColumn: range.start.character + 1,
    endLine: range.end.line + 1,
    endColumn: range.end.character + 1,
  };
}
