import type { SandboxProvider, SandboxProviderName } from '../model/sandbox';
import { embeddedProvider } from './embedded/provider';

/** Every way to get a throwaway server. */
export const sandboxProviders: Partial<Record<SandboxProviderName, SandboxProvider>> = { embedded: embeddedProvider };
