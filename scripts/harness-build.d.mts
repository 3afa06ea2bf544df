import type { BuildOptions } from 'esbuild';

export const harness: BuildOptions;
