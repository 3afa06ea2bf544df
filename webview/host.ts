import type { FromPanel, ToPanel } from '../src/protocol/panel';

interface VsCodeApi {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The other side of the panel, and the little memory that survives a reload. */
export interface Host {
  post(message: FromPanel): void;
  remembered(): unknown;
  remember(state: unknown): void;
  onMessage(listener: (message: ToPanel) => void): void;
}

/** Connects to VS Code. May be called once: VS Code gives its API only once to a page. */
export function connectHost(): Host {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    remembered: () => api.getState(),
    remember: (state) => api.setState(state),
    onMessage: (listener) =>
      window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isToPanel(data)) listener(data);
      }),
  };
}

/** Browser extensions and developer tools post to pages too; what the extension itself sends is taken at its word. */
function isToPanel(data: unknown): data is ToPanel {
  if (typeof data !== 'object' || data === null || !('kind' in data)) return false;
  return typeof data.kind === 'string' && ['subject', 'event', 'replay', 'outdated'].includes(data.kind);
}
