import { native, nativeFunction } from '../../../src/code/native';
import { codeFiles, openSession } from '../../../src/code/open';
import type { Recording, Session } from '../../../src/code/session';
import { emitSql, looksLikeSql } from '../../../src/code/sql/emit';
import { type ReadProgram, readRecording } from '../../../src/code/sql/read';
import { unknown, type Value } from '../../../src/code/value';
import { defaultEngine } from '../../../src/model/engine';

/** A database as every framework has one: `query` sends at once, `lazy` when it is awaited, `hasTable` asks. */
export function database(): Value {
  return native({
    name: 'db',
    methods: {
      query(call) {
        emitSql(call, call.arg(0));
        return unknown('rows');
      },
      lazy: (call) =>
        native({
          name: 'db.lazy',
          settle(use) {
            emitSql({ machine: use.machine, place: call.place }, call.arg(0));
            return unknown('rows');
          },
        }),
      hasTable: (call) => unknown('hasTable', { tag: call.arg(0) }),
      transaction(call) {
        call.machine.call(call.arg(0), [database()], call.place);
        return unknown('result');
      },
    },
  });
}

export interface Run {
  readonly session: Session;
  readonly recording: Recording;
}

/** Runs `up(db)` of a file; the other files may be imported. */
export function runUp(text: string, others: Readonly<Record<string, string>> = {}, name = 'm.ts'): Run {
  const files = codeFiles([{ path: name, text }, ...Object.entries(others).map(([path, other]) => ({ path, text: other }))]);
  const session = openSession(files, name, { suspicious: looksLikeSql });
  const up = session.exports.get('up') ?? unknown('up');
  return { session, recording: session.run(up, [database()]) };
}

/** What was sent, as one string each; holes as `${name}`. */
export function sent(text: string, others: Readonly<Record<string, string>> = {}, name = 'm.ts'): string[] {
  return runUp(text, others, name).recording.effects.map(textOf);
}

export function textOf({ effect }: Recording['effects'][number]): string {
  if (effect.kind !== 'sql' || !('text' in effect)) return effect.kind;
  const { pieces } = effect.text as { readonly pieces: readonly ({ kind: 'hole'; name: string } | { kind: 'written'; text: string })[] };
  return pieces.map((piece) => (piece.kind === 'hole' ? `\${${piece.name}}` : piece.text)).join('');
}

/** The body of an async `up(db)`. */
export function body(statements: string): string[] {
  return sent(`export async function up(db) {\n${statements}\n}`);
}

/** The same, read as statements. */
export function program(text: string, others: Readonly<Record<string, string>> = {}): ReadProgram {
  const { session, recording } = runUp(text, others);
  return readRecording(session, recording, { engine: defaultEngine });
}

/** Calls that could not be read, as `text: why`. */
export function unread(text: string, others: Readonly<Record<string, string>> = {}): string[] {
  return runUp(text, others).recording.unread.map((call) => `${call.text}: ${call.why}`);
}

export { nativeFunction };
