import type { Severity } from '../model/finding';
import type { Palette } from './palette';
import { hang, padRight, terminalColumns, wrap } from './terminal-text';

/** A rule as the catalogue tells it. */
export interface DescribedRule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Markdown. */
  readonly explanation: string;
  readonly url: string;
}

/** `rules --format json`. */
export interface RulesReport {
  readonly version: 1;
  readonly rules: readonly DescribedRule[];
}

/** The catalogue as JSON. */
export function rulesJson(rules: readonly DescribedRule[]): string {
  const report: RulesReport = { version: 1, rules };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** The catalogue for the terminal: a line per rule, more where the title is long. */
export function rulesPretty(rules: readonly DescribedRule[], palette: Palette): string {
  const idColumns = Math.max(0, ...rules.map((rule) => rule.id.length)) + 2;
  const severityColumns = 9;
  const lines = rules.flatMap((rule) => {
    const head =
      palette.bold(padRight(rule.id, idColumns)) + paintSeverity(rule.severity, palette)(padRight(rule.severity, severityColumns));
    return hang(head, wrap(rule.title, terminalColumns - idColumns - severityColumns));
  });
  return `${lines.join('\n')}\n`;
}

/** One rule in full, 80 columns wide. */
export function rulePretty(rule: DescribedRule, palette: Palette): string {
  const lines = [
    `${palette.bold(rule.id)}  ${paintSeverity(rule.severity, palette)(rule.severity)}`,
    ...wrap(rule.title, terminalColumns),
    '',
    ...explanationLines(rule.explanation, palette),
    '',
    palette.dim(rule.url),
  ];
  return `${lines.join('\n')}\n`;
}

/** Markdown set for the terminal: paragraphs filled, code left as it is. */
function explanationLines(markdown: string, palette: Palette): readonly string[] {
  return markdown
    .trim()
    .split(/\n{2,}/)
    .flatMap((block, index) => [...(index === 0 ? [] : ['']), ...blockLines(block, palette)]);
}

function blockLines(block: string, palette: Palette): readonly string[] {
  if (block.startsWith('```')) {
    const code = block.split('\n').filter((line) => !line.startsWith('```'));
    return code.map((line) => `    ${palette.blue(line)}`);
  }
  if (/^[-*] /.test(block)) {
    return block.split(/\n(?=[-*] )/).flatMap((item) => hang('- ', wrap(flat(item.slice(2)), terminalColumns - 2)));
  }
  return wrap(flat(block), terminalColumns);
}

function flat(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replace(/`/g, '');
}

function paintSeverity(severity: Severity, palette: Palette): (text: string) => string {
  return { error: palette.red, warning: palette.yellow, info: palette.blue }[severity];
}
