// One's own password, the other operators, and the tokens of scripts.
import { moment } from '../figures.ts';
import { errorSummary, field, type FieldProblems } from '../form-parts.ts';
import { csrfField, type Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import type { Operator, TokenLine } from '../ports/access.ts';

export interface AccountView {
  readonly operators: readonly Operator[];
  readonly tokens: readonly TokenLine[];
  readonly problems: FieldProblems;
  /** Which form the problems are about. */
  readonly form: 'password' | 'operator' | 'token' | null;
  /** A token that was just made: shown this once. */
  readonly made: string | null;
}

/** The page at `/account`. */
export function accountPage(frame: Frame, view: AccountView): Html {
  const problemsOf = (form: AccountView['form']): FieldProblems => (view.form === form ? view.problems : {});
  return page(frame, {
    title: 'Account',
    section: 'account',
    body: html`${errorSummary(view.problems)}
${view.made !== null && html`<section class="sheet" aria-labelledby="made"><h2 id="made">The new token</h2><p>Copy it now: it is not shown again.</p><p><code class="secret">${view.made}</code></p><p class="quiet">Use it as <code>Authorization: Bearer …</code> on <code>/api</code> and <code>/metrics</code>.</p></section>`}
<section class="sheet narrow" aria-labelledby="own"><h1 id="own">${frame.operator?.name}</h1>
<h2>Change your password</h2><form method="post" action="/account/password">${csrfField(frame)}
${field({ name: 'current', label: 'Current password', type: 'password', autocomplete: 'current-password', problems: problemsOf('password') })}
${field({ name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password', hint: 'At least 12 characters.', problems: problemsOf('password') })}
${field({ name: 'again', label: 'The new password again', type: 'password', autocomplete: 'new-password', problems: problemsOf('password') })}
<button>Change the password</button><p class="quiet">Your other sessions end. Tokens that you made go on until they are revoked, below.</p></form>
<form method="post" action="/account/sessions">${csrfField(frame)}<button class="second">Sign out everywhere else</button></form></section>
<section class="sheet" aria-labelledby="operators"><h2 id="operators">Operators</h2>
<p class="quiet">Everybody here can do everything. What they do stands in <a href="/history">the history</a> under their name.</p>
<table><tbody>${view.operators.map((operator) => html`<tr><th scope="row">${operator.name}</th><td>${operator.id === frame.operator?.id ? html`<span class="quiet">you</span>` : html`<form method="post" action="/account/operators/${operator.id}/remove">${csrfField(frame)}<button class="second">Remove<span class="unseen"> ${operator.name}</span></button></form>`}</td></tr>`)}</tbody></table>
<details class="more"><summary>Add an operator, or set another’s new password</summary><form class="narrow" method="post" action="/account/operators">${csrfField(frame)}
${field({ name: 'name', label: 'Their name', problems: problemsOf('operator') })}
${field({ name: 'password', label: 'A password to begin with', type: 'password', autocomplete: 'new-password', hint: 'Tell them in person; they change it here. Of somebody who is there already the sessions end; their tokens go on until they are revoked, below.', problems: problemsOf('operator') })}
${field({ name: 'again', label: 'The same again', type: 'password', autocomplete: 'new-password', problems: problemsOf('operator') })}
<button>Save</button></form></details></section>
<section class="sheet" aria-labelledby="tokens"><h2 id="tokens">API tokens</h2>
<p>For scripts and for Prometheus. A token acts in the name of whoever made it. What it can do is described at <a href="/api/docs">the API page</a>.</p>
${
  view.tokens.length > 0 &&
  html`<table class="letters"><thead><tr><th scope="col">Token</th><th scope="col">Made</th><th scope="col">Expires</th><th scope="col">Last used</th><th scope="col"><span class="unseen">Action</span></th></tr></thead><tbody>${view.tokens.map(
    (token) =>
      html`<tr><td><strong>${token.name}</strong> <span class="quiet">by ${token.operator}</span></td><td class="when">${moment(token.createdAt)}</td><td class="when">${moment(token.expiresAt)}</td><td class="when">${token.usedAt === null ? 'never' : moment(token.usedAt)}</td><td><form method="post" action="/account/tokens/${token.id}/revoke">${csrfField(frame)}<button class="second">Revoke<span class="unseen"> ${token.name}</span></button></form></td></tr>`,
  )}</tbody></table>`
}
<form class="narrow" method="post" action="/account/tokens">${csrfField(frame)}
${field({ name: 'token', label: 'What is the token for?', hint: 'For example: Prometheus', problems: problemsOf('token') })}
${field({ name: 'days', label: 'Days until it expires', type: 'number', inputmode: 'numeric', value: '90', small: true, problems: problemsOf('token') })}
<button>Make a token</button></form></section>`,
  });
}
