import type { Socket } from 'node:net';
import { WireConnection } from '../connection';
import { bodyOf, FrameReader, type Segment } from './frames';
import type { RequestOrder, WireHandlers, WireRequest } from './handlers';
import { queryFrame, type TransactionStatus } from './messages';
import { type ClientAction, RequestReader, wholeFromClient } from './requests';
import { type Completion, type Pending, ResponseReader, wholeFromServer } from './responses';
import { rewrite } from './rewrite';

type RequestAction = ClientAction & { readonly kind: 'request' };

/** Longest Query or Parse frame of which the text is kept whole. */
const greatestText = 16 << 20;

/** A client's connection in the PostgreSQL v3 protocol. */
export class PostgresConnection extends WireConnection<Segment> {
  private readonly handlers: WireHandlers;
  private readonly fromClient = new FrameReader({ startup: true, whole: wholeFromClient, greatestWhole: greatestText });
  private readonly fromServer = new FrameReader({ startup: false, whole: wholeFromServer, greatestWhole: greatestText });
  private readonly requests = new RequestReader();
  private readonly responses: ResponseReader;
  private requestCount = 0;
  /** The rest of a frame that was replaced is skipped. */
  private skipping = false;

  constructor(client: Socket, target: { readonly host: string; readonly port: number }, handlers: WireHandlers, number: number) {
    super(client, target, number);
    this.handlers = handlers;
    this.responses = new ResponseReader(
      () => performance.now(),
      (notice) => handlers.notice?.(notice, this) ?? 'show',
      (error) => handlers.farewell?.(error, this),
    );
  }

  get serverProcessId(): number | undefined {
    return this.responses.processId;
  }

  get transactionStatus(): TransactionStatus {
    return this.responses.status;
  }

  ask(text: string): Promise<Completion> {
    return new Promise((resolve, reject) => {
      void this.serverClosed.then(() => reject(new Error('The connection ended before the server had answered.')));
      this.responses.expect({ ...this.pending(), own: true, completed: resolve });
      this.toServer([queryFrame(text)]);
    });
  }

  protected segmentsFrom(side: 'client' | 'server', chunk: Buffer): readonly Segment[] {
    return (side === 'client' ? this.fromClient : this.fromServer).push(chunk);
  }

  protected get isIdle(): boolean {
    return this.responses.idle;
  }

  protected releaseOldest(): void {
    this.responses.releaseOldest();
  }

  protected handleClient(segment: Segment): Promise<void> | undefined {
    if (this.skipping) {
      this.skipping = segment.kind === 'piece' && !segment.last;
      return undefined;
    }
    if (segment.kind !== 'startup' && segment.type === 'd') this.handlers.copied?.(this, bodyOf(segment));
    const action = this.requests.accept(segment);
    if (!action || this.severed) return undefined;
    if (action.kind === 'decline') {
      this.client.write('N');
      return undefined;
    }
    if (action.kind === 'request') return this.handleRequest(action);
    // Prepared without being executed: the server's ReadyForQuery must still be told from those of the requests.
    if (action.kind === 'sync' && !this.responses.ignoresSync) this.expect(undefined, { extended: true });
    this.toServer(action.bytes);
    return undefined;
  }

  protected handleServer(segment: Segment): void {
    const copyRequested = this.responses.copyRequested(segment);
    const action = this.responses.accept(segment);
    if (copyRequested && !this.severed && !this.muted) this.output.flush();
    this.deliver(segment.bytes, copyRequested ? { ...action, destination: 'client' } : action);
  }

  private handleRequest(action: RequestAction): Promise<void> | undefined {
    this.requestCount += 1;
    const { protocol, texts, values, replaceable, complete } = action;
    const request: WireRequest = { connection: this, number: this.requestCount, protocol, texts, values, replaceable, complete };
    return this.whenDecided(this.handlers.request?.(request), (order) => this.send(request, action, order));
  }

  private send(request: WireRequest, action: RequestAction, order: RequestOrder | undefined): void {
    const replaced = request.protocol === 'simple' ? order?.text : undefined;
    const { parts } = action;
    const rewritten = parts && order?.extended ? rewrite(action.bytes, parts, order.extended) : undefined;
    this.expect(request, {
      hide: rewritten?.hide ?? { results: new Set(request.protocol === 'simple' ? order?.hide : []) },
      hold: order?.holdResponse === true,
      extended: parts !== undefined,
      ...(parts?.ends === 'results' && { endsAfter: parts.executions.length + (rewritten?.added ?? 0) }),
    });
    this.toServer(replaced === undefined ? (rewritten?.bytes ?? action.bytes) : [queryFrame(replaced)]);
    this.skipping = replaced !== undefined && action.more;
  }

  private expect(request: WireRequest | undefined, answer: Partial<Pending>): void {
    this.responses.expect({
      ...this.pending(),
      ...answer,
      completed: (completion) => {
        if (request) this.handlers.completed?.(request, completion);
      },
    });
  }

  private pending(): Omit<Pending, 'completed'> {
    return {
      sentAt: performance.now(),
      hide: { results: new Set() },
      hold: false,
      own: false,
      extended: false,
      results: [],
      prepared: { parses: 0, binds: 0 },
      copying: false,
    };
  }
}
