import * as vscode from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, type LanguageClientOptions, State, TransportKind } from 'vscode-languageclient/node';
import { changedNotification } from '../protocol/language';
import type { Output } from './output';
import { RestartPolicy } from './restart-policy';
import { linkInstalledPage, linkInstalledPages } from './rule-pages';
import { migrationSelector } from './selector';

/** The language server as the rest of the extension sees it. */
export interface LanguageServer {
  /** Resolves when the first start is over, also when it failed: the user is then asked what to do. */
  readonly started: Promise<void>;
  readonly onStateChange: vscode.Event<ServerState>;
  readonly state: ServerState;
  /** Files or settings changed: what was answered before may be stale. */
  readonly onChange: vscode.Event<void>;
  /** Sends a custom request; undefined when the server is not running or could not answer. */
  request<Result>(method: string, parameters: object): Promise<Result | undefined>;
  restart(): Promise<void>;
}

export type ServerState = 'starting' | 'running' | 'stopped';

const states: Record<State, ServerState> = {
  [State.Starting]: 'starting',
  [State.Running]: 'running',
  [State.Stopped]: 'stopped',
};

/** Starts the language server in a process of its own, and starts it again when it crashes. It ends with the extension. */
export function startLanguageServer(context: vscode.ExtensionContext, output: Output): LanguageServer {
  const module = context.asAbsolutePath('dist/server.js');
  const policy = new RestartPolicy();
  const stateChanges = new vscode.EventEmitter<ServerState>();
  const changes = new vscode.EventEmitter<void>();
  let state: ServerState = 'starting';
  /** Whether the server has answered since it was last started. */
  let running = false;

  const options: LanguageClientOptions = {
    documentSelector: [...migrationSelector, { scheme: 'file', pattern: '**/faultline.json' }],
    outputChannel: output.channel,
    diagnosticCollectionName: 'faultline',
    middleware: {
      handleDiagnostics: (uri, diagnostics, next) => next(uri, diagnostics.map(linkInstalledPage)),
      provideHover: async (document, position, token, next) => linkInstalledPages(await next(document, position, token)),
    },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        // A server that could not even start will not do so the next time.
        const couldStart = running;
        running = false;
        if (couldStart && policy.shouldRestart(Date.now())) {
          output.warn('The language server ended unexpectedly. It is started again.');
          return { action: CloseAction.Restart, handled: true };
        }
        void offerRestart();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
  const client = new LanguageClient(
    'faultline',
    'Faultline',
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6009'] } },
    },
    options,
  );

  async function restart(): Promise<void> {
    policy.reset();
    await (client.isRunning() ? client.restart() : client.start());
  }

  async function offerRestart(): Promise<void> {
    const message = 'Faultline’s language server keeps ending, so it is not started again. Nothing is linted until it is.';
    const choice = await vscode.window.showErrorMessage(message, 'Start Again', 'Show Output');
    if (choice === 'Start Again') await restart();
    if (choice === 'Show Output') output.channel.show();
  }

  context.subscriptions.push(
    stateChanges,
    changes,
    client.onNotification(changedNotification, () => changes.fire()),
    client.onDidChangeState((change) => {
      state = states[change.newState];
      if (state === 'running') running = true;
      stateChanges.fire(state);
    }),
    { dispose: () => void client.dispose().catch(() => undefined) },
  );

  const started = client.start().catch((error: unknown) => {
    output.error(error);
    void vscode.window.showErrorMessage(
      'Faultline’s language server could not be started, so nothing is linted. See the Faultline output.',
    );
  });

  return {
    started,
    onStateChange: stateChanges.event,
    onChange: changes.event,
    get state() {
      return state;
    },
    restart,
    async request<Result>(method: string, parameters: object): Promise<Result | undefined> {
      try {
        await started;
        return await client.sendRequest<Result>(method, parameters);
      } catch (error) {
        output.error(`${method}: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      }
    },
  };
}
