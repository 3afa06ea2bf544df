import type { CodeFiles } from '../../../code/resolve';
import type { Engine } from '../../../model/engine';
import type { FrameworkName, Migration, Program } from '../../../model/migration';
import type { SourceFile } from '../../../model/run-protocol';
import { baseName } from '../../files';
import { damagedCode } from '../damaged';
import { type MongoTool, readDirection } from './read';

/** Of which framework a migration is, and what that records of it. */
export interface MongoMigration {
  readonly framework: FrameworkName;
  readonly id: string;
  readonly engine: Engine;
  readonly tool: MongoTool;
}

/** Both directions of a file; undefined when it has no `up`. A down that only throws says that there is no way back. */
export function readMongoMigration(
  file: SourceFile,
  files: CodeFiles,
  { framework, id, engine, tool }: MongoMigration,
): Migration | undefined {
  const up = readDirection('up', file, files, engine, tool).program;
  if (up === undefined) return undefined;
  const damaged = damagedCode(file);
  const { program: down, throws } = readDirection('down', file, files, engine, tool);
  return {
    id,
    title: baseName(file.path),
    framework,
    engine,
    up: damaged.length === 0 ? up : { ...up, unread: [...(up.unread ?? []), ...damaged] },
    ...(down === undefined || isEmpty(down) ? {} : { down }),
    ...(throws === true ? { downUnsupported: true } : {}),
  };
}

function isEmpty({ statements, unread }: Program): boolean {
  return statements.length === 0 && (unread ?? []).length === 0;
}
