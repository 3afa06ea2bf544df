import type { DocumentField, DocumentValue } from '../../model/document';
import { booleanOf, fieldsOf, isPartial, itemsOf, numberOf, textOf } from '../../model/document-value';
import { comparable, comparableOf, type Doc, dateIn, isArray, type Json, numberIn, valueAt } from './values';

/**
 * Whether a filter takes a document, as the server would say (manual, Query Predicates). Undefined where that is not known here: an operator
 * that is not one of the common ones, a hole, an array on the way.
 */
export function matches(filter: DocumentValue, doc: Doc): boolean | undefined {
  if (filter.kind !== 'document' || isPartial(filter)) return undefined;
  return all(filter.fields.map((field) => meets(field, doc)));
}

type Answer = boolean | undefined;

const all = (answers: readonly Answer[]): Answer => (answers.includes(false) ? false : answers.includes(undefined) ? undefined : true);
const any = (answers: readonly Answer[]): Answer => (answers.includes(true) ? true : answers.includes(undefined) ? undefined : false);
const not = (answer: Answer): Answer => (answer === undefined ? undefined : !answer);

function meets({ name, value }: DocumentField, doc: Doc): Answer {
  if (name === '$and') return all(itemsOf(value).map((each) => matches(each, doc)));
  if (name === '$or') return any(itemsOf(value).map((each) => matches(each, doc)));
  if (name === '$nor') return not(any(itemsOf(value).map((each) => matches(each, doc))));
  if (name.startsWith('$')) return undefined;
  const found = valueAt(doc, name);
  if (found.inArray) return undefined;
  const operators = fieldsOf(value);
  if (operators.length > 0 && operators.every((operator) => operator.name.startsWith('$')))
    return all(operators.map((operator) => holds(operator, found.value)));
  return equals(value, found.value);
}

function holds({ name, value }: DocumentField, found: Json | undefined): Answer {
  switch (name) {
    case '$exists': {
      const wanted = booleanOf(value) ?? (numberOf(value) === undefined ? undefined : numberOf(value) !== 0);
      return wanted === undefined ? undefined : (found !== undefined) === wanted;
    }
    case '$eq':
      return equals(value, found);
    case '$ne':
      return not(equals(value, found));
    case '$in':
      return isPartial(value) ? undefined : any(itemsOf(value).map((item) => equals(item, found)));
    case '$nin':
      return isPartial(value) ? undefined : not(any(itemsOf(value).map((item) => equals(item, found))));
    case '$not':
      return not(all(fieldsOf(value).map((operator) => holds(operator, found))));
    case '$gt':
      return compared(value, found, (order) => order > 0);
    case '$gte':
      return compared(value, found, (order) => order >= 0);
    case '$lt':
      return compared(value, found, (order) => order < 0);
    case '$lte':
      return compared(value, found, (order) => order <= 0);
    default:
      return undefined;
  }
}

/** null meets what is missing as well; an array is met by any of its elements. A regular expression is no equality. */
function equals(value: DocumentValue, found: Json | undefined): Answer {
  if (value.kind === 'scalar' && value.value === null) return found === undefined || found === null;
  if (value.kind === 'bson' && value.type === 'RegExp') return undefined;
  const wanted = comparableOf(value);
  if (wanted === undefined) return undefined;
  if (found === undefined) return false;
  return comparable(found) === wanted || (isArray(found) && found.some((item) => comparable(item) === wanted));
}

/** Only values of one kind are compared (manual, Comparison/Sort Order: "type bracketing"). */
function compared(value: DocumentValue, found: Json | undefined, holdsFor: (order: number) => boolean): Answer {
  if (found === undefined || found === null) return false;
  const [number, text] = [numberOf(value), textOf(value)];
  const foundNumber = numberIn(found);
  if (number !== undefined) return foundNumber === undefined ? (isArray(found) ? undefined : false) : holdsFor(foundNumber - number);
  if (text !== undefined && typeof found === 'string') return holdsFor(found < text ? -1 : Number(found > text));
  const date = comparableOf(value)?.startsWith('d:') === true ? Number(comparableOf(value)?.slice(2)) : undefined;
  const foundDate = dateIn(found);
  return date === undefined || foundDate === undefined ? undefined : holdsFor(foundDate - date);
}
