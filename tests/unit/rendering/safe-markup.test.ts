// What a letter may be made of: nothing that links, loads, submits or runs.
import { describe, expect, it } from 'vitest';
import { findUnsafeHtml, findUnsafeSource } from '../../../src/rendering/safe-markup.ts';

describe('findUnsafeSource', () => {
  it.each([
    '<mj-text><h1>Title</h1><p class="x" lang="en">The data: a < b, see platform.openai.com, write to a@example.com</p></mj-text>',
    '<!-- <a href="https://example.com"> in a comment reaches nobody --><mj-spacer height="2px" />',
    '<mj-style>/* fine */ @media (prefers-color-scheme: dark) { .a { color: #fff } }</mj-style>',
    '<p>Our behaviour and/or data: fine</p>',
  ])('accepts %s', (source) => {
    expect(findUnsafeSource(source)).toBeNull();
  });

  it.each([
    '<a href="https://example.com">x</a>',
    '<A>x</A>',
    '<mj-button>x</mj-button>',
    '<mj-image src="cid:x" />',
    '<mj-include path="./x.mjml" />',
    '<mj-raw><b>x</b></mj-raw>',
    '<mj-font name="X" href="https://example.com/x.css" />',
    '<mj-section background-url="x.png">',
    '<script>alert(1)</script>',
    '<p>a</p><script src=x',
    '<form action="x"><input></form>',
    '<img src=x>',
    '<svg/onload=alert(1)>',
    '<iframe>',
    '<p onclick="x()">x</p>',
    '<p OnMouseOver=x>x</p>',
    '<p style="background:url(x)">x</p>',
    '<p style="background:u\\72l(x)">x</p>',
    '<p style="background:&#117;rl(x)">x</p>',
    '<mj-style>@import "x";</mj-style>',
    '<mj-style>.a { background: URL( x ) }</mj-style>',
    '<mj-style>.a { background: u\\000072l(x) }</mj-style>',
    '<p>https://example.com</p>',
    '<p>https&#58;//example.com</p>',
    '<p>www.example.com</p>',
    '<!--><p>x</p>',
    '<!DOCTYPE x>',
    '<?xml version="1.0"?>',
    '<meta http-equiv="refresh" content="0">',
    '<p>\ue000</p>',
  ])('refuses %s', (source) => {
    expect(findUnsafeSource(source)).not.toBeNull();
  });
});

describe('findUnsafeHtml', () => {
  it('allows the names of XML vocabularies and the metas that MJML writes', () => {
    expect(
      findUnsafeHtml(
        '<!doctype html><html lang="en" xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="X-UA-Compatible" content="IE=edge"></head></html>',
        false,
      ),
    ).toBeNull();
  });

  it.each([
    '<link rel="stylesheet" href="x">',
    '<base href="x">',
    '<!--[if mso]><v:image src="x"/><![endif]-->',
    '<style>@import url(x)</style>',
  ])('refuses %s', (html) => {
    expect(findUnsafeHtml(`<!doctype html>${html}`, false)).not.toBeNull();
  });
});
