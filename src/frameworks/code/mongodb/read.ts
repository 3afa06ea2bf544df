import { dateType } from '../../../code/mongodb/bson';
import { circumstancesOf } from '../../../code/mongodb/circumstances';
import { driverPackages } from '../../../code/mongodb/client';
import { factsOf } from '../../../code/mongodb/facts';
import { databaseHandle } from '../../../code/mongodb/foreign';
import { mongoosePackage } from '../../../code/mongodb/mongoose/package';
import { MongoRun } from '../../../code/mongodb/run';
import { looksLikeMongo } from '../../../code/mongodb/suspicious';
import { openSession } from '../../../code/open';
import type { CodeFiles } from '../../../code/resolve';
import type { Recording, Session } from '../../../code/session';
import { readRecording } from '../../../code/sql/read';
import type { Value } from '../../../code/value';
import { type Engine, engineOf } from '../../../model/engine';
import type { Program, ProgramExecution, UnreadCall } from '../../../model/migration';
import type { SourceFile } from '../../../model/run-protocol';
import type { Range, Span } from '../../../model/text';
import { LineIndex } from '../../../parse/lines';
import { wholeFile } from '../../files';
import { findDefinition } from '../definitions';
import { asyncPackage, bluebird } from '../flow';

/** How a tool of MongoDB calls a migration. */
export interface MongoTool {
  readonly execution: ProgramExecution;
  /** What `up` gets. */
  readonly given: (run: MongoRun) => readonly Value[];
  /** Natives of packages, beside the driver's and mongoose. */
  readonly packages?: ReadonlyMap<string, Value>;
  /** What the tool does with the module before it calls the function. */
  readonly prepare?: (session: Session) => void;
  /** Where the function is: `exports.up`, or that of the default export, unless the tool has a way of its own. */
  readonly exported?: (session: Session, direction: 'up' | 'down') => Value | undefined;
}

const flowPackages: readonly (readonly [string, Value])[] = [
  ['async', asyncPackage],
  ['bluebird', bluebird],
];

/** One direction, read: `throws` is a `down` that only throws, whatever is in the database. */
export interface ReadDirection {
  readonly program?: Program;
  readonly throws?: true;
}

/** The engine that is asked for, where it is MongoDB: whatever a configuration names, these tools have no other. */
export function mongoEngine(engine: Engine): Engine {
  return engine.name === 'mongodb' ? engine : (engineOf('mongodb', undefined) ?? { name: 'mongodb', major: 8 });
}

/** Reads one direction of a migration in code. Absent program: there is no such function. */
export function readDirection(
  direction: 'up' | 'down',
  file: SourceFile,
  files: CodeFiles,
  engine: Engine,
  tool: MongoTool,
): ReadDirection {
  const run = new MongoRun();
  const session = openSession(files, file.path, {
    packages: new Map([...driverPackages(run), ['mongoose', mongoosePackage(run)], ...flowPackages, ...(tool.packages ?? [])]),
    suspicious: looksLikeMongo,
    globals: new Map<string, Value>([
      ['Date', dateType()],
      ['db', databaseHandle(run)],
    ]),
  });
  const callee = (tool.exported ?? exported)(session, direction);
  if (callee === undefined) return {};
  tool.prepare?.(session);
  const recording = session.run(callee, [...tool.given(run)], session.exports.get('default') ?? session.module);
  run.nameUnsent();
  // A down says by that that there is no way back; an up is broken, and runs.
  if (direction === 'down' && recording.thrown !== undefined && recording.effects.length === 0 && recording.unread.length === 0)
    return { throws: true };
  const { machine, path } = session;
  const lines = new LineIndex(file.text);
  const range = (span: Span): Range => lines.range(span);
  const read = readRecording(session, recording, {
    engine,
    circumstances: (recorded) => circumstancesOf(recorded, { machine, path, range }),
  });
  return {
    program: {
      direction,
      path: file.path,
      span: spanOf(file, direction, callee),
      statements: read.statements,
      execution: tool.execution,
      rendering: read.rendering,
      unread: [...read.unread, ...endOf(recording, file)],
      facts: factsOf({ machine, run, effects: recording.effects, path, range, withImports: direction === 'up' }),
    },
  };
}

/** `exports.up`, or that of what is exported by default or as a whole. */
function exported(session: Session, name: string): Value | undefined {
  const whole = session.exports.get('default');
  const found =
    (whole === undefined ? undefined : session.property(whole, name)) ??
    session.exports.get(name) ??
    session.property(session.module, name);
  return found?.kind === 'function' || found?.kind === 'method' || found?.kind === 'native' ? found : undefined;
}

/** A run that always ends in `throw`: what comes behind it was not seen, and that is said. */
function endOf({ thrown }: Recording, file: SourceFile): readonly UnreadCall[] {
  if (thrown === undefined) return [];
  const { path, span } = thrown.place;
  const isOwn = path === file.path;
  const range = new LineIndex(file.text).range(isOwn ? span : { start: 0, end: 0 });
  const text = isOwn ? (file.text.slice(span.start, span.end).split('\n', 1)[0] ?? '') : path;
  const message = thrown.message === undefined ? '' : ` ("${thrown.message}")`;
  return [{ range, text, why: `it ends in an error${message}, so that nothing behind it runs` }];
}

function spanOf(file: SourceFile, direction: 'up' | 'down', callee: Value): Span {
  if (callee.kind === 'function' && callee.source.path === file.path) return callee.source.span;
  return findDefinition(file.text, file.path, direction)?.owner ?? wholeFile(file);
}
