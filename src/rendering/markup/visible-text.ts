// Whether all words of a letter are seen: large enough, and in another colour than what is behind them, in the light
// scheme and the dark one, in a narrow window and a wide one. The cascade of CSS for the four properties that this
// takes (CSS Cascading and Inheritance Level 4, section 6), over the styles that a letter may have. Pure.
// Not measured: the contrast that makes reading easy, and what a program's own dark scheme does to colours.
import type { DefaultTreeAdapterTypes } from 'parse5';
import { contrast, over, readColour, type Colour } from './colour.ts';
import { finding, type MarkupFinding } from './finding.ts';
import type { Element, Page } from './page-tree.ts';
import type { SelectableElement } from './selector.ts';
import type { StyleDeclaration, StyleRule } from './style.ts';

const smallest = 8.9;
/** Below that, nobody sees words unless they look for them. */
const leastContrast = 1.6;
const mostWidths = 12;

interface Scenario {
  readonly scheme: 'light' | 'dark';
  readonly width: number;
  /** Outlook.com's dark scheme. */
  readonly outlookDark: boolean;
}

interface Seen {
  readonly color: Colour;
  readonly behind: Colour;
  readonly size: number;
}

interface Applied extends StyleDeclaration {
  readonly rank: readonly number[];
  readonly rule: StyleRule | null;
  readonly dark: boolean;
}

/** The first words that nobody sees, or null. */
export function findHiddenText(page: Page): MarkupFinding | null {
  const applied = applyStyles(page);
  for (const scenario of scenariosOf(page.rules)) {
    const hidden = hiddenBelow(page.document, page, applied, scenario, {
      color: [0, 0, 0, 1],
      behind: [255, 255, 255, 1],
      size: 16,
    });
    if (hidden !== null) return hidden;
  }
  return null;
}

function scenariosOf(rules: readonly StyleRule[]): Scenario[] {
  const edges = new Set([320, 700]);
  for (const { media } of rules)
    for (const edge of [media.minWidth, media.maxWidth])
      if (Number.isFinite(edge) && edge > 0 && edges.size < mostWidths) edges.add(edge);
  const widths = [...new Set([...edges].flatMap((edge) => [edge, edge + 1]))];
  return widths.flatMap((width) => [
    { scheme: 'light', width, outlookDark: false },
    { scheme: 'dark', width, outlookDark: false },
    { scheme: 'light', width, outlookDark: true },
  ]);
}

/** What each element is told, whatever the scenario, the strongest last. */
function applyStyles(page: Page): Map<Element, Applied[]> {
  const all = new Map<Element, Applied[]>();
  const visit = (element: Element, selectable: SelectableElement): void => {
    const found: Applied[] = [];
    const presentational = element.attrs.find(({ name }) => name === 'bgcolor')?.value;
    if (presentational !== undefined)
      found.push({
        property: 'background',
        value: presentational,
        important: false,
        rank: [-1],
        rule: null,
        dark: false,
      });
    page.rules.forEach((rule, order) => {
      const matching = rule.selectors.filter((selector) => selector.matches(selectable));
      for (const { specificity, dark } of matching)
        rule.declarations.forEach((each, place) =>
          found.push({ ...each, rank: [each.important ? 2 : 0, ...specificity, order, place], rule, dark }),
        );
    });
    (page.styles.get(element) ?? []).forEach((each, place) =>
      found.push({ ...each, rank: [each.important ? 3 : 1, 0, 0, 0, 0, place], rule: null, dark: false }),
    );
    all.set(
      element,
      found.sort((a, b) => compareRanks(a.rank, b.rank)),
    );
    visitChildren(element, selectable);
  };
  const visitChildren = (parent: Element | DefaultTreeAdapterTypes.Document, above: SelectableElement | null): void => {
    const children = parent.childNodes.filter((node): node is Element => 'tagName' in node);
    children.forEach((child, index) => {
      const value = (wanted: string): string | null => child.attrs.find(({ name }) => name === wanted)?.value ?? null;
      visit(child, {
        name: child.tagName,
        id: value('id'),
        classes: (value('class') ?? '').split(/\s+/),
        parent: above,
        isFirst: index === 0,
        isLast: index === children.length - 1,
      });
    });
  };
  visitChildren(page.document, null);
  return all;
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}

function hiddenBelow(
  node: DefaultTreeAdapterTypes.ParentNode,
  page: Page,
  applied: Map<Element, Applied[]>,
  scenario: Scenario,
  seen: Seen,
): MarkupFinding | null {
  for (const child of node.childNodes) {
    if (child.nodeName === '#text' && 'value' in child) {
      const why = whyUnseen(child.value, seen);
      if (why !== null) {
        const near = child.value.trim().split(/\s+/).slice(0, 4).join(' ').slice(0, 40);
        return finding('hidden-text', `near "${near}": ${why}${scenarioText(scenario)}`);
      }
    } else if ('tagName' in child && child !== page.preheader && !/^(?:head|style|xml)$/.test(child.tagName)) {
      const told = (applied.get(child) ?? []).filter((each) => holdsIn(each, scenario));
      const isHidden = told.findLast(({ property }) => property === 'display')?.value.toLowerCase() === 'none';
      if (isHidden) return finding('hidden-text', 'an element is not shown');
      const hidden = hiddenBelow(child, page, applied, scenario, asTold(seen, told));
      if (hidden !== null) return hidden;
    }
  }
  return null;
}

function holdsIn({ rule, dark }: Applied, { scheme, width, outlookDark }: Scenario): boolean {
  if (dark && !outlookDark) return false;
  if (rule === null) return true;
  const { media } = rule;
  return (media.scheme === null || media.scheme === scheme) && width >= media.minWidth && width <= media.maxWidth;
}

function asTold(seen: Seen, told: readonly Applied[]): Seen {
  const last = (...properties: string[]): string | null =>
    told.findLast(({ property }) => properties.includes(property))?.value ?? null;
  const behind = readColour(last('background', 'background-color') ?? '');
  const color = readColour(last('color') ?? '');
  const size = last('font-size');
  return {
    color: color ?? seen.color,
    behind: behind === null ? seen.behind : over(behind, seen.behind),
    size: size === null ? seen.size : sizeOf(size, seen.size),
  };
}

function sizeOf(text: string, outer: number): number {
  const value = Number.parseFloat(text);
  if (Number.isNaN(value)) return { smaller: outer / 1.2, larger: outer * 1.2, inherit: outer, small: 13 }[text] ?? 16;
  if (text.endsWith('%')) return (value / 100) * outer;
  if (text.endsWith('rem')) return value * 16;
  if (text.endsWith('em')) return value * outer;
  return text.endsWith('pt') ? (value * 4) / 3 : value;
}

function whyUnseen(words: string, { color, behind, size }: Seen): string | null {
  if (/^[\s\p{Cf}]*$/u.test(words)) return null;
  if (size < smallest) return 'the words are too small to be seen';
  if (size > 200) return 'the words are too large to be read';
  return contrast(over(color, behind), behind) < leastContrast
    ? 'the words have the colour of what is behind them'
    : null;
}

function scenarioText({ scheme, width, outlookDark }: Scenario): string {
  const dark = scheme === 'dark' || outlookDark ? ' in the dark scheme' : '';
  return `${dark} (in a window of ${width} px)`;
}
