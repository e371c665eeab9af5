// The parser alone: the package's main file brings a dictionary of all CSS with it, and has no types of its own.
declare module 'css-tree/parser' {
  import type { CssNode, ParseOptions } from 'css-tree';

  export default function parse(text: string, options?: ParseOptions): CssNode;
}
