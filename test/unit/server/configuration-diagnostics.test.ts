import { describe, expect, it } from 'vitest';
import { configurationDiagnostics } from '../../../src/server/configuration-diagnostics';

describe('what is wrong with a faultline.json', () => {
  it('is nothing in a good one', () => {
    expect(configurationDiagnostics('{ "engine": "postgres", "rules": {} }')).toEqual([]);
  });

  it('stands at the key it is about', () => {
    const [diagnostic] = configurationDiagnostics('{\n  "engine": "postgres",\n  "simulate": { "faults": ["fire"] }\n}');
    expect(diagnostic?.message).toContain('fire');
    expect(diagnostic?.range).toEqual({ start: { line: 2, character: 16 }, end: { line: 2, character: 24 } });
  });

  it('stands at the first character when the text is no JSON', () => {
    const [diagnostic] = configurationDiagnostics('engine: postgres');
    expect(diagnostic?.range.start).toEqual({ line: 0, character: 0 });
  });
});
