import type { Span } from '../../model/text';

/** A part of a changelog, with its places, whatever form it is written in: what XML calls an element. */
export interface ChangelogElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** All of it. */
  readonly span: Span;
  readonly children: readonly ChangelogElement[];
  /** The characters that stand in it directly, stretch by stretch. */
  readonly texts: readonly ChangelogText[];
}

export interface ChangelogText {
  readonly text: string;
  /** Of the characters as the file has them; without the marks around them. */
  readonly span: Span;
  /** The file has the same characters: no entity or escape stands for one. */
  readonly isVerbatim: boolean;
}
