import { fixed } from '../fixed-decimals.js';

/** A prim of a USD layer, as text: `def <kind> "<name>" (<metadata>) { <lines> }`. */
export interface UsdPrim {
  readonly kind: string;
  readonly name: string;
  readonly metadata?: readonly string[];
  readonly lines?: readonly string[];
  readonly children?: readonly UsdPrim[];
}

/** A layer as text (`.usda`). @param metadata of the layer */
export function usdaText(metadata: readonly string[], root: UsdPrim): string {
  return ['#usda 1.0', '(', ...metadata.map((line) => `  ${line}`), ')', ...primLines(root), ''].join('\n');
}

function primLines({ kind, name, metadata = [], lines = [], children = [] }: UsdPrim): string[] {
  const head = `def ${kind} "${name}"`;
  const within = [...lines, ...children.flatMap(primLines)].map((line) => `  ${line}`);
  const about = metadata.length === 0 ? [head] : [`${head} (`, ...metadata.map((line) => `  ${line}`), ')'];
  return [...about, '{', ...within, '}'];
}

/** A name that USD takes: letters, digits and underscores. */
export function usdName(name: string): string {
  const plain = name.replaceAll(/\W+/g, '_');
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
}

/** `[1, 2]`, or with a stride `[(1, 2), (3, 4)]`. */
export function usdArray(values: ArrayLike<number>, digits: number, stride = 1): string {
  const texts = Array.from(values, (value) => fixed(value, digits));
  if (stride === 1) return `[${texts.join(', ')}]`;
  const tuples = Array.from(
    { length: texts.length / stride },
    (_, i) => `(${texts.slice(i * stride, (i + 1) * stride).join(', ')})`,
  );
  return `[${tuples.join(', ')}]`;
}

export const usdTokens = (names: readonly string[]): string =>
  `[${names.map((name) => `"${name}"`).join(', ')}]`;
