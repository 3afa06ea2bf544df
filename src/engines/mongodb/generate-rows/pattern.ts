/**
 * A text that a regular expression matches, for expressions as people write them into validators and filters: literals, classes, groups,
 * alternatives, quantifiers. Undefined for others, and where the text that was made does not match after all.
 */
export function textMatching(pattern: string, flags: string, number: number): string | undefined {
  try {
    const reader = new PatternReader(pattern, number);
    const text = reader.alternatives();
    return reader.isDone && new RegExp(pattern, flags.replace(/[^imsu]/g, '')).test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

const classes: Readonly<Record<string, string>> = { d: '0123456789', w: 'abcdefghij', s: ' ', D: 'xyz', W: '-', S: 'xyz' };
const anyCharacter = 'abcdefgh';

/** Makes a text while it reads; the number varies what is free. */
class PatternReader {
  private at = 0;
  private digits: number;

  constructor(
    private readonly pattern: string,
    number: number,
  ) {
    this.digits = number;
  }

  get isDone(): boolean {
    return this.at >= this.pattern.length;
  }

  alternatives(): string {
    const texts = [this.sequence()];
    while (this.pattern[this.at] === '|') {
      this.at++;
      texts.push(this.sequence());
    }
    return texts[0] ?? '';
  }

  private sequence(): string {
    let text = '';
    while (!this.isDone && !'|)'.includes(this.pattern[this.at] ?? '')) text += this.repeated();
    return text;
  }

  private repeated(): string {
    const start = this.at;
    const once = this.atom();
    const end = this.at;
    const [all, low, high] = /^(?:\{(\d+)(?:,\d*)?\}|([*+?]))\??/.exec(this.pattern.slice(this.at)) ?? [];
    if (all === undefined) return once;
    // A quantifier is free to give more: a few times, so that a number finds room.
    const times = low !== undefined ? Number(low) : high === '+' ? 4 : high === '*' ? 2 : 1;
    this.at += all.length;
    const after = this.at;
    let text = times === 0 ? '' : once;
    for (let time = 1; time < times; time++) {
      this.at = start;
      text += this.atom();
      if (this.at !== end) throw new Error('unreadable');
    }
    this.at = after;
    return text;
  }

  private atom(): string {
    const character = this.pattern[this.at++] ?? '';
    if (character === '^' || character === '$') return '';
    if (character === '.') return this.one(anyCharacter);
    if (character === '[') return this.one(this.set());
    if (character === '\\') return this.escaped();
    if (character !== '(') return character;
    const [lead = ''] = /^\?(?::|<\w+>)/.exec(this.pattern.slice(this.at)) ?? [];
    if (lead === '' && this.pattern[this.at] === '?') throw new Error('unreadable');
    this.at += lead.length;
    const text = this.alternatives();
    this.at++;
    return text;
  }

  private escaped(): string {
    const character = this.pattern[this.at++] ?? '';
    if (character === 'b' || character === 'B') return '';
    const known = classes[character];
    return known === undefined ? character : this.one(known);
  }

  private set(): string {
    const isInverse = this.pattern[this.at] === '^';
    if (isInverse) this.at++;
    let members = '';
    for (let first = true; first || this.pattern[this.at] !== ']'; first = false) {
      if (this.isDone) throw new Error('unreadable');
      members += this.member();
    }
    this.at++;
    return isInverse ? [...'abcxyz019-_ '].filter((character) => !members.includes(character)).join('') : members;
  }

  private member(): string {
    const character = this.pattern[this.at++] ?? '';
    const start = character === '\\' ? (classes[this.pattern[this.at] ?? ''] ?? this.pattern[this.at] ?? '') : character;
    if (character === '\\') this.at++;
    const end = this.pattern[this.at + 1];
    if (this.pattern[this.at] !== '-' || end === undefined || end === ']' || start.length !== 1) return start;
    this.at += 2;
    const [from, to] = [start.charCodeAt(0), end.charCodeAt(0)];
    return Array.from({ length: Math.min(to - from + 1, 64) }, (_, place) => String.fromCharCode(from + place)).join('');
  }

  /** The number's digits decide, lowest first. */
  private one(members: string): string {
    if (members === '') throw new Error('unreadable');
    const found = members[this.digits % members.length] ?? '';
    this.digits = Math.floor(this.digits / members.length);
    return found;
  }
}
