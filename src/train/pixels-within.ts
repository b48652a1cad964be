/** Pixels whose middle lies within a polygon (even–odd rule). */
export function pixelsWithin(polygon: readonly (readonly [number, number])[], size: number): number[] {
  const pixels: number[] = [];
  for (let row = 0; row < size; row++) {
    const y = row + 0.5;
    const crossings = polygon
      .flatMap(([x0, y0], k) => {
        const [x1, y1] = polygon[(k + 1) % polygon.length]!;
        return y0 > y === y1 > y ? [] : [x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)];
      })
      .sort((a, b) => a - b);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      const from = Math.max(0, Math.ceil(crossings[k]! - 0.5));
      const to = Math.min(size, Math.ceil(crossings[k + 1]! - 0.5));
      for (let column = from; column < to; column++) pixels.push(row * size + column);
    }
  }
  return pixels;
}
