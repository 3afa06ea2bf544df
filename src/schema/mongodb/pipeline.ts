import type { DocumentValue } from '../../model/document';
import { booleanOf, fieldOf, fieldsOf, itemsOf, numberOf, textOf } from '../../model/document-value';

/** A stage whose input still are the documents of the collection. */
export interface DocumentStage {
  readonly name: string;
  readonly value: DocumentValue;
  /** Fields of the first level that stages before it made: what is read from them says nothing of the documents. */
  readonly computed: ReadonlySet<string>;
}

/** Stages behind which documents are no longer the collection's (manual, "Aggregation Stages"). */
const replacing = /^\$(group|replaceRoot|replaceWith|facet|bucket|bucketAuto|sortByCount|count|unionWith)$/;

/** The stages of a pipeline up to the one that makes other documents, that one among them. */
export function documentStages(pipeline: DocumentValue): readonly DocumentStage[] {
  const stages: DocumentStage[] = [];
  let computed: readonly string[] = [];
  for (const stage of itemsOf(pipeline)) {
    const [first] = fieldsOf(stage);
    if (first === undefined) break;
    const { name, value } = first;
    stages.push({ name, value, computed: new Set(computed) });
    if (replacing.test(name)) break;
    computed = [...computed, ...computedBy(name, value)];
  }
  return stages;
}

function computedBy(stage: string, value: DocumentValue): readonly string[] {
  const as = textOf(fieldOf(value, 'as'));
  const made = /^\$(project|addFields|set)$/.test(stage) ? fieldsOf(value).filter((field) => !isPlainInclusion(field.value)) : [];
  return [...made.map(({ name }) => rootOf(name)), ...(as === undefined ? [] : [rootOf(as)])];
}

/** `name: 1` keeps a field as it is. */
function isPlainInclusion(value: DocumentValue): boolean {
  return numberOf(value) === 1 || booleanOf(value) === true;
}

/** The field of the first level that a path begins with. */
export function rootOf(path: string): string {
  return path.split('.')[0] ?? path;
}
