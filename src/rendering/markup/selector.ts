// The selectors that a letter may use, and which elements they mean. Pure. Elements, classes, ids, what is inside them
// or directly below, `:root`, `:first-child`, `:last-child`; besides `[data-ogsc]` and `[data-ogsb]`, by which
// Outlook.com says that it shows the dark scheme.
import type { CssNode, Selector as SelectorNode } from 'css-tree';

/** What a selector asks of an element. */
export interface SelectableElement {
  readonly name: string;
  readonly id: string | null;
  readonly classes: readonly string[];
  readonly parent: SelectableElement | null;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

type Test = (element: SelectableElement) => boolean;

export interface Selector {
  /** Ids, classes, elements: a rule with a higher one wins. */
  readonly specificity: readonly [number, number, number];
  /** Only in the dark scheme of Outlook.com. */
  readonly dark: boolean;
  readonly matches: Test;
}

interface Step {
  readonly tests: Test[];
  /** How this step stands to the one before it. */
  readonly combinator: ' ' | '>';
}

/** Null for a selector with anything else in it. */
export function readSelector({ children }: SelectorNode): Selector | null {
  const steps: Step[] = [{ tests: [], combinator: ' ' }];
  const specificity: [number, number, number] = [0, 0, 0];
  let dark = false;
  for (const node of children.toArray()) {
    if (node.type === 'Combinator') {
      if (node.name !== ' ' && node.name !== '>') return null;
      steps.push({ tests: [], combinator: node.name });
      // More than anybody writes; each descendant multiplies the ways to look for a match.
      if (steps.length > 6) return null;
      continue;
    }
    if (node.type === 'AttributeSelector' && /^data-ogs[cb]$/.test(node.name.name) && node.matcher === null) {
      if (steps.length > 1) return null;
      dark = true;
      specificity[1] += 1;
      steps.at(-1)?.tests.push(({ parent }) => parent === null);
      continue;
    }
    const test = testOf(node, specificity);
    if (test === null) return null;
    steps.at(-1)?.tests.push(test);
  }
  return { specificity, dark, matches: (element) => matchesFrom(steps, steps.length - 1, element) };
}

function testOf(node: CssNode, specificity: [number, number, number]): Test | null {
  if (node.type === 'TypeSelector') {
    const name = node.name.toLowerCase();
    if (name === '*') return () => true;
    if (!/^[a-z][a-z\d-]*$/.test(name)) return null;
    specificity[2] += 1;
    return (element) => element.name === name;
  }
  if (node.type === 'ClassSelector') {
    specificity[1] += 1;
    return ({ classes }) => classes.includes(node.name);
  }
  if (node.type === 'IdSelector') {
    specificity[0] += 1;
    return ({ id }) => id === node.name;
  }
  if (node.type !== 'PseudoClassSelector' || node.children !== null) return null;
  specificity[1] += 1;
  if (node.name === 'root') return ({ parent }) => parent === null;
  if (node.name === 'first-child') return ({ isFirst }) => isFirst;
  return node.name === 'last-child' ? ({ isLast }) => isLast : null;
}

function matchesFrom(steps: readonly Step[], at: number, element: SelectableElement): boolean {
  const step = steps[at];
  if (step === undefined || !step.tests.every((test) => test(element))) return false;
  if (at === 0) return true;
  if (step.combinator === '>') return element.parent !== null && matchesFrom(steps, at - 1, element.parent);
  for (let above = element.parent; above !== null; above = above.parent)
    if (matchesFrom(steps, at - 1, above)) return true;
  return false;
}
