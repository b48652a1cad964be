/** 0 before `from`, 1 beyond `to`, between them a cubic without kinks; `from` may be the larger. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
