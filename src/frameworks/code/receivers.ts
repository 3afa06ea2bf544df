import type { Node } from '@babel/types';
import { parseCode } from '../../code/parse';
import { walk } from '../../code/walk';
import type { CodePlace } from '../../model/run-protocol';
import { findDefinition, type Parameter } from './definitions';

/**
 * What a call is made on, as its text shows: `pgm` of `pgm.createIndex(...)`, `queryInterface.sequelize` of
 * `queryInterface.sequelize.query(...)`. Undefined for a call of a helper, whose arguments tell nothing certain.
 */
export function receiverOf(call: string): string | undefined {
  const found = /^(?:await\s+)?([A-Za-z_$][\w$]*(?:\s*\.\s*[A-Za-z_$][\w$]*)*)\s*\.\s*[A-Za-z_$][\w$]*\s*\(/.exec(call)?.[1];
  return found?.replace(/\s/g, '');
}

/** The parameters of the program's function, for a place in it where nothing is written yet; undefined beside a call, which tells more. */
export function parametersAt({ program, text, call }: CodePlace): readonly Parameter[] | undefined {
  return call.start === call.end ? findDefinition(text, program.path, program.direction)?.body?.parameters : undefined;
}

/** Transactions are the tool's or the migration's own: as plain SQL they would break what their code counts on. */
export function isControl(sql: string): boolean {
  return /^\s*(?:begin|start\s+transaction|commit|end|rollback|savepoint|release)\b/i.test(sql);
}

/** Whether `await` may be written at an offset: the innermost function around it is asynchronous. */
export function isAsyncAt(text: string, path: string, offset: number): boolean {
  let innermost: Node | undefined;
  walk(parseCode(text, path).program, (node) => {
    const isAround = (node.start ?? 0) <= offset && offset < (node.end ?? 0);
    if (isAround && 'async' in node && 'params' in node) innermost = node;
    return isAround;
  });
  return innermost !== undefined && 'async' in innermost && innermost.async === true;
}
