import type { Catalog } from '../../model/catalog';
import type { DocumentCommand } from '../../model/document';
import type { Engine } from '../../model/engine';
import { readText } from '../../parse/read';
import { type DownPart, statement } from '../down-part';

/**
 * Parts of a rollback as one transaction, since what they undo was one. Undefined where the server would refuse one of them in it: a drop, an
 * index, $merge, a write to a capped collection (manual, "Transactions and Operations").
 */
export function inTransaction(parts: readonly DownPart[], engine: Engine, catalog: Catalog): readonly DownPart[] | undefined {
  const changed: DownPart[] = [];
  for (const part of parts) {
    const text = part.text.map((each) => withSession(each, engine, catalog));
    if (!text.every((each) => each !== undefined)) return undefined;
    changed.push({ ...part, text });
  }
  if (changed.every(({ text }) => text.length === 0)) return undefined;
  return [statement('session.startTransaction()'), ...changed, statement('session.commitTransaction()')];
}

/** The text with a session in each of its commands. */
function withSession(text: string, engine: Engine, catalog: Catalog): string | undefined {
  const commands = readText(text, engine).flatMap(({ operations }) => operations);
  let result = text;
  for (const command of commands.toReversed()) {
    if (command.kind !== 'document command' || !isTaken(command, catalog) || command.sessionAt === undefined) return undefined;
    const { offset, before, after } = command.sessionAt;
    result = `${result.slice(0, offset)}${before}session${after}${result.slice(offset)}`;
  }
  return result;
}

function isTaken({ effect, collection }: DocumentCommand, { tables }: Catalog): boolean {
  const known = tables.find(({ name }) => name === collection?.name);
  return effect.kind === 'write' && known?.options?.includes('capped=true') !== true;
}
