import type { Catalog } from '../../model/catalog';
import type { DocumentCommand, DocumentValue, DocumentWrite } from '../../model/document';
import { isWhole, itemsOf } from '../../model/document-value';
import { array, documentOf, scalar } from '../../parse/mongodb/document';
import { writeValue } from '../../parse/mongodb/write';
import { keptPrefix } from '../kept-prefix';
import { callText, isSame } from './build';
import { inverseOfWrite } from './writes';

interface Aside {
  /** Without semicolons. */
  readonly texts: readonly string[];
  readonly kept: readonly string[];
}

/**
 * The same for MongoDB: a collection is renamed instead of dropped, and the documents that are deleted, replaced or overwritten are copied
 * before. `$out` puts its collection in the place of another only when it is done (manual, $out), so a copy is whole or not there.
 */
export function mongodbAside(command: DocumentCommand, text: string, before: Catalog, taken: Set<string>): Aside | undefined {
  const { effect, collection, session } = command;
  const name = collection?.database === undefined ? collection?.name : undefined;
  if (name === undefined || session) return undefined;
  if (effect.kind === 'drop collection') {
    if (before.definitions.some((view) => view.name === name)) return undefined;
    const free = freeName(name, taken);
    return { texts: [bare(callText(name, 'renameCollection', scalar(free)))], kept: [`collection ${name}, as ${free}`] };
  }
  if (effect.kind === 'aggregate') return replaced(command, text, before, taken);
  if (effect.kind !== 'write' || effect.partial) return undefined;
  const filters = effect.writes.flatMap((write): readonly DocumentValue[] =>
    losesDocuments(write, name) && write.kind !== 'insert' ? [write.filter] : [],
  );
  const [filter] = filters;
  if (filter === undefined || !filters.every((each) => isWhole(each) && isSame(each, filter))) return undefined;
  const free = freeName(name, taken);
  const pipeline = array([documentOf([['$match', filter]]), documentOf([['$out', scalar(free)]])]);
  return { texts: [bare(callText(name, 'aggregate', pipeline)), text], kept: [`documents of ${name}, in ${free}`] };
}

function losesDocuments(write: DocumentWrite, collection: string): boolean {
  return inverseOfWrite(write, collection).losses.length > 0;
}

/** What $out would replace keeps its documents under another name; where the pipeline reads them itself, they are copied. */
function replaced({ effect, collection }: DocumentCommand, text: string, { tables }: Catalog, taken: Set<string>): Aside | undefined {
  const into = effect.kind === 'aggregate' && effect.into?.stage === '$out' ? effect.into.collection : undefined;
  if (into?.name === undefined || into.database !== undefined) return undefined;
  const isSource = collection?.name === into.name;
  if (!isSource && !tables.some(({ name }) => name === into.name)) return undefined;
  const free = freeName(into.name, taken);
  if (isSource || (effect.kind === 'aggregate' && readsFrom(effect.pipeline, into.name))) {
    const copy = callText(into.name, 'aggregate', array([documentOf([['$out', scalar(free)]])]));
    return { texts: [bare(copy), text], kept: [`documents of ${into.name}, in ${free}`] };
  }
  return { texts: [bare(callText(into.name, 'renameCollection', scalar(free))), text], kept: [`collection ${into.name}, as ${free}`] };
}

/** Does a stage before the last one look documents up in this collection ($lookup, $graphLookup, $unionWith)? Names are texts there. */
function readsFrom(pipeline: DocumentValue, name: string): boolean {
  return itemsOf(pipeline)
    .slice(0, -1)
    .some((stage) => !isWhole(stage) || writeValue(stage).includes(JSON.stringify(name)));
}

function bare(text: string): string {
  return text.replace(/;$/, '');
}

function freeName(name: string, taken: Set<string>): string {
  let free = `${keptPrefix}_${name}`;
  for (let number = 2; taken.has(free); number++) free = `${keptPrefix}_${name}_${number}`;
  taken.add(free);
  return free;
}
