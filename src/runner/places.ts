import type { DocumentCommand } from '../model/document';
import type { Statement } from '../model/migration';
import type { Range } from '../model/text';

/**
 * Where each statement that was sent stands in the file, as far as what was read of the file tells: the same method of the same collection,
 * in the order of the text. One call in a loop sends many. Undefined where no place can be told.
 */
export function placesOf(sent: readonly Statement[], read: readonly Statement[]): readonly (Range | undefined)[] {
  let next = 0;
  return sent.map((statement) => {
    const command = commandIn(statement);
    if (command === undefined) return undefined;
    const repeats = next > 0 && isAlike(command, read[next - 1]) && read[next - 1]?.circumstances?.loop !== undefined;
    if (repeats) return read[next - 1]?.range;
    const found = read.findIndex((candidate, position) => position >= next && isAlike(command, candidate));
    if (found === -1) return undefined;
    next = found + 1;
    return read[found]?.range;
  });
}

function commandIn({ operations }: Statement): DocumentCommand | undefined {
  return operations.find((operation) => operation.kind === 'document command');
}

/** Drivers send insertMany of one document as insertOne, and more: what the command does tells, and to what. */
function isAlike(command: DocumentCommand, candidate: Statement | undefined): boolean {
  const other = candidate && commandIn(candidate);
  if (other === undefined || other.effect.kind !== command.effect.kind) return false;
  const isNamed = other.collection?.name !== undefined;
  return !isNamed || other.collection?.name === command.collection?.name;
}
