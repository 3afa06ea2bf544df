import type { SandboxProvider, SandboxProviderName } from '../model/sandbox';
import { dockerProvider } from './docker/provider';
import { embeddedProvider } from './embedded/provider';
import { localProvider } from './local/provider';

/** Every way to get a throwaway server. */
export const sandboxProviders: Readonly<Record<SandboxProviderName, SandboxProvider>> = {
  embedded: embeddedProvider,
  docker: dockerProvider,
  local: localProvider,
};
