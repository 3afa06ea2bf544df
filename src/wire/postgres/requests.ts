import type { Segment } from './frames';
import { type BoundValue, boundPortal, boundValues, executedPortal, type MessageText, parsedStatement, queryText } from './messages';

/**
 * Groups what a client sends into requests: a Query, a function call, or the Parse/Bind/Execute messages up to a Sync, which the server
 * answers with one ReadyForQuery (manual, "Message Flow"). A Flush ends a request too: the client waits for its results, and goes on
 * before it sends the Sync. Messages that execute nothing (preparing, describing, closing) are passed on at once and are no request.
 */
export type ClientAction =
  /** SSL and GSS requests: answered by the proxy, not passed on. */
  | { readonly kind: 'decline' }
  | { readonly kind: 'forward'; readonly bytes: readonly Buffer[] }
  /** Passed on like `forward`; the server will answer it with a ReadyForQuery. */
  | { readonly kind: 'sync'; readonly bytes: readonly Buffer[] }
  /** Nothing of it was passed on yet. `more`: its first frame is longer than what is kept, and pieces follow. */
  | ({
      readonly kind: 'request';
      readonly bytes: readonly Buffer[];
      readonly more: boolean;
      /** Of the extended protocol: what is in `bytes`. */
      readonly parts?: ExtendedParts;
    } & RequestText);

/** Where in a request of the extended protocol each Execute is, and how its answer ends. */
export interface ExtendedParts {
  readonly executions: readonly ExecutePosition[];
  /** `results`: when all its statements have answered, as a Flush was sent. `ready`: with ReadyForQuery, for a Sync. */
  readonly ends: 'results' | 'ready';
}

export interface ExecutePosition {
  /** Position of its Execute among the bytes. */
  readonly at: number;
  /** How many Parse and Bind messages of the request come before it. */
  readonly parses: number;
  readonly binds: number;
  /** Position of the Parse of its text; absent where that was prepared before, or under a name under which it can be executed again. */
  readonly parse?: number;
}

export interface RequestText {
  readonly protocol: 'simple' | 'extended' | 'function call';
  /** What is executed: one text for a simple query, one for each Execute otherwise. */
  readonly texts: readonly string[];
  /** For each text of the extended protocol the values of its parameters; undefined where they were too long to keep. */
  readonly values: readonly (readonly BoundValue[] | undefined)[];
  /** For each text of the extended protocol: it is prepared for this one execution, so another text can be sent in its place. */
  readonly replaceable: readonly boolean[];
  /** False when a text was too long to keep whole. */
  readonly complete: boolean;
}

/** Client frames that must be whole to be understood; all others are passed on as they come. */
export function wholeFromClient(type: string): boolean {
  return 'QPBDECHSFX'.includes(type);
}

interface Portal extends MessageText {
  /** The name of what it was made from. */
  readonly statement: string;
  readonly values: readonly BoundValue[] | undefined;
}

interface Group {
  kept: Buffer[];
  keptLength: number;
  texts: string[];
  values: (readonly BoundValue[] | undefined)[];
  executions: ExecutePosition[];
  /** Where the unnamed statement was parsed last. */
  unnamedParse: number | undefined;
  parses: number;
  binds: number;
  complete: boolean;
  /** Already announced as a request; the rest is passed on without being kept. */
  announced: boolean;
}

const noPortal: Portal = { statement: '', text: '', complete: false, values: undefined };

/** Extended-protocol messages that are kept before a decision: bound parameters may be long. */
const greatestGroup = 8 << 20;

export class RequestReader {
  private group: Group | undefined;
  private readonly statements = new Map<string, ReturnType<typeof parsedStatement>>();
  private readonly portals = new Map<string, Portal>();

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
        return {
          kind: 'request',
          protocol: 'simple',
          texts: [text],
          values: [],
          replaceable: [],
          complete: complete && !more,
          bytes: [segment.bytes],
          more,
        };
      }
      case 'F':
        if (!begins) return { kind: 'forward', bytes: [segment.bytes] };
        return {
          kind: 'request',
          protocol: 'function call',
          texts: [],
          values: [],
          replaceable: [],
          complete: true,
          bytes: [segment.bytes],
          more,
        };
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
    this.group ??= emptyGroup();
    const group = this.group;
    if (begins) this.note(type, bytes, group);
    if (group.announced) return { kind: 'forward', bytes: [bytes] };
    group.kept.push(bytes);
    group.keptLength += bytes.length;
    if (group.keptLength <= greatestGroup) return undefined;
    const announced = this.announce(group, 'ready');
    group.announced = true;
    group.kept = [];
    return announced;
  }

  /** Remembers texts by statement and portal, so that an Execute can be told by its text. */
  private note(type: string, bytes: Buffer, group: Group): void {
    if (type === 'P') {
      const statement = parsedStatement(bytes);
      this.statements.set(statement.name, statement);
      group.parses += 1;
      if (statement.name === '') group.unnamedParse = statement.complete ? group.kept.length : undefined;
    } else if (type === 'B') {
      const { portal, statement } = boundPortal(bytes);
      const { text, complete, types } = this.statements.get(statement) ?? { text: '', complete: false, types: [] };
      this.portals.set(portal, { statement, text, complete, values: boundValues(bytes, types) });
      group.binds += 1;
    } else if (type === 'E') {
      const executed = this.portals.get(executedPortal(bytes)) ?? noPortal;
      const parse = executed.statement === '' && executed.complete ? group.unnamedParse : undefined;
      group.executions.push({
        at: group.kept.length,
        parses: group.parses,
        binds: group.binds,
        ...(parse !== undefined && { parse }),
      });
      group.texts.push(executed.text);
      group.values.push(executed.values);
      group.complete &&= executed.complete;
    }
  }

  /** Called when a Flush or a Sync has come, or more than is kept. */
  private announce(group: Group, ends: ExtendedParts['ends']): ClientAction {
    const { kept, texts, values, complete, executions } = group;
    return {
      kind: 'request',
      protocol: 'extended',
      texts,
      values,
      replaceable: executions.map(({ parse }) => parse !== undefined),
      complete,
      bytes: kept,
      more: false,
      parts: { executions: [...executions], ends },
    };
  }

  /** Flush: the client waits for the answers so far, so what is kept must go. What follows is a request of its own. */
  private flush(bytes: Buffer): ClientAction {
    const group = this.group;
    if (!group || group.announced) return { kind: 'forward', bytes: [bytes] };
    this.group = undefined;
    group.kept.push(bytes);
    return group.executions.length > 0 ? this.announce(group, 'results') : { kind: 'forward', bytes: group.kept };
  }

  private sync(bytes: Buffer): ClientAction {
    const group = this.group;
    this.group = undefined;
    if (!group) return { kind: 'sync', bytes: [bytes] };
    // The ReadyForQuery of an announced group is already expected.
    if (group.announced) return { kind: 'forward', bytes: [bytes] };
    group.kept.push(bytes);
    return group.executions.length > 0 ? this.announce(group, 'ready') : { kind: 'sync', bytes: group.kept };
  }
}

function emptyGroup(): Group {
  return {
    kept: [],
    keptLength: 0,
    texts: [],
    values: [],
    executions: [],
    unnamedParse: undefined,
    parses: 0,
    binds: 0,
    complete: true,
    announced: false,
  };
}
