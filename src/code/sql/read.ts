import type { Engine } from '../../model/engine';
import type { CallCircumstances, Rendering, Statement, UnreadCall } from '../../model/migration';
import type { Operation } from '../../model/operation';
import type { Range, Span } from '../../model/text';
import { LineIndex } from '../../parse/lines';
import { readRequests } from '../../parse/read';
import type { Recorded } from '../native';
import type { Recording, Session } from '../session';
import { flat } from '../text';
import type { SentEffect } from './emit';
import { sourceSpan } from './places';
import { render } from './render';

/** The statements of a program in code, as the model wants them, and what a framework needs to say how they run. */
export interface ReadProgram {
  readonly rendering: Rendering;
  /** Spans count in `rendering.text`, ranges in the program's own file. */
  readonly statements: readonly Statement[];
  /** What was sent, in order, with the numbers of its statements: several numbers are several statements in one simple query. */
  readonly requests: readonly SentRequest[];
  /** For `ProgramExecution.groups`: absent when each request is one statement. */
  readonly groups?: readonly (readonly number[])[];
  /** For `Program.unread`; empty when everything could be read. */
  readonly unread: readonly UnreadCall[];
}

export interface SentRequest {
  readonly recorded: Recorded<SentEffect>;
  readonly statements: readonly number[];
}

/** How a recording is read. */
export interface RecordingOptions {
  readonly engine: Engine;
  /** How a call stands in its code. A program that has them is made of calls: the place of a statement is its whole call. */
  readonly circumstances?: (recorded: Recorded<SentEffect>) => CallCircumstances | undefined;
}

/**
 * What a recording sent, as statements. What runs only when something failed is left out where it ends a transaction: in the ordinary
 * course it does not run. `loadParser` must have resolved.
 */
export function readRecording(session: Session, recording: Recording, options: RecordingOptions): ReadProgram {
  const sent = recording.effects.filter(isSent).filter((recorded) => !(recorded.handler && endsTransaction(recorded)));
  const { rendering, requests: spans } = render(sent, session.path);
  const source = new LineIndex(session.code.text);
  const rendered = new LineIndex(rendering.text);
  const read = readRequests(rendering.text, spans, { engine: options.engine });
  const requests: SentRequest[] = [];
  const statements: Statement[] = [];
  for (const [index, recorded] of sent.entries()) {
    const circumstances = options.circumstances?.(recorded);
    const span = spans[index] ?? { start: 0, end: 0 };
    const refused = clientDelimiter(rendering.text.slice(span.start, span.end), options.engine);
    const own = (read[index] ?? []).map((each, place): Statement => {
      if (refused !== undefined && place === 0) {
        const range = source.range(sourceSpan(rendering, each.span) ?? recorded.entry.span);
        return { ...each, operations: [], range, unreadable: { message: refused, range } };
      }
      const statement = recorded.effect.guarded === true ? guarded(each) : each;
      const placed = inSource(statement, rendering, source, rendered, recorded.entry.span);
      if (options.circumstances === undefined) return placed;
      return { ...placed, range: source.range(recorded.entry.span), ...(circumstances === undefined ? {} : { circumstances }) };
    });
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

function isSent(recorded: Recorded): recorded is Recorded<SentEffect> {
  return recorded.effect.kind === 'sql' || recorded.effect.kind === 'mongosh';
}

function endsTransaction({ effect }: Recorded<SentEffect>): boolean {
  return /^\s*(?:rollback|abort|commit|end|release|session\.(?:abort|commit)Transaction)\b/i.test(flat(effect.text));
}

/** Why the server refuses all of a request: DELIMITER is a command of the program `mysql`, and code sends it to the server as it stands. */
function clientDelimiter(request: string, { name }: Engine): string | undefined {
  if ((name !== 'mysql' && name !== 'mariadb') || !/(?:^|;)\s*delimiter[ \t]+\S/i.test(request)) return undefined;
  return 'DELIMITER is a command of the mysql program, which the server does not know; without it the body is sent whole';
}

/** A statement that the code runs only where its columns are not there yet, or still are. */
function guarded(statement: Statement): Statement {
  const operations = statement.operations.map((operation): Operation => {
    if (operation.kind === 'add column') return { ...operation, ifNotExists: true };
    return operation.kind === 'drop column' ? { ...operation, ifExists: true } : operation;
  });
  return { ...statement, operations };
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
