import type { RecordedRequest } from './recording';

/** What of a recorded request counts for finding it again. */
type Known = Pick<RecordedRequest, 'connection' | 'texts' | 'inTransaction'>;

/** Cuts a text into tokens, in an engine's own words. */
export type Tokenize = (
  text: string,
) => readonly { readonly kind: string; readonly start: number; readonly end: number; readonly word: string }[];

/**
 * Finds the requests of a recorded run again in another run of the same command. Connections may come in another order, and texts may
 * hold other values (a time, a uuid), so a request is known by its text, then by its text without literals, and by how often that has come.
 */
export class RequestMatcher {
  private readonly byShape = new Map<string, number[]>();
  private readonly shapes: readonly string[];
  /** For each recorded request the number of its transaction; one outside of any has a number of its own. */
  private readonly transactions: readonly number[];
  /** The transaction that a connection is in, as the recorded run numbers them; set by the first request that tells it. */
  private readonly current = new Map<number, number>();

  constructor(
    private readonly recorded: readonly Known[],
    private readonly tokenize: Tokenize,
  ) {
    this.shapes = recorded.map(({ texts }) => shapeOf(texts, tokenize));
    this.transactions = numberTransactions(recorded);
    for (const [position, shape] of this.shapes.entries()) {
      const positions = this.byShape.get(shape);
      if (positions) positions.push(position);
      else this.byShape.set(shape, [position]);
    }
  }

  /** The position of the request in the recorded run, each given once; undefined when it was not seen there, or not as often. */
  match(connection: number, texts: readonly string[]): number | undefined {
    const open = this.byShape.get(shapeOf(texts, this.tokenize));
    if (open === undefined || open.length === 0) return undefined;
    const found = this.choose(connection, texts, open);
    open.splice(open.indexOf(found), 1);
    if (endsTransaction(texts)) this.current.delete(connection);
    else if (!beginsTransaction(texts)) this.current.set(connection, this.transactions[found] ?? -1);
    return found;
  }

  private choose(connection: number, texts: readonly string[], open: readonly number[]): number {
    const here = this.current.get(connection);
    const first = open[0] ?? 0;
    // The end of a transaction belongs to the statements that were seen in it.
    const same = open.find((position) => here !== undefined && this.transactions[position] === here);
    if (endsTransaction(texts)) return same ?? first;
    const equal = open.find((position) => sameTexts(this.recorded[position]?.texts, texts));
    return equal ?? same ?? first;
  }
}

/** A text without what may differ from run to run: literals, comments and white space. */
function shapeOf(texts: readonly string[], tokenize: Tokenize): string {
  return texts
    .map((text) => tokenize(text).flatMap(({ kind, start, end, word }) => shapeOfToken(kind, text.slice(start, end), word)))
    .join('\n;\n');
}

function shapeOfToken(kind: string, text: string, word: string): string[] {
  if (kind === 'comment') return [];
  if (kind === 'string' || kind === 'number') return ['?'];
  return [kind === 'word' ? word : text];
}

function sameTexts(known: readonly string[] | undefined, texts: readonly string[]): boolean {
  return known?.length === texts.length && known.every((text, position) => text === texts[position]);
}

export function beginsTransaction([text = '']: readonly string[]): boolean {
  return /^\s*(begin|start\s+transaction)\b/i.test(text);
}

function endsTransaction([text = '']: readonly string[]): boolean {
  return /^\s*(commit|end|rollback(?!\s+(work\s+|transaction\s+)?to\b)|abort|prepare\s+transaction|session\.(commit|abort)Transaction)\b/i.test(
    text,
  );
}

function numberTransactions(recorded: readonly Known[]): readonly number[] {
  let count = 0;
  const open = new Map<number, number>();
  return recorded.map(({ connection, texts, inTransaction }) => {
    // The first request of a transaction may be its beginning as well.
    if (beginsTransaction(texts) || !inTransaction || !open.has(connection)) {
      count += 1;
      open.set(connection, count);
    }
    const number = open.get(connection) ?? count;
    if (endsTransaction(texts)) open.delete(connection);
    return number;
  });
}
