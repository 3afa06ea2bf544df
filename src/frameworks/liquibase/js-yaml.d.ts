/** What is used of js-yaml, which brings no types. */
declare module 'js-yaml' {
  export interface State {
    readonly position: number;
    readonly kind: 'scalar' | 'sequence' | 'mapping' | null;
    readonly result: unknown;
  }

  export interface Schema {
    extend(types: { readonly implicit: readonly unknown[] }): Schema;
  }

  export const FAILSAFE_SCHEMA: Schema;
  export const types: { readonly merge: unknown };

  export class YAMLException extends Error {
    readonly reason: string;
    readonly mark?: { readonly line: number; readonly position: number };
  }

  export function load(
    text: string,
    options: { readonly schema: Schema; readonly listener: (event: 'open' | 'close', state: State) => void },
  ): unknown;
}
