import type Docker from 'dockerode';
import { isDead, parseOwner } from '../owner';

/** Whose a container is: the owner as `formatOwner` writes it. */
export const ownerLabel = 'dev.faultline.owner';

/** Removes the containers whose owners are dead, with their anonymous volumes. Returns a line for each. */
export async function removeDeadContainers(docker: Docker): Promise<readonly string[]> {
  const containers = await docker.listContainers({ all: true, filters: { label: [ownerLabel] } });
  const removed: string[] = [];
  for (const container of containers) {
    const owner = parseOwner(container.Labels[ownerLabel] ?? '');
    if (owner === undefined || !isDead(owner)) continue;
    if (await removeContainer(docker, container.Id)) {
      removed.push(`Removed container ${container.Id.slice(0, 12)} (${container.Image}), left by process ${owner.processId}`);
    }
  }
  return removed;
}

/** Removes a container with its anonymous volumes, running or not. False when it was gone, or another process is removing it. */
export async function removeContainer(docker: Docker, id: string): Promise<boolean> {
  try {
    await docker.getContainer(id).remove({ force: true, v: true });
    return true;
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode === 404 || statusCode === 409) return false;
    throw error;
  }
}
