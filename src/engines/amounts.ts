const counted =
  /(count|counter|qty|quantity|amount|total|sum|balance|stock|points?|score|views|likes|hits|cents|price|cost|attempts|retries|credits?|weight)s?$/i;
const share = /percent|ratio|rate|share|probab|factor|discount/i;

/**
 * Whether a column holds amounts that begin at 0 or 1 and change with use: a balance, a price, a number of visits. Where every row had the
 * default, `price = price * 1.2` would leave all of them as they are, and nobody would see that a retry does it twice. Whole numbers are
 * codes as often as amounts, so only their names tell; shares have bounds.
 * @param initial what the column holds by default.
 */
export function isAmount(name: string, fractional: boolean, initial: number): boolean {
  if (initial !== 0 && initial !== 1) return false;
  return !share.test(name) && (fractional || counted.test(name));
}

/** An amount is this much more than the default at most: few bounds on amounts lie so near. */
export const greatestAmount = 9;
