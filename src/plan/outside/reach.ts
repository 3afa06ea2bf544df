/** What a statement does beyond its database. */
export interface Reach {
  /** Of the machine that the server runs on, which a container holds back; or of another server, which nothing does. */
  readonly whose: 'machine' | 'network';
  /** As the end of a sentence: `runs a program`. */
  readonly does: string;
}
