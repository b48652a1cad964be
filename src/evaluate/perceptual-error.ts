/**
 * Perceptual error of the paper: the distance between two face embeddings after each is brought to length 1,
 * 0…2.
 * @param a D numbers @param b D numbers
 */
export function perceptualError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const length = (x: ArrayLike<number>): number =>
    Math.sqrt(Array.from(x, (value) => value * value).reduce((sum, value) => sum + value, 0));
  const [la, lb] = [length(a), length(b)];
  return Math.sqrt(
    Array.from(a, (value, i) => (value / la - b[i]! / lb) ** 2).reduce((sum, value) => sum + value, 0),
  );
}
