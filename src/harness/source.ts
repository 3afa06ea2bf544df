import { parse } from '@babel/parser';
import { type Transform, transform } from 'sucrase';

/**
 * TypeScript as CommonJS, line by line where it was, with nothing checked. `import.meta` of a module is given what CommonJS has for it. Throws a
 * SyntaxError that says where.
 */
export function strippedTypes(text: string, path: string): string {
  const transforms: Transform[] = path.endsWith('x') ? ['typescript', 'imports', 'jsx'] : ['typescript', 'imports'];
  try {
    const { code } = transform(text, {
      transforms,
      filePath: path,
      preserveDynamicImport: false,
      enableLegacyTypeScriptModuleInterop: false,
    });
    return code
      .replaceAll('import.meta.url', "require('node:url').pathToFileURL(__filename).href")
      .replaceAll('import.meta.dirname', '__dirname')
      .replaceAll('import.meta.filename', '__filename');
  } catch (error) {
    throw placed(
      path,
      (error as { loc?: { line: number } }).loc?.line,
      String((error as Error).message).replace(/^Error transforming [^:]*: /, ''),
    );
  }
}

/** The place of a syntax error, which Node does not tell of a module; undefined when this reader sees none. */
export function syntaxErrorIn(text: string, path: string): SyntaxError | undefined {
  try {
    parse(text, { sourceType: 'unambiguous', allowAwaitOutsideFunction: true, allowReturnOutsideFunction: true });
    return undefined;
  } catch (error) {
    const { loc, message } = error as { loc?: { line: number }; message: string };
    return placed(path, loc?.line, message);
  }
}

function placed(path: string, line: number | undefined, message: string): SyntaxError {
  const said = message.replace(/\s*\(\d+:\d+\)\.?$/, '').replace(/\.$/, '');
  return new SyntaxError(line === undefined ? said : `${said} (${path}:${line})`);
}
