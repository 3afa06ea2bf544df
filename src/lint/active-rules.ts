import type { Severity } from '../model/finding';
import type { Operation, OperationKind } from '../model/operation';
import type { PlacedOperation, RuleContext, Step } from '../rules/context';
import { type OperationChecks, type Rule, ruleUrl, type Violation } from '../rules/rule';
import type { RuleLevel } from './configuration';

/** A rule that is not off. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly url: string;
  /** What it says of a program. */
  readonly check: (context: RuleContext) => readonly Violation[];
}

/** The rules of a run, in their order. Which are off is decided once, and not again for each of what may be thousands of programs. */
export class ActiveRules {
  private readonly active: readonly ActiveRule[];
  /** By its place in `active`: does the rule look at whole programs? */
  private readonly meetsAll: readonly boolean[];
  /** The places of those that look at operations of a kind. */
  private readonly byKind = new Map<OperationKind, number[]>();
  /** By the kinds of operations of a program: the migrations of a folder do the same few things. */
  private readonly met = new Map<string, readonly ActiveRule[]>();

  constructor(rules: readonly Rule[], level: (rule: Rule) => RuleLevel) {
    this.active = rules.flatMap((rule) => {
      const severity = level(rule);
      const check = rule.operations === undefined ? rule.check : checkOf(rule.operations);
      return severity === 'off' || check === undefined ? [] : [{ rule, severity, url: ruleUrl(rule.id), check }];
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
    const kinds = [...operations.keys()];
    const key = kinds.join();
    const known = this.met.get(key);
    if (known !== undefined) return known;
    const meets = this.meetsAll.slice();
    for (const kind of kinds) {
      for (const place of this.byKind.get(kind) ?? []) meets[place] = true;
    }
    const met = this.active.filter((_, place) => meets[place]);
    this.met.set(key, met);
    return met;
  }
}

type OperationCheck = (context: RuleContext, step: Step, operation: Operation) => readonly Violation[];

function checkOf(operations: OperationChecks): ActiveRule['check'] {
  // The key decides the type of the operation; the compiler can't follow that through an index.
  const looks = Object.entries(operations) as unknown as readonly (readonly [OperationKind, OperationCheck])[];
  return (context) => {
    const found: Violation[] = [];
    for (const [kind, look] of looks) {
      for (const { step, operation } of context.operations.get(kind) ?? none) found.push(...look(context, step, operation));
    }
    return found;
  };
}

const none: readonly PlacedOperation[] = [];
