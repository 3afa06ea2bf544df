import type { Document } from 'bson';
import { type Bridge, documentsOf, optionsOf } from './bridge';
import type { Question } from './message';

/** Under which option of the driver a cursor's method is known. */
const modifiers = {
  sort: 'sort',
  limit: 'limit',
  skip: 'skip',
  projection: 'projection',
  batchSize: 'batchSize',
  hint: 'hint',
  collation: 'collation',
  comment: 'comment',
  maxTimeMS: 'maxTimeMS',
  min: 'min',
  max: 'max',
  returnKey: 'returnKey',
  showRecordId: 'showRecordId',
} as const;

export interface CursorPlan {
  readonly database: string;
  readonly collection?: string;
  readonly method: string;
  readonly documents: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly session: number | undefined;
}

/** A cursor of the shell: its query is sent when its first document is asked for. */
export class Cursor {
  private options: Record<string, unknown>;
  private number: number | undefined;
  private buffer: Document[] = [];
  private isAtEnd = false;
  private change: ((document: Document) => unknown) | undefined;

  constructor(
    private readonly bridge: Bridge,
    private readonly plan: CursorPlan,
  ) {
    this.options = { ...plan.options };
    for (const [method, option] of Object.entries(modifiers)) {
      Object.defineProperty(this, method, { value: (value: unknown) => this.with(option, value) });
    }
  }

  allowDiskUse(allow = true): this {
    return this.with('allowDiskUse', allow);
  }

  noCursorTimeout(): this {
    return this.with('noCursorTimeout', true);
  }

  readPref(): this {
    return this;
  }

  readConcern(level: string): this {
    return this.with('readConcern', { level });
  }

  pretty(): this {
    return this;
  }

  hasNext(): boolean {
    if (this.buffer.length > 0) return true;
    if (this.isAtEnd) return false;
    this.number ??= this.bridge.ask(this.question('open')) as number;
    this.buffer = [...(this.bridge.ask({ what: 'next', cursor: this.number }) as readonly Document[])];
    if (this.buffer.length === 0) this.close();
    return this.buffer.length > 0;
  }

  next(): unknown {
    if (!this.hasNext()) throw new Error('The cursor has no more documents.');
    const document = this.buffer.shift() as Document;
    return this.change === undefined ? document : this.change(document);
  }

  tryNext(): unknown {
    return this.hasNext() ? this.next() : null;
  }

  forEach(each: (document: unknown) => unknown): void {
    while (this.hasNext()) if (each(this.next()) === false) break;
  }

  map(change: (document: unknown) => unknown): this {
    const before = this.change;
    this.change = (document) => change(before === undefined ? document : before(document));
    return this;
  }

  toArray(): unknown[] {
    const all: unknown[] = [];
    while (this.hasNext()) all.push(this.next());
    return all;
  }

  itcount(): number {
    return this.toArray().length;
  }

  count(): number {
    const { collection, database, session, documents } = this.plan;
    if (collection === undefined) return this.itcount();
    const filter = [documents[0] ?? {}];
    const question: Question = { what: 'call', database, collection, method: 'countDocuments', documents: documentsOf(filter) };
    return Number(this.bridge.ask(session === undefined ? question : { ...question, session }));
  }

  size(): number {
    return this.count();
  }

  length(): number {
    return this.itcount();
  }

  isExhausted(): boolean {
    return this.isAtEnd && this.buffer.length === 0;
  }

  close(): void {
    this.isAtEnd = true;
    if (this.number !== undefined) this.bridge.ask({ what: 'close', cursor: this.number });
    this.number = undefined;
  }

  *[Symbol.iterator](): Generator<unknown> {
    while (this.hasNext()) yield this.next();
  }

  private with(option: string, value: unknown): this {
    if (this.number !== undefined) throw new Error(`The cursor is at work already: ${option} comes too late.`);
    this.options[option] = value;
    return this;
  }

  private question(what: 'open'): Question {
    const { database, collection, method, documents, session } = this.plan;
    return {
      what,
      database,
      method,
      documents: documentsOf(documents),
      options: optionsOf(this.options),
      ...(collection !== undefined && { collection }),
      ...(session !== undefined && { session }),
    };
  }
}
