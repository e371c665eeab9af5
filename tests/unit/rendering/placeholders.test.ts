// The grammar of placeholders: what can be filled for every recipient, and what can't.
import { describe, expect, it } from 'vitest';
import { fillFacts, findPlaceholderProblem, findSubjectProblem } from '../../../src/rendering/placeholders.ts';

const hasFact = (name: string): boolean => name === 'contact';

describe('findPlaceholderProblem', () => {
  it.each([
    'no placeholder } at {all}, and css{a{b}}',
    '{{fact.contact}} and {{ fact.contact }}',
    '<ul>{{#each exposed}}<li>{{this}}</li>{{/each}}</ul>',
    '{{#if recipient.name}}Dear {{recipient.name}}{{else}}Hello{{/if}}',
    '{{#if recipient.name}}{{#each exposed}}{{this}}{{/each}}{{/if}}',
  ])('accepts %s', (source) => {
    expect(findPlaceholderProblem(source, 'affected', hasFact)).toBeNull();
  });

  it.each([
    ['{{nope}}', '{{nope}}'],
    ['{{ fact.phone }}', '{{ fact.phone }}'],
    ['{{fact.constructor}}', '{{fact.constructor}}'],
    ['{{fact.contact.length}}', '{{fact.contact.length}}'],
    ['{{}}', '{{}}'],
    ['{{recipient.name}}', '{{recipient.name}}'],
    ['{{#if recipient.name}}a{{else}}{{/if}}{{recipient.name}}', '{{recipient.name}}'],
    ['{{#if recipient.name}}', '{{#if recipient.name}}'],
    ['{{#if other}}a{{/if}}', '{{#if other}}'],
    ['{{#unless recipient.name}}a{{/unless}}', '{{#unless recipient.name}}'],
    ['{{else}}', '{{else}}'],
    ['{{this}}', '{{this}}'],
    ['{{#each exposed}}{{this}}', '{{#each exposed}}'],
    ['{{#each exposed}}{{#each exposed}}', '{{#each exposed}}'],
    ['{{/each}}', '{{/each}}'],
    ['{{#each exposed}}{{/if}}', '{{/if}}'],
    ['{{{fact.contact}}}', '{{{fact.contact}}'],
    ['\\{{fact.contact}}', '{{fact.contact}}'],
    ['{{fact.contact}}}', '{{fact.contact}}'],
    ['{{&fact.contact}}', '{{&fact.contact}}'],
    ['{{>partial}}', '{{>partial}}'],
    ['{{!-- note --}}', '{{!-- note --}}'],
    ['{{~this}}', '{{~this}}'],
    ['{{lookup this "x"}}', '{{lookup this "x"}}'],
    ['{{fact.contact} }', '{{fact.contact} }'],
    ['{{this\n<p>}}', '{{this\n<p>}}'],
    ['text {{', '{{'],
  ])('refuses %j and names it', (source, placeholder) => {
    expect(findPlaceholderProblem(source, 'affected', hasFact)).toMatchObject({ placeholder });
  });

  it('refuses the list of exposed data in a letter to the unaffected', () => {
    expect(findPlaceholderProblem('{{#each exposed}}{{this}}{{/each}}', 'unaffected', hasFact)).toMatchObject({
      placeholder: '{{#each exposed}}',
    });
  });
});

describe('findSubjectProblem', () => {
  it.each([
    ['About {{fact.contact}}', null],
    ['Hello {{recipient.name}}', '{{recipient.name}}'],
    ['{{fact.phone}}', '{{fact.phone}}'],
    ['{{fact.contact', '{{fact.contact'],
  ])('%s', (subject, placeholder) => {
    expect(findSubjectProblem(subject, hasFact)?.placeholder ?? null).toBe(placeholder);
  });
});

describe('fillFacts', () => {
  it('fills facts and nothing else, and reads no patterns in them', () => {
    expect(fillFacts('{{fact.a}} {{ fact.b }} {{this}}', (name) => `<${name}$&>`)).toBe('<a$&> <b$&> {{this}}');
  });
});
