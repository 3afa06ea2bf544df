import type { BuiltInFramework, Framework } from '../src/model/run-protocol';

/** The framework, for tests of how it is run. Fails where only its own tool can do that. */
export function builtIn(framework: Framework): BuiltInFramework {
  if (framework.run === undefined) throw new Error(`${framework.displayName} is not run by Faultline itself`);
  return framework;
}
