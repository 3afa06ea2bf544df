import type { Severity } from '../model/finding';
import type { OperationKind } from '../model/operation';
import { type Rule, ruleUrl } from '../rules/rule';
import type { RuleLevel } from './configuration';

/** A rule that is not off. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly url: string;
}

/** The rules of a run, in their order. Which are off is decided once, and not again for each of what may be thousands of programs. */
export class ActiveRules {
  private readonly active: readonly ActiveRule[];
  /** By its place in `active`: does the rule look at whole programs? */
  private readonly meetsAll: readonly boolean[];
  /** The places of those that look at operations of a kind. */
  private readonly byKind = new Map<OperationKind, number[]>();

  constructor(rules: readonly Rule[], level: (rule: Rule) => RuleLevel) {
    this.active = rules.flatMap((rule) => {
      const severity = level(rule);
      const looks = rule.check !== undefined || rule.operations !== undefined;
      return severity === 'off' || !looks ? [] : [{ rule, severity, url: ruleUrl(rule.id) }];
    });
    this.meetsAll = this.active.map(({ rule }) => rule.operations === undefined);
    for (const [place, { rule }] of this.active.entries()) {
      for (const kind of Object.keys(rule.operations ?? {}) as OperationKind[]) {
        const places = this.byKind.get(kind);
        if (places === undefined) this.byKind.set(kind, [place]);
        else places.push(place);
      }
    }
  }

  /** Those that have something to look at in a program which does these kinds of operations. */
  meeting(operations: ReadonlyMap<OperationKind, unknown>): readonly ActiveRule[] {
    const meets = this.meetsAll.slice();
    for (const kind of operations.keys()) {
      for (const place of this.byKind.get(kind) ?? []) meets[place] = true;
    }
    return this.active.filter((_, place) => meets[place]);
  }
}
