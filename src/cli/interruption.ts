import { setMaxListeners } from 'node:events';
import { exitStatus } from './failure';

/** A signal that ends long work in good order, and how the command then exits. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after SIGTERM, as shells report them; undefined when nobody interrupted. */
  status(): number | undefined;
  release(): void;
}

const statusOf = { SIGINT: exitStatus.interrupted, SIGTERM: exitStatus.terminated, SIGHUP: exitStatus.terminated } as const;

/**
 * Turns the first Ctrl-C or SIGTERM into an abort, so that the sandbox is taken down before the process ends. A second one ends the
 * process at once; what it leaves is removed by the next start or by `faultline clean`.
 */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  // Everything that runs side by side listens to it; that is no leak.
  setMaxListeners(0, controller.signal);
  let status: number | undefined;
  const handlers = (Object.keys(statusOf) as (keyof typeof statusOf)[]).map((name) => {
    const handler = () => {
      if (status !== undefined) process.exit(status);
      status = statusOf[name];
      controller.abort();
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  return {
    signal: controller.signal,
    status: () => status,
    release: () => {
      for (const remove of handlers) remove();
    },
  };
}
