// Puts a letter into the kit's layout. Pure text: what the slots of a layout are, and nothing about MJML.
import { directionOf } from '../domain/writing-direction.ts';

/** What a layout may ask for. */
export interface LayoutSlots {
  /** The letter's own MJML. */
  readonly letter: string;
  readonly subject: string;
  readonly preheader: string;
  readonly locale: string;
}

/**
 * The whole MJML document of a letter. Without a layout the letter is a document itself and may use
 * the same slots but `{{letter}}`. Slots are filled once: a slot's name inside a filled text stays as it is.
 */
export function composeLetter(layout: string | null, slots: LayoutSlots): string {
  const fill: Record<string, string> = {
    subject: escapeMarkup(slots.subject),
    preheader: escapeMarkup(slots.preheader),
    locale: slots.locale,
    direction: directionOf(slots.locale),
  };
  if (layout !== null) fill['letter'] = slots.letter;
  return (layout ?? slots.letter).replaceAll(
    /\{\{\s*(letter|subject|preheader|locale|direction)\s*\}\}/g,
    (whole, name: string) => fill[name] ?? whole,
  );
}

/** True when the layout has a place for the letter. */
export function holdsLetter(layout: string): boolean {
  return /\{\{\s*letter\s*\}\}/.test(layout);
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
