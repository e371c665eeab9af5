// Arms the launch button when the number of notices was typed. The server asks for it all the same.

export const launch = `'use strict';
(() => {
  const form = document.getElementById('launch-form');
  const input = document.getElementById('notices');
  const button = form && form.querySelector('button');
  if (!form || !input || !button) return;
  const arm = () => { button.disabled = input.value.replace(/[\\s.,]/g, '') !== form.dataset.notices; };
  input.addEventListener('input', arm);
  arm();
})();
`;
