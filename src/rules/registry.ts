import type { Rule } from './rule';
import { unreadableStatement } from './shared/unreadable-statement';
import { unusedSuppression } from './shared/unused-suppression';

/** Every rule. Adding one is adding its file and a line here. */
export const allRules: readonly Rule[] = [unreadableStatement, unusedSuppression];

export function ruleById(id: string): Rule | undefined {
  return allRules.find((rule) => rule.id === id);
}
