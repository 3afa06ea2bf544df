import { join } from 'node:path';
import type { Command } from 'commander';
import { planProgram } from '../../plan/plan';
import { type PlanReport, planJson, planReport } from '../../report/plan-json';
import { planPretty } from '../../report/plan-pretty';
import { replay } from '../../schema/virtual-schema';
import { shownPath } from '../../workspace/read-folder';
import { exitStatus } from '../failure';
import { type LoadedMigration, loadMigrations } from '../load';
import { addCommonOptions, type CommonOptions } from '../options';
import { resultPalette, writeResult } from '../output';

interface PlanOptions extends CommonOptions {
  readonly format: 'pretty' | 'json';
}

/** `faultline plan FILE`. */
export function addPlanCommand(program: Command): void {
  const command = program.command('plan').argument('<file>', 'migration file');
  command.description('show how a migration will run: transactions, locks, cost; of a file with several changesets, each of them');
  addCommonOptions(command, ['pretty', 'json']).action(async (file: string, options: PlanOptions) => {
    process.exitCode = await plan(file, options);
  });
}

async function plan(file: string, options: PlanOptions): Promise<number> {
  const reports = (await loadMigrations(file, options)).map(reportOf);
  const palette = resultPalette(options.out);
  const text = options.format === 'json' ? planJson(reports) : reports.map((report) => planPretty(report, palette)).join('\n');
  await writeResult(text, options.out);
  return exitStatus.success;
}

function reportOf({ migration, before, source }: LoadedMigration): PlanReport {
  const plans = {
    up: planProgram(migration, 'up', before),
    ...(migration.down
      ? { down: planProgram(migration, 'down', replay(before, migration.up.statements, migration.engine, migration.up.execution)) }
      : {}),
  };
  return planReport(migration, plans, (path) => shownPath(join(source.folder, path)));
}
