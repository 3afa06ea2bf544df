import type { VNode } from 'preact';
import type { Bar } from '../logic/timeline';

const width = 96;

/** A statement's place in the migration's time, and how long its lock is held. To scale; never thinner than can be seen. */
export function TimeBar({ bar }: { readonly bar: Bar }): VNode {
  const wide = (share: number) => Math.max(2, share * width);
  const x = (length: number) => Math.min(bar.start * width, width - length);
  const own = wide(bar.length);
  const held = wide(bar.lockLength);
  return (
    <svg class={`time-bar lock-${bar.weight}`} viewBox={`0 0 ${width} 8`} aria-hidden="true">
      <rect class="time-track" x="0" y="3.5" width={width} height="1" />
      <rect class="time-held" x={x(held)} y="2.5" width={held} height="3" rx="1" />
      <rect class="time-own" x={x(own)} y="1" width={own} height="6" rx="1" />
    </svg>
  );
}
