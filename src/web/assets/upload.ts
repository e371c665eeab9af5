// Shows how far an upload is, and takes files that are dropped on the page. Without it the form works too.

export const upload = `'use strict';
(() => {
  const form = document.getElementById('upload');
  const input = document.getElementById('file');
  const progress = document.getElementById('progress');
  const told = document.getElementById('told');
  if (!form || !input || !progress || !told) return;
  for (const name of ['dragover', 'drop']) form.addEventListener(name, (event) => event.preventDefault());
  form.addEventListener('drop', (event) => { if (event.dataTransfer && event.dataTransfer.files.length === 1) input.files = event.dataTransfer.files; });
  form.addEventListener('submit', (event) => {
    if (!input.files || input.files.length !== 1) return;
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    progress.hidden = false;
    const request = new XMLHttpRequest();
    request.open('POST', form.action);
    request.setRequestHeader('x-requested-with', 'upload.js');
    request.upload.addEventListener('progress', (at) => {
      if (!at.lengthComputable) return;
      const percent = Math.floor((at.loaded / at.total) * 100);
      progress.value = percent;
      told.textContent = percent + ' % of ' + Math.ceil(at.total / 1048576) + ' MB';
    });
    const failed = (text) => { button.disabled = false; progress.hidden = true; told.textContent = text; };
    request.addEventListener('load', () => {
      if (request.status === 200) { location.href = JSON.parse(request.responseText).next; return; }
      const page = new DOMParser().parseFromString(request.responseText, 'text/html');
      failed((page.querySelector('h1') || {}).textContent + ' ' + ((page.querySelector('h1 + p') || {}).textContent || ''));
    });
    request.addEventListener('error', () => failed('The connection was lost. Nothing was kept; try again.'));
    request.send(new FormData(form));
  });
})();
`;
