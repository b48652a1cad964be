import type { Occluder } from '../object-model.js';

/** Two things worn at once, each hiding more with the amount. */
export function together(first: Occluder, second: Occluder, range: readonly [number, number]): Occluder {
  return {
    name: `${first.name} and ${second.name}`,
    range,
    build: (site, random, amount) => {
      const a = first.build(site, random.fork('first'), amount);
      const b = second.build(
        site,
        random.fork('second'),
        Math.min(1, random.fork('amount').uniform(0.1, 0.5) + amount),
      );
      return {
        parts: [...a.parts, ...b.parts],
        shadow: {
          gap: (a.shadow.gap + b.shadow.gap) / 2,
          strength: (a.shadow.strength + b.shadow.strength) / 2,
        },
        parameters: { ...b.parameters, ...a.parameters },
      };
    },
  };
}
