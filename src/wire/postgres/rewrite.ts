import type { ExtendedOrder } from './handlers';
import { executeFrames, withParsedText } from './messages';
import type { ExtendedParts } from './requests';
import type { HiddenAnswers } from './responses';

/** Prepared statements and portals that the proxy makes. They are gone when the session is, or at the end of the transaction. */
let made = 0;

export interface Rewritten {
  readonly bytes: readonly Buffer[];
  /** What the server answers to that which was put in. */
  readonly hide: HiddenAnswers;
  /** How many more results come than the client's own messages give. */
  readonly added: number;
}

/**
 * A request of the extended protocol with other statements before one of its Execute messages, or in its place, or with another text for it. All
 * else is sent as the client sent it, what it prepares under a name included: so the client's idea of what is prepared stays true. An Execute
 * that is not there changes nothing.
 */
export function rewrite(bytes: readonly Buffer[], parts: ExtendedParts, order: ExtendedOrder): Rewritten {
  const place = parts.executions[order.execution];
  if (!place) return { bytes, hide: { results: new Set() }, added: 0 };
  const put = order.texts.flatMap((text) => {
    made += 1;
    return executeFrames(text, `faultline_${made}`);
  });
  const ordinals = (first: number) => new Set(order.texts.map((_, position) => first + position));
  return {
    bytes: [...withText(bytes.slice(0, place.at), place.parse, order.text), ...put, ...bytes.slice(order.keep ? place.at : place.at + 1)],
    hide: { results: ordinals(order.execution), parses: ordinals(place.parses), binds: ordinals(place.binds) },
    added: order.texts.length - (order.keep ? 0 : 1),
  };
}

function withText(bytes: readonly Buffer[], parse: number | undefined, text: string | undefined): readonly Buffer[] {
  return text === undefined ? bytes : bytes.map((frame, position) => (position === parse ? withParsedText(frame, text) : frame));
}
