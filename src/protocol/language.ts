/** Custom requests between the extension and the language server, beside standard LSP. */

/** Client to server: what the panel should say about a file before anything ran. */
export const describeRequest = 'faultline/describe';
export interface DescribeParams {
  readonly uri: string;
}
export interface DescribeResult {
  readonly title: string;
  readonly framework: string;
  readonly engine: string;
  readonly engineVersion: number;
  readonly summary: string;
}

/** Client to server: the edits that put these statements in place as the rollback of the migration. */
export const placeDownRequest = 'faultline/placeDown';
export interface PlaceDownParams {
  readonly uri: string;
  readonly statements: readonly string[];
}
export type PlaceDownResult =
  | { readonly kind: 'edit'; readonly uri: string; readonly range: import('../model/text').Range; readonly newText: string }
  | { readonly kind: 'create'; readonly uri: string; readonly text: string }
  | { readonly kind: 'unsupported'; readonly why: string };

/** The command behind the code lens; its argument is the file's URI as a string. */
export const simulateCommand = 'faultline.simulate';
