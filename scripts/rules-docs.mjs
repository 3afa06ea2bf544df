// Writes docs/rules from the rules, and the ids of the rules into the schema of faultline.json, by which editors complete and explain them.
// With --check it writes nothing and says what is not current.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'docs', 'rules');
const schema = join(root, 'schemas', 'faultline.schema.json');
const bundle = join(root, 'node_modules', '.cache', 'rules-docs.mjs');

await build({
  stdin: {
    contents: "export { allRules } from './src/rules/registry'; export { rulePage, ruleSummary, rulesIndex } from './src/rules/page';",
    resolveDir: root,
    loader: 'ts',
  },
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['libpg-query'],
  outfile: bundle,
  logLevel: 'error',
});
const { allRules, rulePage, ruleSummary, rulesIndex } = await import(pathToFileURL(bundle).href);

const pages = new Map([['README.md', rulesIndex(allRules)], ...allRules.map((rule) => [`${rule.id}.md`, rulePage(rule)])]);
await mkdir(folder, { recursive: true });
const present = await readdir(folder);
const check = process.argv.includes('--check');
let stale = 0;
for (const name of present.filter((candidate) => !pages.has(candidate))) {
  stale++;
  if (check) console.error(`docs/rules/${name} belongs to no rule`);
  else await rm(join(folder, name));
}
for (const [name, text] of pages) {
  const current = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  if (current === text) continue;
  stale++;
  if (check) console.error(`docs/rules/${name} is not current: run node scripts/rules-docs.mjs`);
  else await writeFile(join(folder, name), text);
}

const levels = ['off', 'info', 'warning', 'error'];
const entries = allRules
  .toSorted((left, right) => (left.id < right.id ? -1 : 1))
  .map((rule) => `        ${JSON.stringify(rule.id)}: ${JSON.stringify({ enum: levels, description: ruleSummary(rule) })}`);
const before = await readFile(schema, 'utf8');
const after = before.replace(
  /(\n {4}"rules": \{[^{}]*?"properties": \{\n)[\s\S]*?( {6}\},?\n)/,
  (_, start, end) => `${start}${entries.join(',\n')}\n${end}`,
);
if (after !== before) {
  stale++;
  if (check) console.error('schemas/faultline.schema.json does not know the rules: run node scripts/rules-docs.mjs');
  else await writeFile(schema, after);
}
if (check && stale > 0) process.exitCode = 1;
