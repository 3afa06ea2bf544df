import type { VNode } from 'preact';

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly problem?: string | undefined;
  readonly children: VNode;
}

/** A labelled control, with what is wrong with what was typed. */
export function Field({ id, label, problem, children }: FieldProps): VNode {
  return (
    <div class={problem === undefined ? 'field' : 'field invalid'}>
      <label for={id}>{label}</label>
      {children}
      <span id={`${id}-problem`} class="problem" role="alert">
        {problem}
      </span>
    </div>
  );
}
