import Docker from 'dockerode';
import { findEndpoint } from '../../src/sandbox/docker/endpoint';
import { ownerLabel } from '../../src/sandbox/docker/orphans';
import { formatOwner, type Owner } from '../../src/sandbox/owner';
import { sandboxProviders } from '../../src/sandbox/providers';

/** Why there is no Docker here; undefined when there is. */
export async function dockerMissing(): Promise<string | undefined> {
  const available = await sandboxProviders.docker.available({ engine: { name: 'postgres', major: 18 } });
  return available.ok ? undefined : available.error.message;
}

export function docker(): Docker {
  return new Docker(findEndpoint().connection);
}

/** Ids of the containers that carry an owner label, running or not. */
export async function containers(): Promise<readonly string[]> {
  const list = await docker().listContainers({ all: true, filters: { label: [ownerLabel] } });
  return list.map((container) => container.Id);
}

/** Ids of the containers that this process or `processId` owns. */
export async function containersOf(processId: number): Promise<readonly string[]> {
  const list = await docker().listContainers({ all: true, filters: { label: [ownerLabel] } });
  return list
    .filter((container) => (JSON.parse(container.Labels[ownerLabel] ?? '{}') as Partial<Owner>).processId === processId)
    .map(({ Id }) => Id);
}

/** A stopped container that somebody else seems to own. */
export async function containerOf(owner: Owner): Promise<Docker.Container> {
  return docker().createContainer({ Image: 'postgres:18', Labels: { [ownerLabel]: formatOwner(owner) } });
}

/** Names of the volumes of these containers. Others may come and go meanwhile. */
export async function volumesOf(containerIds: readonly string[]): Promise<readonly string[]> {
  const inspected = await Promise.all(containerIds.map((id) => docker().getContainer(id).inspect()));
  return inspected.flatMap(({ Mounts }) => Mounts.flatMap((mount) => mount.Name ?? []));
}

/** Those of these volumes that are still there. */
export async function remaining(volumes: readonly string[]): Promise<readonly string[]> {
  const all = (await docker().listVolumes()).Volumes.map((volume) => volume.Name);
  return volumes.filter((name) => all.includes(name));
}

export async function hasImage(name: string): Promise<boolean> {
  const images = await docker().listImages();
  return images.some((image) => image.RepoTags?.includes(name));
}
