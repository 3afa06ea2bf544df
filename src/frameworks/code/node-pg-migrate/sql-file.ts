import type { Migration, Program, ProgramExecution } from '../../../model/migration';
import type { ReadOptions, SourceFile } from '../../../model/run-protocol';
import type { Span } from '../../../model/text';
import { readStatements } from '../../../parse/postgres/read';
import { baseName } from '../../files';

/** Migrations of node-pg-migrate that are SQL files, from `sqlMigration.js`: each part is one request. */

function marker(direction: string): RegExp {
  return new RegExp(`^\\s*--[\\s-]*${direction}\\s+migration`, 'im');
}

const anyMarker = marker('(?:up|down)');

export const downMarker = '-- Down Migration';

export function hasMarkers(text: string): boolean {
  return anyMarker.test(text);
}

export function readSqlFile(file: SourceFile, options: ReadOptions, execution: ProgramExecution): Migration {
  const { up, down } = partsOf(file.text);
  const program = (direction: 'up' | 'down', span: Span): Program => {
    const statements = readStatements(file.text, span, options.placeholders);
    const groups = statements.length > 1 ? { groups: [statements.map(({ index }) => index)] } : {};
    return { direction, path: file.path, span, statements, execution: { ...execution, ...groups } };
  };
  return {
    id: baseName(file.path).replace(/\.sql$/i, ''),
    title: baseName(file.path),
    framework: 'node-pg-migrate',
    engine: options.engine,
    up: program('up', up),
    ...(down === undefined ? {} : { down: program('down', down) }),
  };
}

/** Without a marker all of it is the up. The white space before a marker belongs to what it opens. */
function partsOf(text: string): { readonly up: Span; readonly down?: Span } {
  const upStart = text.search(marker('up'));
  const downStart = text.search(marker('down'));
  const end = text.length;
  const up = upStart < 0 ? { start: 0, end } : { start: upStart, end: downStart < upStart ? end : downStart };
  if (downStart < 0) return { up };
  return { up, down: { start: downStart, end: upStart < downStart ? end : upStart } };
}
