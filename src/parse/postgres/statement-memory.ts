import type { Statement } from '../../model/migration';
import type { Range } from '../../model/text';
import { movedOperations, movedSpan } from './moved';

/** Where a statement stands: its number in the program, its first character, its range. */
interface Place {
  readonly index: number;
  readonly start: number;
  readonly range: Range;
}

/**
 * Statements that were read before, by their text. While someone types in a file, the others of its statements need not be parsed again;
 * one that stands where it stood is the same object, so that what is known of it elsewhere holds too; of a text that stands in a file several
 * times, each is. Bounded by the length of the texts: half of them, the older ones, are forgotten at once.
 */
export class StatementMemory {
  private recent = new Map<string, SameText>();
  private older = new Map<string, SameText>();
  private length = 0;

  /** `maximumLength`: of all texts together, in UTF-16 code units. */
  constructor(private readonly maximumLength: number) {}

  has(text: string | undefined): boolean {
    return text !== undefined && (this.recent.has(text) || this.older.has(text));
  }

  /** The statement of this text, in this place; undefined when it was never read, or is forgotten. */
  recall(text: string, placeOf: () => Place): Statement | undefined {
    const known = this.recent.get(text) ?? this.older.get(text);
    if (known === undefined) return undefined;
    const place = placeOf();
    const statement = atPlace(known.byIndex.get(place.index) ?? known.newest, place);
    this.remember(statement);
    return statement;
  }

  /** Keeps a statement of which nothing but its place depends on the text around it. */
  remember(statement: Statement): void {
    const { text, index } = statement;
    let same = this.recent.get(text);
    if (same === undefined) {
      same = this.older.get(text) ?? { newest: statement, byIndex: new Map() };
      this.recent.set(text, same);
      this.length += text.length * same.byIndex.size;
    }
    if (!same.byIndex.has(index)) this.length += text.length;
    same.byIndex.set(index, statement);
    same.newest = statement;
    if (this.length <= this.maximumLength / 2) return;
    this.older = this.recent;
    this.recent = new Map();
    this.length = 0;
  }
}

/** The statements of one text, by their numbers. */
interface SameText {
  newest: Statement;
  readonly byIndex: Map<number, Statement>;
}

function atPlace(statement: Statement, { index, start, range }: Place): Statement {
  const distance = start - statement.span.start;
  const [before, now] = [statement.range.start, range.start];
  if (distance === 0 && statement.index === index && before.line === now.line && before.character === now.character) return statement;
  const span = movedSpan(statement.span, distance);
  return {
    ...statement,
    index,
    span,
    range,
    operations: distance === 0 ? statement.operations : movedOperations(statement.operations, distance),
  };
}
