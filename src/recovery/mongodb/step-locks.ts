import type { Catalog } from '../../model/catalog';
import type { DocumentCommand } from '../../model/document';
import type { Engine } from '../../model/engine';
import type { RecoveryStep } from '../../model/simulation';
import { isExecuted } from '../../model/steps';
import { readText } from '../../parse/read';
import { commandsIn, writtenCollection } from './operations';

/**
 * The strongest lock that steps take on a collection which is there (manual, FAQ: Concurrency; Index Builds on Populated Collections): DDL
 * takes it exclusively, an index build for a moment at its ends, writes lock nothing but the documents that they change.
 */
export function strongestLock(steps: readonly RecoveryStep[], catalog: Catalog, engine: Engine): string | undefined {
  const there = new Set(catalog.tables.map(({ name }) => name));
  const text = steps
    .filter(isExecuted)
    .map((step) => step.text)
    .join('\n');
  const commands = readText(text, engine).flatMap(commandsIn);
  const on = (kinds: readonly DocumentCommand['effect']['kind'][]) =>
    commands.find(({ effect, collection }) => kinds.includes(effect.kind) && there.has(collection?.name ?? ''))?.collection?.name;
  const exclusive = on(['drop collection', 'rename collection', 'modify collection', 'drop index', 'drop database']);
  if (exclusive !== undefined) return `exclusive lock on ${exclusive}`;
  const built = on(['create index']);
  if (built !== undefined) return `exclusive lock on ${built}, at the beginning and the end of the build`;
  const written = commands.flatMap((command) => writtenCollection(command) ?? []).find((name) => there.has(name));
  return written === undefined ? undefined : `documents of ${written}, one by one`;
}
