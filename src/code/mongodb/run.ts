import type { Effect, NativeCall, NativeUse } from '../native';
import type { SentEffect } from '../sql/emit';
import { flat } from '../text';
import type { Place } from '../value';
import { isCallback } from './callback';
import { ShellText } from './write';

/** What a call knows of the run when it is sent: given back with its statement. */
export interface CommandMark {
  /** The transaction of a session that is open then. */
  readonly transaction?: OpenTransaction;
  /** It does its work at once, and gives no promise. */
  readonly synchronous?: true;
  /** It was given a function to call when it is done, as drivers before 5 took it: nobody needs its promise. */
  readonly calledBack?: true;
  /** The method is the tool's own, and not the driver's of that name. */
  readonly ownMethod?: true;
}

/** The use of a native that sends something; `args` where it is a call with arguments. */
export type Sending = Pick<NativeUse, 'machine' | 'place'> & Partial<Pick<NativeCall, 'args'>>;

export interface OpenTransaction {
  readonly by: 'withTransaction' | 'startTransaction';
  /** What the code calls its session. */
  readonly session: string;
}

/** A connection that the program opens itself. */
export interface OwnConnection {
  readonly place: Place;
  closed: boolean;
}

/** What is sent only when somebody asks for its result, and does not only read. */
interface WaitingCursor {
  readonly use: Pick<NativeUse, 'machine' | 'place'>;
  /** What it is not sent without. */
  readonly until: Unsent['until'];
  sent: boolean;
}

/** What was made and never sent. */
export interface Unsent {
  readonly place: Place;
  readonly until: 'documents' | 'await';
}

const unsentBecause: Readonly<Record<Unsent['until'], string>> = {
  documents: 'nothing asks its cursor for documents (`toArray()`), and until then the driver does not send it',
  await: 'nobody awaits it, and until then mongoose does not send it',
};

const handle = /^(?:db|mongoose\s*\.\s*connection(?:\s*\.\s*(?:db|client|getClient\s*\(\s*\)))?)(?![\w$])/;

/** The state of one run of a program: what its natives share. Made anew for each run. */
export class MongoRun {
  transaction: OpenTransaction | undefined;
  readonly connections: OwnConnection[] = [];
  /** Uses of database handles that the migration was not given. */
  readonly foreignHandles: Place[] = [];
  readonly unsent: Unsent[] = [];
  private readonly waiting: WaitingCursor[] = [];

  /** Sends a command: `write` says it in mongosh's words. */
  send(use: Sending, write: (text: ShellText) => void, kind?: 'synchronous' | 'ownMethod'): void {
    const shell = new ShellText(use.machine, use.place);
    write(shell);
    const text = shell.text();
    const mark: CommandMark = {
      ...(this.transaction === undefined ? {} : { transaction: this.transaction }),
      ...(kind === undefined ? {} : { [kind]: true }),
      ...(isCallback(use.args?.at(-1)) ? { calledBack: true } : {}),
    };
    const effect: SentEffect = { kind: 'mongosh', text, mark };
    use.machine.record(effect, use.place, flat(text).length);
  }

  begin(transaction: OpenTransaction): void {
    this.transaction = transaction;
  }

  end(): void {
    this.transaction = undefined;
  }

  /** `use` is of a member of the handle, or a call of one: noted is the handle itself. */
  noteForeign({ machine, place: { path, span } }: Pick<NativeUse, 'machine' | 'place'>): void {
    const text = machine.code(path).text.slice(span.start, span.end);
    const length = handle.exec(text)?.[0].length ?? text.length;
    const isKnown = this.foreignHandles.some((known) => known.path === path && known.span.start === span.start);
    if (!isKnown) this.foreignHandles.push({ path, span: { start: span.start, end: span.start + length } });
  }

  /** An aggregation that writes runs when its cursor is asked for documents, a query of mongoose when it is awaited. */
  await(cursor: WaitingCursor): void {
    this.waiting.push(cursor);
  }

  /** Names what was made and never sent. To be called when the program has run. */
  nameUnsent(): void {
    for (const { use, sent, until } of this.waiting) {
      if (sent) continue;
      use.machine.unread(use.place, unsentBecause[until]);
      this.unsent.push({ place: use.place, until });
    }
    this.waiting.length = 0;
  }
}

/** Whether a recorded effect is a command of MongoDB. */
export function isCommand(effect: Effect): effect is SentEffect {
  return effect.kind === 'mongosh';
}
