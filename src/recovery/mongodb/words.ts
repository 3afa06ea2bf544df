import type { RecoveryStep } from '../../model/simulation';
import { writeFieldName } from '../../parse/mongodb/names';
import { isDoc, type Json, shellValue } from './values';

/** A step in the shell's language. */
export function shellStep(title: string, why: string, text: string): RecoveryStep {
  return { title, why, text: /[;/]\s*$/.test(text) ? text : `${text};`, language: 'mongosh' };
}

/** `5 documents`. */
export function documents(count: number): string {
  return `${count} ${count === 1 ? 'document' : 'documents'}`;
}

/** `{ status: "new" }`, or `{ status: { $in: ["a", "b"] } }` for several values. */
export function valueCondition(path: string, values: readonly Json[]): string {
  const [only] = values;
  if (values.length === 1 && only !== undefined && !isDoc(only)) return `{ ${writeFieldName(path)}: ${shellValue(only)} }`;
  return `{ ${writeFieldName(path)}: { $in: [${values.map(shellValue).join(', ')}] } }`;
}
