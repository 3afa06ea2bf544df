import type { Segment } from './frames';
import { boundPortal, executedPortal, type MessageText, parsedStatement, queryText } from './messages';

/**
 * Groups what a client sends into requests. A request is what the server answers with one ReadyForQuery: a Query, a function call, or
 * the Parse/Bind/Execute messages up to a Sync (manual, "Message Flow"). Messages that execute nothing (preparing, describing,
 * closing) are passed on at once and are no request.
 */
export type ClientAction =
  /** SSL and GSS requests: answered by the proxy, not passed on. */
  | { readonly kind: 'decline' }
  | { readonly kind: 'forward'; readonly bytes: readonly Buffer[] }
  /** Passed on like `forward`; the server will answer it with a ReadyForQuery. */
  | { readonly kind: 'sync'; readonly bytes: readonly Buffer[] }
  /** Nothing of it was passed on yet. `more`: its first frame is longer than what is kept, and pieces follow. */
  | ({ readonly kind: 'request'; readonly bytes: readonly Buffer[]; readonly more: boolean } & RequestText);

export interface RequestText {
  readonly protocol: 'simple' | 'extended' | 'function call';
  /** What is executed: one text for a simple query, one for each Execute otherwise. */
  readonly texts: readonly string[];
  /** False when a text was too long to keep whole. */
  readonly complete: boolean;
}

/** Client frames that must be whole to be understood; all others are passed on as they come. */
export function wholeFromClient(type: string): boolean {
  return 'QPBDECHSFX'.includes(type);
}

interface Group {
  kept: Buffer[];
  keptLength: number;
  texts: string[];
  complete: boolean;
  executes: boolean;
  /** Already announced as a request; the rest is passed on without being kept. */
  announced: boolean;
}

/** Extended-protocol messages that are kept before a decision: bound parameters may be long. */
const greatestGroup = 1 << 20;

export class RequestReader {
  private group: Group | undefined;
  private readonly statements = new Map<string, MessageText>();
  private readonly portals = new Map<string, MessageText>();

  /** What is to be done with the next segment; undefined while a request is still incomplete. */
  accept(segment: Segment): ClientAction | undefined {
    if (segment.kind === 'startup') {
      const declined = segment.packet === 'ssl request' || segment.packet === 'gss encryption request';
      return declined ? { kind: 'decline' } : { kind: 'forward', bytes: [segment.bytes] };
    }
    const begins = segment.kind === 'frame' || segment.first;
    const more = segment.kind === 'piece' && !segment.last;
    switch (segment.type) {
      case 'Q': {
        if (!begins) return { kind: 'forward', bytes: [segment.bytes] };
        const { text, complete } = queryText(segment.bytes);
        return { kind: 'request', protocol: 'simple', texts: [text], complete: complete && !more, bytes: [segment.bytes], more };
      }
      case 'F':
        if (!begins) return { kind: 'forward', bytes: [segment.bytes] };
        return { kind: 'request', protocol: 'function call', texts: [], complete: true, bytes: [segment.bytes], more };
      case 'P':
      case 'B':
      case 'D':
      case 'E':
      case 'C':
        return this.extended(segment.type, segment.bytes, begins);
      case 'H':
        return this.flush(segment.bytes);
      case 'S':
        return this.sync(segment.bytes);
      default:
        return { kind: 'forward', bytes: [segment.bytes] };
    }
  }

  private extended(type: string, bytes: Buffer, begins: boolean): ClientAction | undefined {
    this.group ??= { kept: [], keptLength: 0, texts: [], complete: true, executes: false, announced: false };
    const group = this.group;
    if (begins) this.note(type, bytes, group);
    if (group.announced) return { kind: 'forward', bytes: [bytes] };
    group.kept.push(bytes);
    group.keptLength += bytes.length;
    return group.keptLength > greatestGroup ? this.announce(group) : undefined;
  }

  /** Remembers texts by statement and portal, so that an Execute can be told by its text. */
  private note(type: string, bytes: Buffer, group: Group): void {
    if (type === 'P') {
      const { name, text, complete } = parsedStatement(bytes);
      this.statements.set(name, { text, complete });
    } else if (type === 'B') {
      const { portal, statement } = boundPortal(bytes);
      this.portals.set(portal, this.statements.get(statement) ?? { text: '', complete: false });
    } else if (type === 'E') {
      const executed = this.portals.get(executedPortal(bytes)) ?? { text: '', complete: false };
      group.texts.push(executed.text);
      group.complete &&= executed.complete;
      group.executes = true;
    }
  }

  private announce(group: Group): ClientAction {
    group.announced = true;
    const bytes = group.kept;
    group.kept = [];
    return { kind: 'request', protocol: 'extended', texts: group.texts, complete: group.complete, bytes, more: false };
  }

  /** Flush: the client waits for the answers so far, so what is kept must go. */
  private flush(bytes: Buffer): ClientAction {
    const group = this.group;
    if (!group || group.announced) return { kind: 'forward', bytes: [bytes] };
    group.kept.push(bytes);
    if (group.executes) return this.announce(group);
    const kept = group.kept;
    group.kept = [];
    group.keptLength = 0;
    return { kind: 'forward', bytes: kept };
  }

  private sync(bytes: Buffer): ClientAction {
    const group = this.group;
    this.group = undefined;
    if (!group) return { kind: 'sync', bytes: [bytes] };
    // The ReadyForQuery of an announced group is already expected.
    if (group.announced) return { kind: 'forward', bytes: [bytes] };
    group.kept.push(bytes);
    return group.executes ? this.announce(group) : { kind: 'sync', bytes: group.kept };
  }
}
