import { describe, expect, it } from 'vitest';
import { mirroredImage } from '../../src/math/image.js';

describe('mirroredImage', () => {
  it('turns each row around and keeps the channels of a pixel together', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const mirrored = mirroredImage({ width: 2, height: 2, channels: 3, data });
    expect([...mirrored.data]).toEqual([4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
    expect([...mirroredImage(mirrored).data]).toEqual([...data]);
  });
});
