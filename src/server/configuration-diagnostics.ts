import type { Diagnostic } from 'vscode-languageserver';
import { parseConfiguration } from '../lint/configuration';
import { toErrorDiagnostic } from './to-lsp';

/** What is wrong with a `faultline.json`, on the key it is about where the text names it, else on the first character. */
export function configurationDiagnostics(text: string): Diagnostic[] {
  const parsed = parseConfiguration(text);
  if (parsed.ok) return [];
  return [toErrorDiagnostic({ message: parsed.error.message, range: rangeOfKey(text, parsed.error.message) })];
}

/** The last part of the key path that the message quotes first: `"simulate.faults[0]"` is about `faults`. */
function rangeOfKey(text: string, message: string) {
  const quoted = /"([^"]+)"/.exec(message)?.[1] ?? '';
  const key =
    quoted
      .replace(/\[\d+\]/g, '')
      .split('.')
      .at(-1) ?? '';
  const offset = key === '' ? -1 : text.indexOf(`"${key}"`);
  const before = text.slice(0, Math.max(0, offset)).split(/\r\n|\r|\n/);
  const start = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  return { start, end: { line: start.line, character: start.character + (offset < 0 ? 1 : key.length + 2) } };
}
