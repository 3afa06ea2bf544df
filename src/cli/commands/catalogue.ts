import type { Command } from 'commander';
import { Option } from 'commander';
import { didYouMean } from '../../model/nearest';
import { rulePretty, rulesJson, rulesPretty } from '../../report/rules';
import { allRules } from '../../rules/registry';
import { ruleUrl } from '../../rules/rule';
import { CommandFailure, exitStatus } from '../failure';
import { resultPalette, writeResult } from '../output';

/** `faultline rules` and `faultline explain RULE`. */
export function addCatalogueCommands(program: Command): void {
  program
    .command('rules')
    .description('list the rules')
    .addOption(new Option('--format <format>', 'form of the result').choices(['pretty', 'json']).default('pretty'))
    .option('--out <file>', 'write the result to a file instead of standard output')
    .action(async (options: { readonly format: 'pretty' | 'json'; readonly out?: string }) => {
      const text = options.format === 'json' ? rulesJson(described()) : rulesPretty(described(), resultPalette(options.out));
      await writeResult(text, options.out);
      process.exitCode = exitStatus.success;
    });
  program
    .command('explain')
    .argument('<rule>', 'id of a rule')
    .description('explain a rule')
    .action(async (id: string) => {
      const rule = described().find((candidate) => candidate.id === id);
      if (rule === undefined) {
        const near = didYouMean(
          id,
          allRules.map((known) => known.id),
        );
        throw new CommandFailure(`there is no rule "${id}": \`faultline rules\` lists them.${near}`);
      }
      await writeResult(rulePretty(rule, resultPalette(undefined)), undefined);
      process.exitCode = exitStatus.success;
    });
}

function described() {
  return allRules.map(({ id, title, severity, explanation }) => ({ id, title, severity, explanation, url: ruleUrl(id) }));
}
