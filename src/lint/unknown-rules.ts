import { didYouMean } from '../model/nearest';
import { allRules, ruleById } from '../rules/registry';
import type { Configuration } from './configuration';

/** A rule that a configuration sets a level for, and that does not exist. */
export interface UnknownRule {
  readonly id: string;
  /** As `faultline.json` is told off for it. */
  readonly message: string;
}

/** The rules of a configuration that do not exist: what was meant keeps its own level, in silence. */
export function unknownRules({ rules }: Configuration): readonly UnknownRule[] {
  return Object.keys(rules)
    .filter((id) => ruleById(id) === undefined)
    .map((id) => {
      const near = didYouMean(
        id,
        allRules.map((rule) => rule.id),
      );
      return { id, message: `faultline.json: "rules": there is no rule "${id}": \`faultline rules\` lists them.${near}` };
    });
}
