// The frame of every page: title, navigation, one main region. Works without scripts.
import { csrfField, type Frame } from './frame.ts';
import { html, type Html } from './html.ts';

export const sections = ['campaigns', 'uploads', 'search', 'inbox', 'account'] as const;
export type Section = (typeof sections)[number];

export interface PageParts {
  readonly title: string;
  readonly body: Html;
  /** Which entry of the navigation is the current one; null: none. */
  readonly section: Section | null;
  /** True when the page changes by itself: asked for again every few seconds. */
  readonly live?: boolean;
  /** Scripts of this page under /assets. None is needed to use it. */
  readonly scripts?: readonly string[];
}

/** A whole document. */
export function page(frame: Frame, parts: PageParts): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${frame.held.length > 0 && '⚠ Held · '}${parts.title} · Candor</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/console.css">
${parts.live === true && html`<script src="/assets/live.js" defer></script><noscript><meta http-equiv="refresh" content="5"></noscript>`}
${(parts.scripts ?? []).map((name) => html`<script src="/assets/${name}" defer></script>`)}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top"><div class="wide">
<a class="brand" href="/">${mark()}<span>Candor</span></a>
${frame.operator !== null && navigation(frame, parts.section)}
</div></header>
<main id="main" class="wide" tabindex="-1">${heldBanner(frame)}${frame.said !== null && html`<div class="note good said" role="status"><p>${frame.said}</p></div>`}${parts.body}</main>
</body>
</html>
`;
}

function navigation(frame: Frame, section: Section | null): Html {
  return html`<nav aria-label="Console">
${link('/', 'Campaigns', section === 'campaigns')}
${link('/uploads/new', 'Upload', section === 'uploads')}
${link('/search', 'Search', section === 'search')}
${frame.inbox && link('/inbox', 'Inbox', section === 'inbox')}
${link('/account', frame.operator?.name ?? '', section === 'account')}
</nav>
<form class="sign-out" method="post" action="/sign-out">${csrfField(frame)}<button class="plain">Sign out</button></form>`;
}

function link(href: string, text: string, current: boolean): Html {
  return current ? html`<a href="${href}" aria-current="page">${text}</a>` : html`<a href="${href}">${text}</a>`;
}

/** Nobody may overlook a hold, whatever page they are on. */
function heldBanner(frame: Frame): Html | null {
  if (frame.held.length === 0) return null;
  return html`<div class="note bad held" role="alert"><p><strong>${frame.held.length === 1 ? 'A campaign is held' : 'Campaigns are held'}: nothing of it goes out</strong></p>${frame.held.map(
    ({ campaign, title, reason }) =>
      html`<p><a href="/campaigns/${campaign}">${title}</a> · <span class="mono">${reason}</span></p>`,
  )}</div>`;
}

/** A sealed letter that opens. The same drawing as the icon. */
function mark(): Html {
  return html`<svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d="M3 9.5 12 4l9 5.5V19a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 19Z"/><path d="m3.5 10 8.5 5 8.5-5"/></svg>`;
}
