import { openSession } from '../../code/open';
import { type CodeFiles, codeFiles } from '../../code/resolve';
import type { Recording, Session, SessionOptions } from '../../code/session';
import { readRecording, type SentRequest } from '../../code/sql/read';
import { constantText } from '../../code/text';
import type { ClassValue, FunctionValue, Value } from '../../code/value';
import type { Engine } from '../../model/engine';
import type { Program, ProgramExecution } from '../../model/migration';
import type { SourceFile } from '../../model/run-protocol';
import type { Span } from '../../model/text';
import { oncePerFolder } from '../files';

/** Migrations that are classes with `up` and `down`: TypeORM, MikroORM. */

const code = /\.[cm]?[jt]s$/;
const notCode = /\.d\.[cm]?ts$|(?:^|[./])(?:spec|test)\.[cm]?[jt]s$/;

/** Code of the folder itself and what is below it; what it imports from elsewhere is left out. */
export const ownCode = oncePerFolder((files) =>
  files.filter(({ path }) => code.test(path) && !notCode.test(path) && !path.startsWith('../')),
);

/** A class, or the function with a prototype that compilers make of one for old engines. */
export type MigrationType = ClassValue | FunctionValue;

/** One class that a file exports. */
export interface MigrationClass {
  readonly file: SourceFile;
  readonly type: MigrationType;
}

/** The classes that a file exports, in its order; each once. */
export function exportedClasses(session: Session): readonly MigrationType[] {
  const found = [...session.exports.values(), session.module].filter(isClass);
  return [...new Map(found.map((type) => [type.source.span.start, type])).values()];
}

function isClass(value: Value): value is MigrationType {
  if (value.kind !== 'function') return value.kind === 'class';
  const prototype = value.properties.get('prototype');
  return prototype?.kind === 'object' && prototype.properties.has('up');
}

/** The same class in another session of the file. */
export function sameClass(session: Session, type: MigrationType): MigrationType | undefined {
  return exportedClasses(session).find(({ source }) => source.span.start === type.source.span.start);
}

/** A field with a constant string: `name = 'CreateUsers1700000000000'`. */
export function textField(session: Session, instance: Value, name: string): string | undefined {
  const value = session.property(instance, name);
  return value === undefined ? undefined : constantText(value);
}

/** A field that is a known boolean. */
export function booleanField(session: Session, instance: Value, name: string): boolean | undefined {
  const value = session.property(instance, name);
  return value?.kind === 'primitive' && typeof value.value === 'boolean' ? value.value : undefined;
}

/** The method of an instance, also one from a parent class or a field with an arrow function. */
export function methodOf(session: Session, instance: Value, name: string): Value | undefined {
  const found = session.property(instance, name);
  return found?.kind === 'function' || found?.kind === 'method' ? found : undefined;
}

/** Opens a file of a folder; each direction of a migration needs a session of its own. */
export class CodeFolder {
  readonly files: CodeFiles;

  constructor(
    files: readonly SourceFile[],
    private readonly options: SessionOptions,
  ) {
    this.files = codeFiles(files);
  }

  /** `packages`: natives for this session alone, beside those of the folder. */
  open(path: string, packages: Iterable<readonly [string, Value]> = []): Session {
    return openSession(this.files, path, { ...this.options, packages: new Map([...(this.options.packages ?? []), ...packages]) });
  }
}

/** What ran, as a program of the model. `transactions` says where what was sent runs, if not all of it goes over one connection. */
export function programOf(
  direction: 'up' | 'down',
  file: SourceFile,
  span: Span,
  session: Session,
  recording: Recording,
  execution: ProgramExecution,
  engine: Engine,
  transactions: (requests: readonly SentRequest[]) => Pick<ProgramExecution, 'transactions' | 'beside'> = () => ({}),
): Program {
  const read = readRecording(session, recording, { engine });
  return {
    direction,
    path: file.path,
    span,
    statements: read.statements,
    execution: { ...execution, ...(read.groups === undefined ? {} : { groups: read.groups }), ...transactions(read.requests) },
    rendering: read.rendering,
    unread: read.unread,
  };
}
