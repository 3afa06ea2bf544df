import type { Problem } from '../model/result';

/** How the steps of a plan went; `step` counts from 0. */
export type StepsResult = { readonly ok: true } | { readonly ok: false; readonly step: number; readonly error: Problem };

/** The rows of one question, with the columns by name. */
export type AskedRows = readonly Readonly<Record<string, unknown>>[];
