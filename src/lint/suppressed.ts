import type { Finding } from '../model/finding';
import type { Program, Statement } from '../model/migration';
import { didYouMean } from '../model/nearest';
import type { Span } from '../model/text';
import { LineIndex } from '../parse/lines';
import { type Rule, ruleUrl } from '../rules/rule';
import { unusedSuppression } from '../rules/shared/unused-suppression';
import type { RuleLevel } from './configuration';
import { applySuppressions, readSuppressions, type Suppression } from './suppressions';

interface FileFindings {
  readonly path: string;
  readonly text: string;
  readonly programs: readonly Program[];
  readonly findings: readonly Finding[];
  /** What a finding in code is about: its place alone does not tell. */
  readonly statementOf: (finding: Finding) => Statement | undefined;
  readonly rules: readonly Rule[];
  readonly level: (rule: Rule) => RuleLevel;
}

/** The findings of a file without those that its comments suppress, and with one for each suppression that suppresses nothing. */
export function suppressFindings(file: FileFindings): readonly Finding[] {
  const suppressions = readSuppressions(file.path, file.text, file.programs);
  if (suppressions.length === 0) return file.findings;
  const lines = new LineIndex(file.text);
  const { kept, unused } = applySuppressions(file.findings, file.statementOf, suppressions, lines);
  const severity = file.level(unusedSuppression);
  if (severity === 'off' || !file.rules.includes(unusedSuppression)) return kept;
  const reported = unused.flatMap(({ suppression, rules }) => {
    const idle = rules.filter((id) => !file.rules.some((rule) => rule.id === id && file.level(rule) === 'off'));
    return idle.length === 0 ? [] : [unusedFinding(file, suppression, idle, severity, lines)];
  });
  return [...kept, ...reported];
}

function unusedFinding(
  file: FileFindings,
  suppression: Suppression,
  idle: readonly string[],
  severity: Exclude<RuleLevel, 'off'>,
  lines: LineIndex,
): Finding {
  const known = new Set(file.rules.map((rule) => rule.id));
  const messages = idle.map((id) =>
    known.has(id)
      ? `This suppresses nothing: ${id} finds nothing in the ${suppression.scope === 'file' ? 'file' : 'statement it covers'}.`
      : `This suppresses nothing: there is no rule ${id}.${didYouMean(id, [...known])}`,
  );
  const whole = idle.length === suppression.rules.length;
  return {
    rule: unusedSuppression.id,
    severity,
    message: `${messages.join(' ')} Left here, it would hide the next finding unseen.`,
    help: 'Remove it, or correct the name of the rule.',
    url: ruleUrl(unusedSuppression.id),
    section: sectionOf(file.programs, suppression.span),
    range: lines.range(suppression.span),
    fixes: whole
      ? [
          {
            title: 'Remove the suppression',
            safe: true,
            edits: [{ range: lines.range(commentLine(file.text, suppression.span)), newText: '' }],
          },
        ]
      : [],
  };
}

function sectionOf(programs: readonly Program[], span: Span): 'up' | 'down' {
  const around = programs.find((program) => program.span.start <= span.start && span.end <= program.span.end);
  return around?.direction ?? 'up';
}

/** The comment, with its line when nothing else stands there. */
function commentLine(text: string, span: Span): Span {
  let start = span.start;
  while (start > 0 && /[ \t]/.test(text.charAt(start - 1))) start--;
  const isFirst = start === 0 || /[\r\n]/.test(text.charAt(start - 1));
  const lineEnd = /^[ \t]*(\r\n|\r|\n)/.exec(text.slice(span.end));
  if (isFirst && lineEnd !== null) return { start, end: span.end + lineEnd[0].length };
  return { start, end: span.end };
}
