import type { Migration } from '../model/migration';
import type { RunDecision, RunProtocol, RunStep } from '../model/run-protocol';
import type { RecoveryStep } from '../model/simulation';

/** Parts that the run protocols share. */

export type HistoryRow = Readonly<Record<string, unknown>>;
export type HistoryRows = Parameters<RunProtocol['recorded']>[1];

export function rowsOf(tables: HistoryRows, table: string): readonly HistoryRow[] {
  return tables.find((candidate) => candidate.table === table)?.rows ?? [];
}

/** Booleans arrive as such from the driver, as numbers where they are (MySQL: TINYINT), and as text from a snapshot. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === 't' || value === 'true' || value === '1';
}

/** Each statement a request of its own, or several together where the framework sends them so. */
export function statementSteps({ up }: Migration): RunStep[] {
  const sent = new Map(up.statements.map((statement) => [statement.index, statement.sent]));
  if (up.statements.length === 0) return [];
  const groups =
    up.execution.requests === 'single-request'
      ? [up.statements.map(({ index }) => index)]
      : (up.execution.groups ?? up.statements.map(({ index }) => [index]));
  return groups.map((statements) => ({
    kind: 'statements',
    statements,
    text:
      statements.length === 1 ? (sent.get(statements[0] ?? 0) ?? '') : statements.map((index) => `${sent.get(index) ?? ''};`).join('\n'),
  }));
}

/** For frameworks that send the rows behind COPY ... FROM stdin, as psql does (Flyway: documentation of PostgreSQL, "COPY FROM STDIN"). */
export function withRows({ up }: Migration, steps: readonly RunStep[]): RunStep[] {
  return steps.map((step) => {
    const [index, ...more] = step.kind === 'statements' ? step.statements : [];
    const copyData = up.statements.find((statement) => statement.index === index)?.copyData;
    return step.kind !== 'statements' || more.length > 0 || copyData === undefined ? step : { ...step, copyData };
  });
}

export function refused(message: string, code?: string): RunDecision {
  return { run: false, why: 'refused', problem: code === undefined ? { message } : { message, code } };
}

/** What the framework says before it sends anything of a program that it will not run. */
export function refusalOf({ up }: Migration): RunDecision | undefined {
  return up.execution.refused === undefined ? undefined : refused(up.execution.refused);
}

export function sqlStep(title: string, why: string, text: string): RecoveryStep {
  return historyStep('sql', title, why, text);
}

export function historyStep(language: RecoveryStep['language'], title: string, why: string, text: string): RecoveryStep {
  return { title, why, text, language, concerns: 'history' };
}
