// The OpenAPI document, made from the endpoints as they are registered: nothing of it is written by hand twice.
import { z } from 'zod';
import { categories } from '../../domain/category.ts';
import { statusOf } from '../problem.ts';
import { isStream, tags, type Endpoint, type Stream } from './endpoint.ts';
import { problem } from './parts.ts';

/** JSON Schema, as far as zod writes it for us. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>;

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly description?: string; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

const description = `Everything that the console does. Send an API token as \`Authorization: Bearer\`, or the cookie of a session with the token of \`/api/session\` in \`x-csrf-token\` for each change. Times are ISO 8601. A list has a \`next\`: the path of its next page. Problems have a code, a message and a help. Unknown fields are refused. Categories are ${categories.join(', ')}.`;

/**
 * @param cookie name of the session's cookie
 * @param publicUrl where a proxy publishes the API; null: wherever the document came from
 */
export function documentOf(endpoints: readonly Endpoint[], cookie: string, publicUrl: string | null): OpenApiDocument {
  const schemas: Record<string, Schema> = {};
  const paths: Record<string, Record<string, Operation>> = {};
  const into = (schema: z.ZodType, io: 'input' | 'output'): Schema => {
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = z.toJSONSchema(schema, { io, override: ({ jsonSchema }) => plain(jsonSchema) });
    for (const [name, one] of Object.entries($defs)) schemas[name] = withRefs(one);
    return withRefs(rest);
  };
  into(problem, 'output');
  for (const endpoint of endpoints)
    (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = operationOf(endpoint, into);
  const used = new Set(endpoints.map(({ tag }) => tag));
  return {
    openapi: '3.1.0',
    info: { title: 'Candor', version: '1', description },
    servers: [{ url: publicUrl ?? '/' }],
    tags: tags.filter((tag) => used.has(tag)).map((name) => ({ name })),
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: cookie },
      },
    },
  };
}

type Into = (schema: z.ZodType, io: 'input' | 'output') => Schema;

function operationOf(endpoint: Endpoint, into: Into): Operation {
  const { answer, body } = endpoint;
  return {
    operationId: endpoint.id,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    ...(endpoint.detail === undefined ? {} : { description: endpoint.detail }),
    ...(endpoint.needsPerson === true ? { security: [{ session: [] }] } : {}),
    parameters: [
      ...parametersOf('path', endpoint.params, into),
      ...parametersOf('query', endpoint.query, into),
      ...parametersOf('header', endpoint.headers, into),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: isStream(body)
            ? { required: true as const, description: body.description, content: contentOf(body) }
            : {
                required: true as const,
                content: {
                  'application/json': {
                    schema: into(body, 'input'),
                    ...(endpoint.example === undefined ? {} : { example: endpoint.example }),
                  },
                },
              },
        }),
    responses: {
      [answer.status]:
        answer.body === null
          ? { description: 'Done.' }
          : isStream(answer.body)
            ? { description: answer.body.description, content: contentOf(answer.body) }
            : { description: 'The answer.', content: { 'application/json': { schema: into(answer.body, 'output') } } },
      ...problemsOf(endpoint),
    },
  };
}

function parametersOf(place: Parameter['in'], schema: z.ZodObject | undefined, into: Into): Parameter[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = into(schema, 'input');
  return Object.entries(properties).map(([name, { description: told, ...one }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(told === undefined ? {} : { description: told }),
    schema: one,
  }));
}

function contentOf(stream: Stream): Content {
  return Object.fromEntries(
    stream.types.map((type) => [
      type,
      {
        schema:
          type === 'multipart/form-data'
            ? { type: 'object', properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] }
            : { type: 'string' },
      },
    ]),
  );
}

/** Codes by status; what any endpoint may say is under `default`. */
function problemsOf(endpoint: Endpoint): Operation['responses'] {
  const content: Content = { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const codes = [
    ...(endpoint.params === undefined ? [] : (['resource-unknown'] as const)),
    ...(endpoint.problems ?? []),
  ];
  const statuses = [...new Set(codes.map((code) => statusOf(code)))].toSorted();
  return {
    ...Object.fromEntries(
      statuses.map((status) => [
        status,
        { description: codes.filter((code) => statusOf(code) === status).join(', '), content },
      ]),
    ),
    default: { description: 'A problem.', content },
  };
}

/** Leaves out what zod says of every whole number and every time. */
function plain(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.format === 'date-time') delete schema.pattern;
  if (typeof schema.propertyNames === 'object' && Object.keys(schema.propertyNames).join() === 'type')
    delete schema.propertyNames;
}

function withRefs(schema: unknown): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Schema;
}
