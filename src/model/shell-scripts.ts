/** Scripts for mongosh, told by their names and by a look at their text, without a parser: most code of a workspace is none. */

/** Names of scripts alone, as editors know them. */
export function isShellScriptName(path: string): boolean {
  return /\.(?:mongodb|mongosh)\.js$/i.test(path);
}

const isModule = /^[ \t]*(?:import\b[^(\n]*['"]|export\b)|\b(?:module\s*\.\s*)?exports\s*(?:\.|=|\[)/m;
const usesShell = /(?<![\w$.])db\s*(?:\.\s*[A-Za-z_$][\w$]*\s*[.([]|\[\s*["'`\w$])|(?<![\w$.])(?:rs|sh)\s*\.\s*\w+\s*\(/;
/** A variable or a parameter of that name: then `db` is what it is given. */
const givesDatabase =
  /\b(?:const|let|var)\s+\{?[^=;\n]*\bdb\b[^=;\n]*=(?!\s*(?:connect\b|db\b|new Mongo\b|[\w.$]+(?:\([^)\n]*\))?\.(?:getDB|getSiblingDB)\())|\bfunction\b[^(]*\([^)]*\bdb\b|\([^()]*\bdb\b[^()]*\)\s*=>|\bdb\s*=>/;

/** A file of JavaScript that uses the shell's global `db` and is no module. */
export function isShellScript(path: string, text: string): boolean {
  if (!/\.js$/i.test(path) || /\.(?:config|test|spec|min)\.js$/i.test(path) || isModule.test(text)) return false;
  return isShellScriptName(path) || (usesShell.test(text) && !givesDatabase.test(text));
}
