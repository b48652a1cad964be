import { beforeAll, describe, expect, it } from 'vitest';
import { coverWarnings, viewOfFace, type FaceView } from '../../../src/fit/appearance/face-covers.js';
import type { MorphableModel } from '../../../src/model/morphable-model.js';
import { projectLandmarks68 } from '../../../src/model/project-landmarks.js';
import type { ParsingClass } from '../../../src/network/parsing/parsing-classes.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { parsedFace } from '../parsed-face.js';
import { photoSize, seen, syntheticFace, type SyntheticFace } from '../synthetic-face.js';

let model: MorphableModel;
let face: SyntheticFace;
/** Rows of the photo. */
let brows: number;
let lids: number;
let noseTip: number;

beforeAll(async () => {
  model = await loadModel();
  face = syntheticFace(model);
  const points = projectLandmarks68(model, face.vertices, face.rotation, face.translation, face.camera);
  const y = (k: number): number => points[2 * k + 1]!;
  brows = y(19);
  lids = y(41);
  noseTip = y(30);
});

const photo = { width: photoSize, height: photoSize };
const view = (classAt: (x: number, y: number) => ParsingClass, of = face, image = photo): FaceView =>
  viewOfFace(model, seen(model, of), image, parsedFace(of, classAt));

describe('viewOfFace', () => {
  it('sees nearly all of a face that looks at the camera', () => {
    const { seen: share, covers } = view(() => 'skin');
    expect(share).toBeGreaterThan(0.85);
    expect(covers.filter(({ kind }) => kind !== 'turned away')).toEqual([]);
  });

  it('calls what lies over both eyes glasses', () => {
    const { covers } = view((_, y) => (y > brows - 5 && y < lids + 12 ? 'cover' : 'skin'));
    expect(covers[0]!.kind).toBe('glasses');
    expect(covers[0]!.areas['right eye']).toBeGreaterThan(0.6);
    expect(covers[0]!.areas['left eye']).toBeGreaterThan(0.6);
    expect(covers[0]!.areas.mouth).toBeUndefined();
  });

  it('calls what lies over mouth and chin a mask', () => {
    const { covers, seen: share } = view((_, y) => (y > noseTip - 20 ? 'cover' : 'skin'));
    expect(covers[0]!.kind).toBe('mask');
    expect(covers[0]!.areas.mouth).toBeGreaterThan(0.8);
    expect(covers[0]!.areas.chin).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.7);
  });

  it('calls what lies over the forehead a hat, and half a face covered by no name', () => {
    expect(view((_, y) => (y < brows - 10 ? 'cover' : 'skin')).covers[0]!.kind).toBe('hat');
    const half = view((x) => (x > 320 ? 'cover' : 'skin'));
    expect(half.covers[0]!.kind).toBe('object');
    // The picture's right is the person's left.
    expect(half.covers[0]!.areas['left cheek']).toBeGreaterThan(0.8);
    expect(half.covers[0]!.areas['right cheek']).toBeUndefined();
  });

  it('tells hair, the border and a turned head from covers', () => {
    expect(view((_, y) => (y < brows - 10 ? 'hair' : 'skin')).covers[0]!.kind).toBe('hair');
    const cut = view(() => 'skin', face, { width: 320, height: photoSize });
    expect(cut.covers.some(({ kind, areas }) => kind === 'border' && areas['left eye']! > 0.8)).toBe(true);
    const turned = view(() => 'skin', syntheticFace(model, {}, { yaw: 70, pitch: 0, roll: 0 }));
    expect(turned.covers.map(({ kind }) => kind)).toEqual(['turned away']);
    expect(turned.seen).toBeLessThan(0.7);
  });

  it('warns of nothing where hair hides the forehead, as it mostly does', () => {
    expect(coverWarnings(view((_, y) => (y < brows - 40 ? 'hair' : 'skin')))).toEqual([]);
    const fringe = coverWarnings(view((_, y) => (y < lids ? 'hair' : 'skin')));
    expect(fringe[0]).toMatch(/^Hair covers part of the face/);
  });

  it('says in one sentence each what hides how much', () => {
    const [warning, ...others] = coverWarnings(view((_, y) => (y > noseTip - 20 ? 'cover' : 'skin')));
    expect(warning).toMatch(
      /^Something covers the mouth, most likely a mask \(.*mouth \d+ %.*\); .*guessed\.$/,
    );
    expect(others).toEqual([]);
  });
});
