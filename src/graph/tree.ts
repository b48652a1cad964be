/**
 * Named values in nested records, such as a network's parameters: `{ stem: { weight, bias }, head: { … } }`.
 */
export type Tree<Leaf> = Leaf | { readonly [name: string]: Tree<Leaf> };

/** Leaves in the order of their records, named by their path: `stem.weight`. A lone leaf has the name ''. */
export function flattenTree<Leaf>(
  tree: Tree<Leaf>,
  isLeaf: (node: Tree<Leaf>) => node is Leaf,
  path = '',
): [name: string, leaf: Leaf][] {
  if (isLeaf(tree)) return [[path, tree]];
  return Object.entries(tree).flatMap(([name, child]) =>
    flattenTree(child, isLeaf, path === '' ? name : `${path}.${name}`),
  );
}

/** The same records with each leaf replaced; `replace` sees leaves in the order of `flattenTree`. */
export function mapTree<Leaf, Result>(
  tree: Tree<Leaf>,
  isLeaf: (node: Tree<Leaf>) => node is Leaf,
  replace: (leaf: Leaf, name: string) => Result,
  path = '',
): Tree<Result> {
  if (isLeaf(tree)) return replace(tree, path);
  return Object.fromEntries(
    Object.entries(tree).map(([name, child]) => [
      name,
      mapTree(child, isLeaf, replace, path === '' ? name : `${path}.${name}`),
    ]),
  );
}

/** The same records with these leaves, in the order of `flattenTree`. */
export function fillTree<Leaf, Result>(
  tree: Tree<Leaf>,
  isLeaf: (node: Tree<Leaf>) => node is Leaf,
  leaves: readonly Result[],
): Tree<Result> {
  let next = 0;
  return mapTree<Leaf, Result>(tree, isLeaf, () => leaves[next++]!);
}
