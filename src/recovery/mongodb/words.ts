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

/**
 * Says on the first step that holds ObjectIds whose they are. What a migration's code has found in the simulated documents is in its recorded
 * statements as if it had been written there; on another database such a step changes nothing, or inserts what belongs to nobody.
 */
export function withWhoseKeys(steps: readonly RecoveryStep[]): RecoveryStep[] {
  const holds = ({ language, concerns, text }: RecoveryStep) =>
    language === 'mongosh' && concerns === undefined && /\bObjectId\("[0-9a-f]{24}"\)/.test(text);
  const place = steps.findIndex(holds);
  const isOnlyOne = steps.filter(holds).length === 1;
  return steps.map((step, index) => {
    if (index !== place || /another database/i.test(step.why)) return step;
    const where = isOnlyOne ? 'Its ObjectIds' : 'ObjectIds here and below';
    return {
      ...step,
      why: `${step.why} ${where} are those of the simulated documents, unless the migration itself names them: on another database take those that are there.`,
    };
  });
}
