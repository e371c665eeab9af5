// The API as its document tells it: every endpoint with what it takes, what it answers and how to call it.
import type { Content, OpenApiDocument, Operation, Parameter, Schema } from '../api/document.ts';
import { prose } from '../form-parts.ts';
import type { Frame } from '../frame.ts';
import { html, type Html, type HtmlValue } from '../html.ts';
import { page } from '../layout.ts';

interface Parts {
  readonly document: OpenApiDocument;
  /** Where this console is, for the examples. */
  readonly origin: string;
}

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const tones: Readonly<Record<string, string>> = { GET: 'open', POST: 'good', PUT: 'wait', DELETE: 'bad' };

export function apiDocsPage(frame: Frame, { document, origin }: Parts): Html {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const groups = document.tags.map(({ name }) => ({
    name,
    entries: entries.filter(({ operation }) => operation.tags.includes(name)),
  }));
  return page(frame, {
    title: 'API',
    section: null,
    body: html`<h1>API</h1>
<section class="sheet spaced"><p class="lead">${prose(document.info.description)}</p>
<p>Make a token on <a href="/account">your account’s page</a>, put it into <code>CANDOR_TOKEN</code>, and try:</p>
<pre><code>curl -sS -H "Authorization: Bearer $CANDOR_TOKEN" ${origin}/api/status</code></pre>
<p class="more">For programs: <a href="/api/openapi.json">the OpenAPI ${document.openapi} document</a>.</p>
<nav aria-label="Parts of the API">${groups.map(({ name }) => html`<a href="#${name}">${name}</a>`)}<a href="#answers">answers</a></nav></section>
${groups.map(({ name, entries }) => html`<section class="sheet" id="${name}"><h2>${name}</h2>${entries.map((entry) => entryPart(entry, origin))}</section>`)}
<section class="sheet" id="answers"><h2>answers</h2>${Object.entries(document.components.schemas).map(([name, schema]) => html`<div class="group" id="schema-${name}"><h3>${name}</h3>${schema.description !== undefined && html`<p>${prose(schema.description)}</p>`}${fields(schema, name)}</div>`)}</section>`,
  });
}

function entryPart({ method, path, operation }: Entry, origin: string): Html {
  const { requestBody, parameters, responses } = operation;
  const person = operation.security?.some((one) => 'token' in one) === false;
  return html`<details class="more" id="op-${operation.operationId}"><summary><span class="badge plain ${tones[method] ?? 'rest'}">${method}</span> <code>${path}</code> ${operation.summary}</summary>
${operation.description !== undefined && html`<p>${prose(operation.description)}</p>`}
${person && html`<p>Not for API tokens: a person has to be signed in.</p>`}
${parameters.length > 0 && parameterTable(parameters, operation.operationId)}
${requestBody !== undefined && html`<p><strong>Body</strong> ${contentText(requestBody.content)} ${requestBody.description}</p>${Object.values(requestBody.content).map(({ schema }) => fields(schema, `${operation.operationId} body`))}`}
<p><strong>Answers</strong></p><dl class="fields">${Object.entries(responses).map(([status, response]) => html`<dt class="mono">${status}</dt><dd>${response.description} ${response.content !== undefined && contentText(response.content)}</dd>`)}</dl>
<pre class="spaced"><code>${curl({ method, path, operation }, origin)}</code></pre></details>`;
}

function parameterTable(parameters: readonly Parameter[], name: string): Html {
  return table(
    `Parameters of ${name}`,
    parameters.map((one) => [
      html`<code>${one.name}</code>`,
      html`${one.in}${one.required && ', required'}`,
      typeText(one.schema),
      one.description !== undefined && prose(one.description),
    ]),
  );
}

/** The fields of an object, and of what stands in it without a name of its own. */
function fields(schema: Schema, name: string): Html | null {
  const { properties, required = [] } = schema;
  const rows = rowsOf(properties ?? {}, required, '');
  for (const one of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])])
    rows.push(...rowsOf(one.properties ?? {}, one.required ?? [], ''));
  return rows.length === 0 ? null : table(`Fields of ${name}`, rows);
}

function rowsOf(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
  within: string,
): HtmlValue[][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${within}${name}`;
    const row: HtmlValue[] = [
      html`<code>${path}</code>`,
      required.includes(name) ? 'required' : 'optional',
      typeText(schema),
      schema.description !== undefined && prose(schema.description),
    ];
    const inner = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
    return [
      row,
      ...inner.flatMap((one) => [
        ...rowsOf(one.properties ?? {}, one.required ?? [], `${path}.`),
        ...rowsOf(one.items?.properties ?? {}, one.items?.required ?? [], `${path}[].`),
      ]),
    ];
  });
}

function table(caption: string, rows: readonly (readonly HtmlValue[])[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption class="unseen">${caption}</caption><thead><tr><th scope="col">Name</th><th scope="col">Place</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** A type in a few words. */
function typeText(schema: Schema): HtmlValue {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return several.map((one, index) => [index > 0 && ' or ', typeText(one)]);
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum !== undefined)
    return schema.enum.map((one, index) => [index > 0 && ' ', html`<code>${String(one)}</code>`]);
  if (schema.type === 'array') return ['list of ', schema.items === undefined ? 'anything' : typeText(schema.items)];
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return ['by name: ', typeText(schema.additionalProperties)];
  const bounds = [
    schema.format === 'date-time' && 'time',
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.maximum !== undefined && `to ${schema.maximum}`,
  ].filter((one) => one !== false && one !== undefined);
  return [schema.type ?? 'anything', bounds.length > 0 && ` (${bounds.join(' ')})`];
}

function contentText(content: Content): Html {
  return html`${Object.entries(content).map(([type, { schema }]) => html`<span class="mono">${type}</span> ${schema.$ref !== undefined && typeText(schema)} `)}`;
}

/** A call that works once the names in capitals are filled in. */
function curl({ method, path, operation }: Entry, origin: string): string {
  const { requestBody, parameters } = operation;
  const required = parameters
    .filter((one) => one.in === 'query' && one.required)
    .map((one) => `${one.name}=${one.name.toUpperCase()}`);
  const address = `'${origin}${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())}${required.length > 0 ? `?${required.join('&')}` : ''}'`;
  const person = operation.security?.some((one) => 'token' in one) === false;
  const who = person
    ? '-H "Cookie: $CANDOR_SESSION" -H "x-csrf-token: $CANDOR_CSRF"'
    : '-H "Authorization: Bearer $CANDOR_TOKEN"';
  const json = requestBody?.content['application/json'];
  const body =
    json !== undefined
      ? ` -H 'content-type: application/json' \\\n  -d '${JSON.stringify(json.example ?? {})}'`
      : requestBody !== undefined
        ? ' -F file=@recipients.csv'
        : '';
  return `curl -sS${method === 'GET' || requestBody?.content['multipart/form-data'] !== undefined ? '' : ` -X ${method}`} ${who}${body} ${address}`;
}
