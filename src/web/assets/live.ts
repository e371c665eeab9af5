// Keeps figures current without the page losing focus or scroll. A watched campaign is pushed by server-sent
// events; other pages, and browsers or proxies without events, ask again every two seconds.

export const live = `'use strict';
(() => {
  const everyMs = 2000;
  const slowMs = 10000;
  const live = () => document.getElementById('live');
  let waiting = false;
  let streaming = false;
  let timer = 0;
  const put = (shown, fresh) => { if (shown && fresh && shown.innerHTML !== fresh.innerHTML) shown.innerHTML = fresh.innerHTML; };
  const inUse = (element) => element && element.contains(document.activeElement) && /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
  const tell = (text) => { const told = document.getElementById('told'); if (told && told.textContent !== text) told.textContent = text; };
  const refresh = async (whole) => {
    if (waiting || document.hidden) return;
    waiting = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
      // What was waited for is elsewhere now: the campaign, when the launch is through.
      if (answer.redirected && new URL(answer.url).pathname !== location.pathname) { location.href = answer.url; return; }
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = next.getElementById('live');
      const shown = live();
      if (answer.ok && fresh && shown) {
        if (!streaming) put(shown, fresh);
        for (const id of whole ? ['control', 'live-account', 'around'] : []) {
          const part = document.getElementById(id);
          if (part && !inUse(part)) put(part, next.getElementById(id));
        }
        shown.dataset.state = 'current';
        document.title = next.title;
        if (fresh.dataset.next) location.href = fresh.dataset.next;
        if (fresh.dataset.live !== 'yes') clearInterval(timer);
      } else if (answer.status === 401) {
        location.reload();
      }
    } catch {
      const shown = live();
      if (shown) shown.dataset.state = 'stale';
    } finally {
      waiting = false;
    }
  };
  const shown = live();
  if (!shown) return;
  timer = setInterval(() => refresh(!streaming), everyMs);
  document.addEventListener('visibilitychange', () => refresh(true));
  const { events } = shown.dataset;
  if (!events || !window.EventSource) return;
  const stateOf = () => (live().querySelector('[data-campaign-state]') || { dataset: {} }).dataset.campaignState;
  const source = new EventSource(events);
  source.addEventListener('open', () => { streaming = true; live().dataset.state = 'current'; clearInterval(timer); timer = setInterval(() => refresh(true), slowMs); });
  source.addEventListener('message', (event) => {
    const before = stateOf();
    const fresh = new DOMParser().parseFromString(event.data, 'text/html');
    put(live(), { innerHTML: (fresh.querySelector('[data-campaign-state]') || { outerHTML: '' }).outerHTML });
    put(document.getElementById('live-account'), fresh.getElementById('live-account'));
    const after = stateOf();
    const said = document.querySelector('.said');
    // What the last action did is no longer so.
    if (before !== after && said) said.remove();
    if (before !== after) { tell('The campaign is now ' + after + '.'); refresh(true); }
  });
  source.addEventListener('error', () => { streaming = false; clearInterval(timer); timer = setInterval(() => refresh(true), everyMs); });
  window.addEventListener('pagehide', () => source.close());
})();
`;
