import { describe, expect, it } from 'vitest';
import { mirrorRows } from '../../../src/math/mirror-rows.js';
import { parsingClasses } from '../../../src/network/parsing/parsing-classes.js';
import { parserTeacher } from '../../../src/node/training/parse-data.js';
import type { HostTensor, Session } from '../../../src/runtime/session.js';

const size = 8;
const side = size / 2;
const plane = side * side;
const each = parsingClasses.length * plane;

/** Says of each look how far right a pixel is, and notes what it was shown. */
function listening(shown: Float32Array[]): Session {
  return {
    inputNames: ['image'],
    outputNames: ['classes'],
    inputDims: { image: [1, 3, size, size] },
    run({ image }: { image: HostTensor }) {
      const data = image.data as Float32Array;
      for (let look = 0; look < 2; look++)
        shown.push(data.slice(look * 3 * size * size, (look + 1) * 3 * size * size));
      const classes = Float32Array.from(
        { length: 2 * each },
        (_, i) => (i % side) + 10 * Math.floor(i / each),
      );
      return Promise.resolve({ classes: { dims: [2, parsingClasses.length, side, side], data: classes } });
    },
    release: () => Promise.resolve(),
  } as unknown as Session;
}

describe('parserTeacher', () => {
  it('means the view and its mirror image', async () => {
    const shown: Float32Array[] = [];
    const image = Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i));
    const said = await parserTeacher(listening(shown), size)(image);
    const mirrored = image.slice();
    mirrorRows(mirrored, size);
    expect(shown).toEqual([image, mirrored]);
    // 0 … 3 as it is, 13 … 10 once turned around again.
    expect([...said.subarray(0, side)]).toEqual([6.5, 6.5, 6.5, 6.5]);
  });
});
