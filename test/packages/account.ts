import { beforeAll, describe, expect, test } from 'vitest';
import { requireOrSkip } from '../require';
import { fetchPackage } from './fetch';
import { type PackageReading, type PackageUnderTest, readPackage } from './reading';
import type { Site } from './sites';

/** What a package's migrations are known to hold: figures that a reader who passes something over does not reach. */
export interface KnownFigures {
  readonly migrations: number;
  /** Calls in the code, by kind, as the plain walk finds them. */
  readonly calls: Readonly<Record<Site['kind'], number>>;
  /** At most so many calls are named as unread: those whose SQL only running the code would tell. */
  readonly unread: number;
  /** Statements that the parser refuses by right: mistakes of the package. */
  readonly mistakes?: RegExp;
}

/** Tests that every call of a package's migrations is read or named, and prints the figures. */
export async function accountFor(spec: PackageUnderTest, known: KnownFigures): Promise<void> {
  const missing = await fetchPackage(spec.name, spec.version).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  describe.skipIf(requireOrSkip('packages', missing))(`the migrations of ${spec.name} ${spec.version}`, () => {
    let reading: PackageReading;
    beforeAll(async () => {
      reading = await readPackage(spec);
      process.stdout.write(table(spec, reading));
    }, 900_000);

    test('all of them are read', () => {
      expect(reading.problems).toEqual([]);
      expect(reading.migrations).toHaveLength(known.migrations);
      expect(reading.unreadable.filter((statement) => known.mistakes?.test(statement) !== true)).toEqual([]);
    });

    test('every raw SQL string, every call of a builder and every call of a helper is read, or named as unread', () => {
      expect(reading.silent).toEqual([]);
      const { raw, builder, helper } = reading.counts;
      expect({ raw: raw.inCode, builder: builder.inCode, helper: helper.inCode }).toEqual(known.calls);
    });

    test('few of them could not be read, each named once', () => {
      expect(new Set(reading.unread).size).toBe(reading.unread.length);
      expect(reading.unread.length, reading.unread.join('\n')).toBeLessThanOrEqual(known.unread);
    });
  });
}

function table({ name, version }: PackageUnderTest, reading: PackageReading): string {
  const line = (kind: Site['kind']) => {
    const { inCode, read, unread, otherEngine, accepted } = reading.counts[kind];
    return `  ${kind.padEnd(8)} ${inCode} in the code: ${read} read, ${unread} unread, ${otherEngine} for other databases, ${accepted} without effect\n`;
  };
  const totals = `${reading.migrations.length} migrations, ${reading.statements} statements, ${reading.unread.length} unread`;
  return `${name} ${version}: ${totals}\n${line('raw')}${line('builder')}${line('helper')}`;
}
