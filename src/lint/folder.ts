import { type FolderContext, type Rule, ruleUrl } from '../rules/rule';
import type { PlacedFinding } from './code/findings';
import type { RuleLevel } from './configuration';

/** What the rules that look at a whole folder say, at the beginning of the file that each is about. */
export function checkFolder(
  folder: FolderContext,
  rules: readonly Rule[],
  level: (rule: Rule) => RuleLevel,
): readonly (PlacedFinding & { readonly path: string })[] {
  const ends = new Map(folder.files.map(({ path, text }) => [path, /^[^\r\n]*/.exec(text)?.[0].length ?? 0]));
  return rules.flatMap((rule) => {
    const severity = level(rule);
    if (severity === 'off' || rule.checkFolder === undefined) return [];
    return rule.checkFolder(folder).map(({ path, message, help }) => {
      const range = { start: { line: 0, character: 0 }, end: { line: 0, character: ends.get(path) ?? 0 } };
      return { path, finding: { rule: rule.id, severity, url: ruleUrl(rule.id), section: 'up', range, message, help, fixes: [] } as const };
    });
  });
}
