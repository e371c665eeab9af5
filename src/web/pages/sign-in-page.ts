// The two pages that can be seen without a session.
import { errorSummary, field, type FieldProblems } from '../form-parts.ts';
import type { Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';

/** Name and password. `next` is where the person was going. */
export function signInPage(
  frame: Frame,
  view: { name: string; next: string; problems: FieldProblems; firstStart: boolean },
): Html {
  return page(frame, {
    title: 'Sign in',
    section: null,
    body: html`<section class="sheet narrow"><h1>Sign in</h1>${errorSummary(view.problems)}
${
  view.firstStart
    ? html`<p>Nobody has set a password yet. Open the link that <code>candor serve</code> printed on its terminal.</p>`
    : html`<form method="post" action="/sign-in"><input type="hidden" name="next" value="${view.next}">
${field({ name: 'name', label: 'Name', value: view.name, autocomplete: 'username', problems: view.problems })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', problems: view.problems })}
<button>Sign in</button></form>
<p class="quiet">Lost your password? Another operator can set a new one, or <code>candor serve --new-password</code> on the machine prints a link.</p>`
}</section>`,
  });
}

/** A name and a new password, for whoever holds the link. */
export function firstPasswordPage(
  frame: Frame,
  view: { token: string; name: string; first: boolean; problems: FieldProblems },
): Html {
  return page(frame, {
    title: 'Set a password',
    section: null,
    body: html`<section class="sheet narrow"><h1>${view.first ? 'Welcome to Candor' : 'Set a new password'}</h1>
<p>${view.first ? 'Choose the name that will stand in the record of everything you do here, and a password.' : 'Give the name of an operator, and the new password. Their other sessions end; their API tokens go on until somebody revokes them under Account.'}</p>${errorSummary(view.problems)}
<form method="post" action="/first-password"><input type="hidden" name="token" value="${view.token}">
${field({ name: 'name', label: 'Name', value: view.name, autocomplete: 'username', problems: view.problems })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', hint: 'At least 12 characters. A few unrelated words are easy to remember.', problems: view.problems })}
${field({ name: 'again', label: 'The same password again', type: 'password', autocomplete: 'new-password', problems: view.problems })}
<button>Set the password and sign in</button></form></section>`,
  });
}
