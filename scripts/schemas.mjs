// Writes the JSON Schemas of what the command line prints, generated from the types. `--check` only compares: exit 1 when one is stale.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const outputs = [
  { file: 'lint.schema.json', source: 'src/model/finding.ts', type: 'LintReport', title: 'faultline lint --format json' },
  { file: 'simulate.schema.json', source: 'src/model/simulation.ts', type: 'SimulationReport', title: 'faultline simulate --format json' },
  { file: 'plan.schema.json', source: 'src/report/plan-json.ts', type: 'PlanReport', title: 'faultline plan --format json' },
  { file: 'rules.schema.json', source: 'src/report/rules.ts', type: 'RulesReport', title: 'faultline rules --format json' },
];

const check = process.argv.includes('--check');
const stale = [];
for (const { file, source, type, title } of outputs) {
  const schema = createGenerator({
    path: join(root, source),
    tsconfig: join(root, 'tsconfig.json'),
    type,
    skipTypeCheck: true,
    // Adding a field is free: whoever reads version 1 must not refuse a document that has one more.
    additionalProperties: true,
    topRef: true,
  }).createSchema(type);
  const text = `${JSON.stringify({ ...schema, title }, null, 2)}\n`;
  const path = join(root, 'schemas', file);
  const current = await readFile(path, 'utf8').catch(() => '');
  if (text === current) continue;
  stale.push(file);
  if (!check) await writeFile(path, text);
}
if (stale.length > 0) console.log(check ? `stale, run npm run schemas: ${stale.join(', ')}` : `written: ${stale.join(', ')}`);
process.exitCode = check && stale.length > 0 ? 1 : 0;
