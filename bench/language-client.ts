/** A language client that speaks just enough of the protocol to type in a document and wait for its diagnostics. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

interface Message {
  readonly id?: number;
  readonly result?: { readonly capabilities?: { readonly diagnosticProvider?: unknown } } | null;
  readonly method?: string;
  readonly params?: { readonly uri?: string; readonly version?: number };
}

export class LanguageClient {
  private readonly child: ChildProcessWithoutNullStreams;
  private buffer = Buffer.alloc(0);
  private nextId = 1;
  /** Some servers publish diagnostics, others are asked for them. */
  private isAsked = false;
  private readonly answers = new Map<number, (message: Message) => void>();
  private readonly waiting = new Map<string, () => void>();
  private readonly versions = new Map<string, number>();

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, [...args], { stdio: 'pipe' });
    this.child.stdout.on('data', (chunk: Buffer) => this.receive(chunk));
    this.child.stderr.resume();
  }

  async start(folder: string): Promise<void> {
    const uri = pathToFileURL(folder).href;
    const { result } = await this.request('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'bench' }],
      capabilities: { textDocument: { publishDiagnostics: { versionSupport: true }, diagnostic: {} }, workspace: { configuration: false } },
    });
    this.isAsked = result?.capabilities?.diagnosticProvider !== undefined;
    this.send({ method: 'initialized', params: {} });
  }

  /** Opens a document and waits for its first diagnostics. */
  async open(path: string, text: string): Promise<void> {
    const uri = pathToFileURL(path).href;
    this.versions.set(uri, 1);
    await this.diagnosticsAfter(uri, {
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'sql', version: 1, text } },
    });
  }

  /** Milliseconds from sending the whole new text to the diagnostics for it. */
  async change(path: string, text: string): Promise<number> {
    const uri = pathToFileURL(path).href;
    const version = (this.versions.get(uri) ?? 1) + 1;
    this.versions.set(uri, version);
    const started = performance.now();
    await this.diagnosticsAfter(uri, {
      method: 'textDocument/didChange',
      params: { textDocument: { uri, version }, contentChanges: [{ text }] },
    });
    return performance.now() - started;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }

  private async diagnosticsAfter(uri: string, message: object): Promise<void> {
    const published = this.isAsked ? undefined : this.diagnosticsOf(uri);
    this.send(message);
    if (published === undefined) await this.request('textDocument/diagnostic', { textDocument: { uri } });
    else await published;
  }

  private diagnosticsOf(uri: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error('no diagnostics within 60 s')), 60_000);
      this.waiting.set(uri, () => {
        clearTimeout(limit);
        resolve();
      });
    });
  }

  private request(method: string, params: unknown): Promise<Message> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.answers.set(id, resolve);
      this.send({ id, method, params });
    });
  }

  private send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  private receive(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    for (;;) {
      const head = this.buffer.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.buffer.toString('latin1', 0, head))?.[1] ?? 0);
      if (this.buffer.length < head + 4 + length) return;
      const body = this.buffer.toString('utf8', head + 4, head + 4 + length);
      this.buffer = this.buffer.subarray(head + 4 + length);
      this.handle(JSON.parse(body) as Message);
    }
  }

  private handle(message: Message): void {
    const { id, method, params } = message;
    if (method === undefined && id !== undefined) this.answers.get(id)?.(message);
    else if (method !== undefined && id !== undefined) this.send({ id, result: null });
    else if (method === 'textDocument/publishDiagnostics' && params?.uri !== undefined) {
      // Diagnostics of an older text don't count.
      if (params.version !== undefined && params.version !== this.versions.get(params.uri)) return;
      this.waiting.get(params.uri)?.();
      this.waiting.delete(params.uri);
    }
  }
}
