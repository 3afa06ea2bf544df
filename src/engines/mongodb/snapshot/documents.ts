import { hash } from 'node:crypto';
import type { TableData } from '../../../model/state';
import { documentText, type Masking } from './values';

/** Nested paths of one collection that are told apart. More of them are the keys of a map, not fields. */
const mostPaths = 1_000;

/**
 * Count and hashes of a collection's documents: of whole documents, and where it is asked for of each field of the first level and of each
 * path below it. Hashes are summed, so that the order in which documents lie does not matter.
 */
export class DocumentSums {
  private rows = 0;
  private sum = 0n;
  private readonly fields = new Map<string, bigint>();
  private readonly paths = new Map<string, bigint>();

  constructor(
    private readonly columnHashes: boolean,
    private readonly masking: Masking | undefined,
  ) {}

  add(document: object): void {
    const leaves = new Map<string, string>();
    const onLeaf = (path: string, place: string, text: string) => {
      leaves.set(path, `${leaves.get(path) ?? ''}${place}${text}`);
    };
    const { text, fields } = documentText(document, this.masking, this.columnHashes ? onLeaf : undefined);
    this.rows++;
    this.sum += numberOf(text);
    if (!this.columnHashes) return;
    for (const { name, text } of fields) this.fields.set(name, (this.fields.get(name) ?? 0n) + numberOf(text));
    for (const [path, text] of leaves)
      if (this.paths.size <= mostPaths) this.paths.set(path, (this.paths.get(path) ?? 0n) + numberOf(text));
  }

  data(table: string): TableData {
    const data = { table, rowCount: this.rows, rowsHash: String(this.sum) };
    if (!this.columnHashes) return data;
    const sums = [...(this.paths.size > mostPaths ? [] : this.paths), ...this.fields];
    return { ...data, columnHashes: Object.fromEntries(sums.map(([name, sum]) => [name, String(sum)])) };
  }
}

/** 64 bits of a text's hash. */
function numberOf(text: string): bigint {
  return BigInt(`0x${hash('sha256', text).slice(0, 16)}`);
}
