import type Docker from 'dockerode';
import type { ContainerSpecification } from '../server-engine';

/** A daemon with less memory keeps the data of a server on its disk. */
const enoughBytes = 4 * 2 ** 30;

/** How much memory the data of a server may take at most at this daemon, or undefined when it has none to spare. */
export async function memoryForData(docker: Docker): Promise<number | undefined> {
  const { MemTotal } = (await docker.info()) as { MemTotal?: number };
  return MemTotal === undefined || MemTotal < enoughBytes ? undefined : Math.floor(MemTotal / 2);
}

/** Where it lies, the server is to be started again when it has ended. */
const restartFile = '/tmp/faultline-restart';

/**
 * A first process that starts the server again after a crash that we have made, and ends with it otherwise. Memory of a container is
 * lost when the container ends (measured: that of a volume as well), so the server has to be killed inside of it.
 */
const supervision = `while :; do "$@"; code=$?; rm ${restartFile} 2>/dev/null || exit $code; done`;

/** What a container with a supervised server runs. */
export function supervised(
  entrypoint: readonly string[],
  command: readonly string[],
): { readonly Entrypoint: string[]; readonly Cmd: string[] } {
  return { Entrypoint: ['sh', '-c', supervision, 'faultline'], Cmd: [...entrypoint, ...command] };
}

/** Kills a supervised server with SIGKILL and returns when it is gone; it is then started again. */
export function killScript({ processFile }: NonNullable<ContainerSpecification['data']>): string {
  return `p=$(cat ${processFile}) && touch ${restartFile} && kill -9 "$p" && while kill -0 "$p" 2>/dev/null; do sleep 0.01; done`;
}
