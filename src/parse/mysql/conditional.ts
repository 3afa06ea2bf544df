import type { Engine } from '../../model/engine';

/** How the comment that begins at an offset is read. */
export interface Conditional {
  /** Where its words begin, behind `/*!` and the version. */
  readonly contentStart: number;
  /** False: this server takes all of it for a comment. */
  readonly runs: boolean;
}

/** MariaDB passes over what MySQL wrote for its own 5.7 to 9 (MariaDB manual, "Comment Syntax", executable comments). */
const mysqlOnly = { from: 50700, to: 99999 } as const;

/**
 * The version as executable comments write it. A series is its newest release; where it has no minor number, all of its releases, but not
 * 99999, by which people mean no version at all.
 */
function versionNumber({ major, minor }: Engine): number {
  return minor === undefined ? major * 10000 + 9998 : major * 10000 + minor * 100 + 99;
}

/**
 * The executable comment at `offset`: `/*! words *\/`, `/*!80013 words *\/`, MariaDB's `/*M! words *\/` and `/*M!100300 words *\/`. Undefined
 * when none begins there. A version has five or six digits (manual, "Comments").
 */
export function conditionalAt(text: string, offset: number, engine: Engine): Conditional | undefined {
  const second = text.charCodeAt(offset + 2);
  const isOfMariadb = (second === 77 || second === 109) && text.charCodeAt(offset + 3) === 33;
  if (!isOfMariadb && second !== 33) return undefined;
  const start = offset + (isOfMariadb ? 4 : 3);
  const digits = /^\d{5,6}/.exec(text.slice(start, start + 6))?.[0] ?? '';
  const contentStart = start + digits.length;
  if (isOfMariadb && engine.name !== 'mariadb') return { contentStart, runs: false };
  if (digits === '') return { contentStart, runs: true };
  const wanted = Number(digits);
  const isForeign = engine.name === 'mariadb' && !isOfMariadb && wanted >= mysqlOnly.from && wanted <= mysqlOnly.to;
  return { contentStart, runs: !isForeign && wanted <= versionNumber(engine) };
}
