import type { Rendering, Statement, UnreadCall } from '../../model/migration';
import type { Range, Span } from '../../model/text';
import { LineIndex } from '../../parse/lines';
import { readRequests } from '../../parse/postgres/read';
import type { Recorded } from '../native';
import type { Recording, Session } from '../session';
import { flat } from '../text';
import type { SqlEffect } from './emit';
import { sourceSpan } from './places';
import { render } from './render';

/** The statements of a program in code, as the model wants them, and what a framework needs to say how they run. */
export interface ReadProgram {
  readonly rendering: Rendering;
  /** Spans count in `rendering.text`, ranges in the program's own file. */
  readonly statements: readonly Statement[];
  /** What was sent, in order, with the numbers of its statements: several numbers are several statements in one simple query. */
  readonly requests: readonly SqlRequest[];
  /** For `ProgramExecution.groups`: absent when each request is one statement. */
  readonly groups?: readonly (readonly number[])[];
  /** For `Program.unread`; empty when everything could be read. */
  readonly unread: readonly UnreadCall[];
}

export interface SqlRequest {
  readonly recorded: Recorded<SqlEffect>;
  readonly statements: readonly number[];
}

/**
 * What a recording sent, as statements. What runs only when something failed is left out where it ends a transaction: in the ordinary
 * course it does not run. `loadParser` must have resolved.
 */
export function readRecording(session: Session, recording: Recording): ReadProgram {
  const sent = recording.effects.filter(isSql).filter((recorded) => !(recorded.handler && endsTransaction(recorded)));
  const { rendering, requests: spans } = render(sent, session.path);
  const source = new LineIndex(session.code.text);
  const rendered = new LineIndex(rendering.text);
  const read = readRequests(rendering.text, spans, {});
  const requests: SqlRequest[] = [];
  const statements: Statement[] = [];
  for (const [index, recorded] of sent.entries()) {
    const own = (read[index] ?? []).map((statement) => inSource(statement, rendering, source, rendered, recorded.entry.span));
    if (own.length === 0) continue;
    statements.push(...own);
    requests.push({ recorded, statements: own.map((statement) => statement.index) });
  }
  const isPlain = requests.every((request) => request.statements.length === 1);
  const unread = recording.unread.map(({ entry, text, why }) => ({ range: source.range(entry.span), text, why }));
  return {
    rendering,
    statements,
    requests,
    ...(isPlain ? {} : { groups: requests.map((request) => request.statements) }),
    unread,
  };
}

function isSql(recorded: Recorded): recorded is Recorded<SqlEffect> {
  return recorded.effect.kind === 'sql';
}

function endsTransaction({ effect }: Recorded<SqlEffect>): boolean {
  return /^\s*(?:rollback|abort|commit|end|release)\b/i.test(flat(effect.text));
}

/** A statement of the rendering with its places in the file. */
function inSource(statement: Statement, rendering: Rendering, source: LineIndex, rendered: LineIndex, entry: Span): Statement {
  const place = (span: Span): Range => source.range(sourceSpan(rendering, span) ?? entry);
  const { unreadable } = statement;
  return {
    ...statement,
    range: place(statement.span),
    ...(unreadable === undefined ? {} : { unreadable: { ...unreadable, range: place(rendered.span(unreadable.range)) } }),
  };
}
