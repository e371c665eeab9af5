// The one script of the console: asks for the current page again and puts its live part in place, so
// that figures move without the page losing focus or scroll. Without it the page refreshes itself.

export const live = `'use strict';
(() => {
  const everyMs = 2000;
  let waiting = false;
  const refresh = async () => {
    if (waiting || document.hidden) return;
    waiting = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = next.getElementById('live');
      const shown = document.getElementById('live');
      if (answer.ok && fresh && shown) {
        if (fresh.innerHTML !== shown.innerHTML) shown.innerHTML = fresh.innerHTML;
        shown.dataset.state = 'current';
        document.title = next.title;
        if (fresh.dataset.next) location.href = fresh.dataset.next;
        if (fresh.dataset.live !== 'yes') clearInterval(timer);
      } else if (answer.status === 401) {
        location.reload();
      }
    } catch {
      const shown = document.getElementById('live');
      if (shown) shown.dataset.state = 'stale';
    } finally {
      waiting = false;
    }
  };
  const timer = setInterval(refresh, everyMs);
  document.addEventListener('visibilitychange', refresh);
})();
`;
