/** A place in a text, as LSP counts: zero-based line, zero-based character in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** A half-open stretch of text: `end` is the first position that is no longer part of it. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A half-open stretch of text as offsets in UTF-16 code units from the start of the file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One replacement in a file. `path` is absent when the edit belongs to the file the finding is in. */
export interface TextEdit {
  readonly path?: string;
  readonly range: Range;
  readonly newText: string;
}
