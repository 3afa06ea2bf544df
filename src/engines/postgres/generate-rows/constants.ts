import { parseSync } from 'libpg-query';

/** A constant in an expression, with the type it is cast to. */
export interface Constant {
  readonly text: string;
  readonly type: string;
}

/** True when the expression calls nothing and reads nothing, so that it gives the same in every run. */
export function isConstant(expression: string): boolean {
  const tree = parseExpression(expression);
  if (tree === undefined) return false;
  let constant = true;
  visit(tree, (key) => {
    if (key === 'FuncCall' || key === 'SQLValueFunction' || key === 'ColumnRef' || key === 'SubLink') constant = false;
  });
  return constant;
}

/** The constants of an expression, in order. The parser must have been loaded; an expression it can't read has none. */
export function constantsOf(expression: string): readonly Constant[] {
  const found: Constant[] = [];
  const tree = parseExpression(expression);
  if (tree !== undefined) collect(tree, '', found);
  return found;
}

/** Constants with the innermost cast around them: the server writes `'a'::text` for every text constant. */
function collect(node: unknown, type: string, found: Constant[]): void {
  if (Array.isArray(node)) {
    for (const each of node) collect(each, '', found);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'A_Const') {
      const { sval, ival, fval } = value as { sval?: { sval?: string }; ival?: { ival?: number }; fval?: { fval?: string } };
      const text = sval !== undefined ? (sval.sval ?? '') : ival !== undefined ? String(ival.ival ?? 0) : fval?.fval;
      if (text !== undefined) found.push({ text, type });
    } else if (key === 'TypeCast') {
      const { arg, typeName } = value as { arg?: unknown; typeName?: { names?: readonly { String?: { sval?: string } }[] } };
      collect(arg, typeName?.names?.at(-1)?.String?.sval ?? '', found);
    } else {
      collect(value, '', found);
    }
  }
}

function parseExpression(expression: string): unknown {
  try {
    return parseSync(`SELECT (${expression})`).stmts;
  } catch {
    return undefined;
  }
}

function visit(node: unknown, see: (key: string) => void): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    see(key);
    visit(value, see);
  }
}
