import type { Tone } from '../model/words';

type Paint = (text: string) => string;

/** Colours as functions, given by the edge that knows the terminal; formatters stay pure. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly magenta: Paint;
}

const asIs: Paint = (text) => text;

/** No colours: files, pipes, NO_COLOR. */
export const plainPalette: Palette = { bold: asIs, dim: asIs, red: asIs, green: asIs, yellow: asIs, blue: asIs, magenta: asIs };

/** The colour of a tone. */
export function paintTone(palette: Palette, tone: Tone): Paint {
  const paints: Record<Tone, Paint> = {
    good: palette.green,
    neutral: palette.blue,
    caution: palette.yellow,
    bad: palette.red,
    deceptive: palette.magenta,
    quiet: palette.dim,
  };
  return paints[tone];
}
