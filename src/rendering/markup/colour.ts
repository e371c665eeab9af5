// Colours as a letter may write them, and how well one is seen on another (WCAG 2.2, relative luminance). Pure.

/** Red, green, blue 0 to 255; alpha 0 to 1. */
export type Colour = readonly [number, number, number, number];

/** The names of CSS 2.1: a letter's text must be measurable, and needs no more. */
const names: Readonly<Record<string, string>> = {
  aqua: '00ffff',
  black: '000000',
  blue: '0000ff',
  fuchsia: 'ff00ff',
  gray: '808080',
  grey: '808080',
  green: '008000',
  lime: '00ff00',
  maroon: '800000',
  navy: '000080',
  olive: '808000',
  orange: 'ffa500',
  purple: '800080',
  red: 'ff0000',
  silver: 'c0c0c0',
  teal: '008080',
  white: 'ffffff',
  yellow: 'ffff00',
};

/** Hexadecimal (3, 4, 6 or 8 digits), a name, `rgb()` or `hsl()` with plain numbers; null for anything else. */
export function readColour(text: string): Colour | null {
  const value = text.trim().toLowerCase();
  if (value === 'transparent') return [0, 0, 0, 0];
  const hex = Object.hasOwn(names, value) ? names[value] : /^#?([\da-f]{3,8})$/.exec(value)?.[1];
  if (hex !== undefined) return fromHex(hex);
  const found = /^(rgb|hsl)a?\(\s*([\d.]+%?)(?:deg)?[\s,]+([\d.]+%?)[\s,]+([\d.]+%?)(?:[\s,/]+([\d.]+%?))?\s*\)$/.exec(
    value,
  );
  if (found === null) return null;
  const [, kind, first = '', second = '', third = '', alpha = '1'] = found;
  const part = Math.min(1, alpha.endsWith('%') ? Number.parseFloat(alpha) / 100 : Number.parseFloat(alpha));
  if (kind === 'rgb') {
    const [red = 0, green = 0, blue = 0] = [first, second, third].map((each) =>
      Math.min(255, each.endsWith('%') ? (Number.parseFloat(each) * 255) / 100 : Number.parseFloat(each)),
    );
    return [red, green, blue, part];
  }
  return [...fromHsl(Number.parseFloat(first), Number.parseFloat(second), Number.parseFloat(third)), part];
}

function fromHex(hex: string): Colour | null {
  const long = hex.length <= 4 ? [...hex].map((digit) => digit + digit).join('') : hex;
  if (long.length !== 6 && long.length !== 8) return null;
  const octet = (at: number): number => Number.parseInt(long.slice(at, at + 2), 16);
  return [octet(0), octet(2), octet(4), long.length === 8 ? octet(6) / 255 : 1];
}

function fromHsl(hue: number, saturation: number, lightness: number): [number, number, number] {
  const light = Math.min(1, lightness / 100);
  const chroma = (Math.min(100, saturation) / 100) * Math.min(light, 1 - light);
  const channel = (shift: number): number => {
    const k = (shift + hue / 30) % 12;
    return 255 * (light - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}

/** The first colour as it is seen on the second, which is opaque. */
export function over([red, green, blue, alpha]: Colour, below: Colour): Colour {
  const mixed = (value: number, under: number): number => value * alpha + under * (1 - alpha);
  return [mixed(red, below[0]), mixed(green, below[1]), mixed(blue, below[2]), 1];
}

/** The contrast ratio of two opaque colours, 1 (the same) to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

function luminance([red, green, blue]: Colour): number {
  const linear = (value: number): number => {
    const part = value / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
