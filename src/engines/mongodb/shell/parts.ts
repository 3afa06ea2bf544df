import type { DocumentValue } from '../../../model/document';
import { fieldOf } from '../../../model/document-value';

/** A command before its values are made: its fields in order, the first of which is its name. */
export interface CommandParts {
  readonly fields: readonly (readonly [name: string, value: Given])[];
  /** It is sent to the database `admin`. */
  readonly isAdmin?: true;
}

export type Given = DocumentValue | string | number | boolean | undefined;

/** The fields that have a value. */
export function given(fields: CommandParts['fields']): CommandParts['fields'] {
  return fields.filter(([, value]) => value !== undefined);
}

/** Of the options those of these names, in this order. */
export function picked(options: DocumentValue | undefined, names: readonly string[]): CommandParts['fields'] {
  return given(names.map((name) => [name, fieldOf(options, name)] as const));
}
