import { settingCalls } from '../../parse/postgres/set-config';
import type { RuleContext, Step } from '../context';

/** A timeout that the program has set and that holds for a statement. */
export interface TimeoutInForce {
  readonly milliseconds: number;
  /** As the program says it: `'5s'`. */
  readonly written: string;
}

/**
 * Per step the value of a timeout (`lock_timeout`, `statement_timeout`) that holds while it runs, as far as the program itself sets one; a
 * value of 0 is none. What a role, a database or a connection brings along is not known.
 */
export function timeoutsInForce(context: RuleContext, name: string): ReadonlyMap<Step, TimeoutInForce> {
  const inForce = new Map<Step, TimeoutInForce>();
  if (!context.text.toLowerCase().includes(name)) return inForce;
  let session: TimeoutInForce | undefined;
  let local: { readonly transaction: Step['transaction']; readonly timeout: TimeoutInForce | undefined } | undefined;
  for (const step of context.steps) {
    for (const { isLocal, timeout } of settingsOf(step, name)) {
      if (!isLocal) session = timeout;
      if (step.inTransaction) local = { transaction: step.transaction, timeout };
    }
    const timeout = local?.transaction === step.transaction ? local.timeout : session;
    if (timeout !== undefined) inForce.set(step, timeout);
  }
  return inForce;
}

interface Setting {
  readonly isLocal: boolean;
  /** Absent: none from here on. */
  readonly timeout: TimeoutInForce | undefined;
}

/** SET, RESET, also of all settings, and set_config() with what it is told. */
function settingsOf({ statement }: Step, name: string): readonly Setting[] {
  if (/^\s*(?:reset|discard)\s+all\b/i.test(statement.sent)) return [{ isLocal: false, timeout: undefined }];
  return statement.operations.flatMap((operation) => {
    if (operation.kind === 'set' && operation.name.toLowerCase() === name) {
      return [{ isLocal: operation.local, timeout: timeoutOf(operation.value) }];
    }
    if (operation.kind !== 'select') return [];
    const calls = settingCalls(statement.sent).filter((call) => call.name === name);
    return calls.map(({ value, isLocal }) => ({ isLocal, timeout: timeoutOf(`'${value}'`) }));
  });
}

const unitMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Undefined for 0, DEFAULT, and what is no duration (manual, "Parameter Names and Values"). Without a unit it counts milliseconds. */
function timeoutOf(value: string | undefined): TimeoutInForce | undefined {
  const [, number, unit] = /^\s*'?\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*'?\s*$/.exec(value ?? '') ?? [];
  const milliseconds = Number(number) * (unitMs[unit ?? 'ms'] ?? Number.NaN);
  return milliseconds > 0 ? { milliseconds, written: (value ?? '').trim() } : undefined;
}
