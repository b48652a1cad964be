import { describe, expect, it } from 'vitest';
import { mirrorRows } from '../../../src/math/mirror-rows.js';
import { greyView } from '../../../src/network/face-view.js';
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
      for (let look = 0; look < 3; look++)
        shown.push(data.slice(look * 3 * size * size, (look + 1) * 3 * size * size));
      const classes = Float32Array.from(
        { length: 3 * each },
        (_, i) => (i % side) + 10 * Math.floor(i / each),
      );
      return Promise.resolve({ classes: { dims: [3, parsingClasses.length, side, side], data: classes } });
    },
    release: () => Promise.resolve(),
  } as unknown as Session;
}

describe('parserTeacher', () => {
  it('means the view, its mirror image, and that in grey', async () => {
    const shown: Float32Array[] = [];
    const image = Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i));
    const said = await parserTeacher(listening(shown), size)(image);
    const [mirrored, grey] = [image.slice(), image.slice()];
    mirrorRows(mirrored, size);
    greyView(grey);
    mirrorRows(grey, size);
    expect(shown).toEqual([image, mirrored, grey]);
    // 0 … 3 as it is, 13 … 10 and 23 … 20 once turned around again.
    expect([...said.subarray(0, side)].map((value) => Math.round(1000 * value))).toEqual(
      [0, 1, 2, 3].map((x) => Math.round((1000 * (x + 13 - x + 23 - x)) / 3)),
    );
  });
});
