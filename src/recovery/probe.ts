/**
 * A question that the captured states can't answer: they hold counts and hashes, never rows. Whoever plans asks it of the database first,
 * and gives the answers with the situation.
 */
export interface Probe {
  readonly database: 'before' | 'partial';
  /** A query. Every value of its answer is text, a list of texts, or null. */
  readonly text: string;
}

export type AnswerRow = Readonly<Record<string, unknown>>;

/** Answers by `probeKey`. A question that the database refused has none. */
export type Answers = ReadonlyMap<string, readonly AnswerRow[]>;

export function probeKey({ database, text }: Probe): string {
  return `${database}: ${text}`;
}

/** The rows that a probe gave; undefined when it was not asked or was refused. */
export function answerTo(answers: Answers | undefined, probe: Probe): readonly AnswerRow[] | undefined {
  return answers?.get(probeKey(probe));
}

/** The number that a counting probe gave. */
export function countOf(answers: Answers | undefined, probe: Probe): number | undefined {
  const value = Object.values(answerTo(answers, probe)?.[0] ?? {})[0];
  return value === undefined || value === null ? undefined : Number(value);
}

/** A list of texts: as such, or as JSON where the server has no lists. */
export function listOf(value: unknown): readonly (string | null)[] {
  return (typeof value === 'string' ? JSON.parse(value) : value) as readonly (string | null)[];
}
