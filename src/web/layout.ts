// The frame of every page: title, navigation, one main region. Works without scripts.
import { html, type Html } from './html.ts';

export interface PageParts {
  readonly title: string;
  readonly body: Html;
  /** Which entry of the navigation is the current one; null on pages before sign-in. */
  readonly section: 'status' | 'inbox' | null;
  /** False when a relay is set. */
  readonly inbox: boolean;
  /** True when the page changes by itself: asked for again every few seconds. */
  readonly live?: boolean;
}

/** A whole document. */
export function page(parts: PageParts): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${parts.title} · Candor</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/console.css">
${parts.live === true && html`<script src="/assets/live.js" defer></script><noscript><meta http-equiv="refresh" content="5"></noscript>`}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top"><div class="wide">
<a class="brand" href="/">${mark()}<span>Candor</span></a>
${parts.section !== null && navigation(parts)}
</div></header>
<main id="main" class="wide" tabindex="-1">${parts.body}</main>
</body>
</html>
`;
}

function navigation(parts: PageParts): Html {
  return html`<nav aria-label="Console">
${link('/', 'Status', parts.section === 'status')}
${parts.inbox && link('/inbox', 'Inbox', parts.section === 'inbox')}
</nav>`;
}

function link(href: string, text: string, current: boolean): Html {
  return current ? html`<a href="${href}" aria-current="page">${text}</a>` : html`<a href="${href}">${text}</a>`;
}

/** A sealed letter that opens. The same drawing as the icon. */
function mark(): Html {
  return html`<svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d="M3 9.5 12 4l9 5.5V19a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 19Z"/><path d="m3.5 10 8.5 5 8.5-5"/></svg>`;
}
