/** Which of the rules of one policy go before another: whether it ever decides, and for which keys another does. */
import { LIMITS } from '#limits';
import { actionName, type ActionName } from './action.ts';
import { ATTRIBUTE_PLACES, decidingRules, type PolicyDocument, type Rule } from './document.ts';
import { GlobSets } from './glob-sets.ts';
import { boxCovers, boxesMeet, boxesOf, kindsOf, wordsOf, type Box, type Words } from './ground.ts';
import { FINAL_ACTIONS, isWeaker } from './strength.ts';

export type Verdict =
  | { readonly is: 'never'; readonly because: string }
  /** Another rule with another action decides about some of its keys. */
  | { readonly is: 'partly'; readonly keys: string; /** Which of its `keys`. */ readonly item: number; readonly by: string; readonly action: ActionName };

interface Placed {
  readonly rule: Rule;
  readonly words: Words;
  readonly boxes: readonly Box[];
}

export class Precedence {
  readonly #sets = new GlobSets();
  readonly #placed: readonly Placed[];
  readonly #drops: boolean;

  constructor(document: PolicyDocument) {
    const kinds = kindsOf([document]);
    this.#placed = decidingRules(document).map((rule) => ({ rule, words: wordsOf(rule, kinds), boxes: boxesOf(rule) }));
    this.#drops = document.attributes === 'drop';
  }

  /** Null: it decides wherever it applies, but for narrower rules before it, which is how exceptions are written. */
  of(rule: Rule): Verdict | null | 'too-much' {
    const at = this.#placed.findIndex((placed) => placed.rule === rule);
    const placed = this.#placed[at]!;
    const before = this.#placed.slice(0, at).filter((earlier) => (earlier.rule.recognized === undefined) === (rule.recognized === undefined));
    const verdict = this.#never(placed, before) ?? this.#partly(placed, before);
    return this.#sets.steps > LIMITS.policy_advice_steps_max ? 'too-much' : verdict;
  }

  #never(placed: Placed, before: readonly Placed[]): Verdict | null {
    const { rule, words, boxes } = placed;
    if (words.places.length === 0) return null;
    const by = new Set<string>();
    // Each kind and each key may have another rule before it.
    const isTaken = words.kinds.every((kind) => boxes.every((box) => {
      const earlier = before.find((one) => one.words.kinds.includes(kind) && wordsCover(one.words, words) && this.#someCovers(one.boxes, box));
      if (earlier !== undefined) by.add(earlier.rule.id);
      return earlier !== undefined;
    }));
    if (isTaken) return { is: 'never', because: `${listText([...by])} before it ${by.size === 1 ? 'decides' : 'decide'} about all that it names` };
    return rule.recognized === undefined ? null : this.#goesWhole(placed);
  }

  /** Parts of values that go as a whole are not judged. Keys within maps are another matter: their attribute may stay. */
  #goesWhole({ words, boxes }: Placed): Verdict | null {
    const ofAttributes = boxes.filter(({ inner }) => inner === null);
    // The service.name of a resource stays, and its parts are judged.
    if (words.places.includes('resource') && ofAttributes.some(({ key }) => this.#sets.meet(key, ['service.name']))) return null;
    const where = ofAttributes.length < boxes.length ? 'keys within maps apart, ' : '';
    const whole = this.#placed.filter((one) => one.rule.recognized === undefined && wordsMeet(one.words, words) && one.boxes.some((box) => ofAttributes.some((mine) => boxesMeet(this.#sets, box, mine))));
    const staying = whole.findIndex(({ rule: { action } }) => !FINAL_ACTIONS.has(actionName(action)));
    const final = (staying === -1 ? whole : whole.slice(0, staying)).find((one) => wordsCover(one.words, words) && ofAttributes.every((mine) => this.#someCovers(one.boxes, mine)));
    if (final !== undefined) return { is: 'never', because: `${where}${final.rule.id} acts on the whole value (${actionName(final.rule.action)}), and nothing of it is left to look at` };
    if (!this.#drops || staying !== -1 || !words.places.every((place) => ATTRIBUTE_PLACES.has(place))) return null;
    return { is: 'never', because: `${where}attributes that no rule about whole values keeps are dropped` };
  }

  /** Keys of a rule that another one takes away from it; and keys that only happen to match globs of both, if the other one leaves more of them. */
  #partly({ rule, words, boxes }: Placed, before: readonly Placed[]): Verdict | null {
    for (const earlier of before) {
      const action = actionName(earlier.rule.action);
      if (JSON.stringify(earlier.rule.action) === JSON.stringify(rule.action) || !wordsCover(earlier.words, words) || !within(words.kinds, earlier.words.kinds)) continue;
      const leavesMore = isWeaker(rule.action, earlier.rule.action, 'part');
      for (const [item, key] of (rule.keys ?? []).entries()) {
        const [mine] = boxes.slice(item, item + 1);
        if (this.#someCovers(earlier.boxes, mine!)) return { is: 'partly', keys: key, item, by: earlier.rule.id, action };
        const other = leavesMore ? earlier.rule.keys?.find((another) => cross(key, another)) : undefined;
        if (other !== undefined && scopesCover(this.#sets, earlier.boxes[0]!, mine!)) return { is: 'partly', keys: `keys that match ${other} and ${key}`, item, by: earlier.rule.id, action };
      }
    }
    return null;
  }

  #someCovers(wide: readonly Box[], box: Box): boolean {
    return wide.some((one) => boxCovers(this.#sets, one, [box]));
  }
}

function wordsCover(wide: Words, narrow: Words): boolean {
  return within(narrow.places, wide.places) && within(narrow.spans, wide.spans) && within(narrow.types, wide.types);
}

function wordsMeet(one: Words, other: Words): boolean {
  return share(one.places, other.places) && share(one.spans, other.spans) && share(one.types, other.types);
}

/** `user.*` and `*.name`: an end that is fixed in the one is open in the other. */
function cross(one: string, other: string): boolean {
  const [isOpenAtEnd, isOpenAtBegin] = [(glob: string) => glob.indexOf('*') === glob.length - 1 && glob.length > 1, (glob: string) => glob.lastIndexOf('*') === 0 && glob.length > 1];
  return (isOpenAtEnd(one) && isOpenAtBegin(other)) || (isOpenAtBegin(one) && isOpenAtEnd(other));
}

function scopesCover(sets: GlobSets, wide: Box, narrow: Box): boolean {
  return boxCovers(sets, { ...wide, key: null, inner: null }, [narrow]);
}

function within<Word>(narrow: readonly Word[], wide: readonly Word[]): boolean {
  return narrow === wide || narrow.every((word) => wide.includes(word));
}

function share<Word>(one: readonly Word[], other: readonly Word[]): boolean {
  return one === other || one.some((word) => other.includes(word));
}

function listText(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
