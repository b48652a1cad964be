import { describe, expect, it } from 'vitest';
import { noFaceMessage } from '../../src/cli/no-face.js';

const box = { x: 40, y: 20, width: 30, height: 30 };

describe('noFaceMessage', () => {
  it('gives places and options in pixels of the file', () => {
    const small = noFaceMessage({ kind: 'small', face: { box, roll: 3, threshold: 0.6 }, minFace: 48 }, 0.5);
    expect(small).toMatch(
      /^no face found; what may be one around 110,70, 60 pixels wide, is too small;.*--min-face 60$/,
    );
    const doubtful = { kind: 'doubtful', face: { box, roll: -80, threshold: 0.21 } } as const;
    expect(noFaceMessage(doubtful, 1)).toMatch(
      /--min-score 0\.21, or say where it is: --box 40,20,30,30,-80$/,
    );
  });

  it('offers no score that would take anything, or that is the default', () => {
    for (const threshold of [0.01, 0.5])
      expect(noFaceMessage({ kind: 'doubtful', face: { box, roll: 0, threshold } }, 1)).toMatch(
        /take it with --box 40,20,30,30$/,
      );
  });

  it.each([
    [{ kind: 'tiny', width: 9, height: 5 }, /only 9×5 pixels; use a larger one/],
    [{ kind: 'transparent', share: 0.75 }, /75 % of the picture are transparent.*background/],
    [{ kind: 'dark', brightness: 12.3 }, /very dark \(mean brightness 12 of 255\); brighten it/],
    [{ kind: 'plain' }, /of one colour/],
    [
      { kind: 'none', minFace: 20 },
      /not upside down; use a photo in which a face is in view and at least 20 pixels/,
    ],
  ] as const)('has one line for %o', (cause, message) => {
    expect(noFaceMessage(cause, 1)).toMatch(message);
    expect(noFaceMessage(cause, 1)).not.toContain('\n');
  });
});
