import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignmentCrop, alignmentTemplate } from '../../src/detect/alignment.js';
import { cropToImage } from '../../src/detect/crop.js';

const within = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('alignmentCrop', () => {
  it('puts the template where it was moved to', () => {
    fc.assert(
      fc.property(
        within(-170, 170),
        within(0.2, 5),
        within(-300, 300),
        within(-300, 300),
        (degrees, scale, dx, dy) => {
          const angle = (degrees * Math.PI) / 180;
          const points = alignmentTemplate.map((_, i) => {
            const [x, y] = [alignmentTemplate[i - (i % 2)]!, alignmentTemplate[i - (i % 2) + 1]!];
            // Turned anticlockwise in a picture whose y points down.
            return i % 2 === 0
              ? scale * (x * Math.cos(angle) + y * Math.sin(angle)) + dx
              : scale * (y * Math.cos(angle) - x * Math.sin(angle)) + dy;
          });
          const crop = alignmentCrop(points);
          expect(crop.scale).toBeCloseTo(scale, 6);
          for (let k = 0; k < 5; k++) {
            const [x, y] = cropToImage(crop, alignmentTemplate[2 * k]!, alignmentTemplate[2 * k + 1]!);
            expect(x).toBeCloseTo(points[2 * k]!, 4);
            expect(y).toBeCloseTo(points[2 * k + 1]!, 4);
          }
        },
      ),
    );
  });

  it('fits points that are no turned template as well as a similarity can', () => {
    const crop = alignmentCrop(alignmentTemplate.map((value, i) => value + (i === 4 ? 10 : 0)));
    expect(crop.scale).toBeGreaterThan(0.95);
    expect(crop.scale).toBeLessThan(1.1);
    expect(Math.abs(crop.roll)).toBeLessThan(3);
  });
});
