/** Nobody sees a vertex move by less, or by less of a target's largest move; as zeros they need no space. */
const leastDelta = 0.1; // mm
const leastShare = 0.015;

/** What is left out of a target's moves, mm. */
export function leastMove(deltas: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < deltas.length; i += 3)
    largest = Math.max(largest, deltas[i]! ** 2 + deltas[i + 1]! ** 2 + deltas[i + 2]! ** 2);
  return Math.max(leastDelta, leastShare * Math.sqrt(largest));
}

/** A copy in which vectors shorter than `least` are zero. */
export function dropSmall(vectors: Float32Array, least: number): Float32Array {
  const out = Float32Array.from(vectors);
  for (let i = 0; i < out.length; i += 3) {
    const squared = out[i]! ** 2 + out[i + 1]! ** 2 + out[i + 2]! ** 2;
    if (squared >= least * least) continue;
    out[i] = 0;
    out[i + 1] = 0;
    out[i + 2] = 0;
  }
  return out;
}
