import { describe, expect, it } from 'vitest';
import { irisDisc } from '../../../src/fit/appearance/iris-disc.js';
import { partLooks } from '../../../src/fit/appearance/part-looks.js';
import { irisSeen, seeEye } from '../../../src/fit/appearance/seen-eyes.js';
import { seeHead } from '../../../src/fit/appearance/skin-geometry.js';
import { createImage, type Image } from '../../../src/math/image.js';
import { identityRotation, rotationFromEuler } from '../../../src/math/rotation.js';
import { evaluateVertices } from '../../../src/model/evaluate.js';
import { byteOfLinear } from '../../../src/render/color.js';
import { loadModel } from '../../../src/node/files/assets.js';
import { toothLook } from '../../../src/render/tooth-look.js';

const model = await loadModel();
const camera = { focal: 1200, cx: 200, cy: 200 };
const light = [0.8, 0.7, 0.6] as const;
/** So far away that eyes are a few pixels, which only tell colours. */
const coarse = seeHead(model, model.meanShape, identityRotation(), [0, 0, -700], {
  focal: 150,
  cx: 200,
  cy: 200,
});
const seen = seeHead(model, model.meanShape, identityRotation(), [0, 0, -700], camera);

function plain(color: readonly number[]): Image {
  const image = createImage(400, 400, 3);
  for (let i = 0; i < image.data.length; i++) image.data[i] = color[i % 3]!;
  return image;
}

/** Mean of a look's texels where the model's texture is darker, or brighter, than a limit. */
function meanWhere(look: Image, original: Image, holds: (brightness: number) => boolean): number[] {
  const sum = [0, 0, 0];
  let count = 0;
  for (let at = 0; at < look.data.length; at += 4) {
    const brightness = Math.max(original.data[at]!, original.data[at + 1]!, original.data[at + 2]!);
    if (original.data[at + 3]! < 255 || !holds(brightness)) continue;
    count++;
    for (let k = 0; k < 3; k++) sum[k]! += look.data[at + k]!;
  }
  return sum.map((value) => value / count);
}

describe('partLooks', () => {
  const original = model.parts.find(({ name }) => name === 'eyeLeft')!.texture!;
  const blue = partLooks(model, coarse, plain([50, 90, 170]), light);

  it('paints irises in the photo’s colour, pattern and pupil kept', () => {
    const look = blue.get('eyeLeft')!;
    const [red, green, blueness] = meanWhere(
      look,
      original,
      (brightness) => brightness > 50 && brightness < 90,
    ) as [number, number, number];
    expect(blueness).toBeGreaterThan(1.5 * red);
    expect(blueness).toBeGreaterThan(green);
    expect(Math.max(...meanWhere(look, original, (brightness) => brightness <= 2))).toBeLessThan(25);
  });

  it('takes the whites’ brightness, half of their colour, and leaves alpha alone', () => {
    const look = blue.get('eyeLeft')!;
    const dark = partLooks(model, coarse, plain([30, 30, 30]), light).get('eyeLeft')!;
    const bright = (brightness: number) => brightness > 150;
    expect(meanWhere(dark, original, bright)[1]).toBeLessThan(0.75 * meanWhere(look, original, bright)[1]!);
    expect(look.data.every((value, i) => i % 4 !== 3 || value === original.data[i])).toBe(true);
  });

  it('shows eyes as the photo does where it is fine enough, and goes on below the lids', () => {
    // Brighter from left to right, without a step.
    const photo = plain([0, 0, 0]);
    for (let i = 0; i < photo.data.length; i++)
      photo.data[i] = 40 + Math.floor((Math.floor(i / 3) % 400) / 2);
    const part = model.parts.find(({ name }) => name === 'eyeLeft')!;
    const disc = irisDisc(model, part);
    const look = partLooks(model, seen, photo, light).get('eyeLeft')!;
    const eye = seeEye(model, part, disc, seen, photo);
    const { width } = look;
    let different = 0;
    let sure = 0;
    eye.texels.forEach((texel, k) => {
      if (eye.weights[k]! < 1) return;
      sure++;
      if (Math.abs(look.data[4 * texel]! - byteOfLinear(eye.colors[3 * k]!)) > 1) different++;
    });
    expect(irisSeen(eye, width)).toBeGreaterThan(0.3);
    expect(sure).toBeGreaterThan(500);
    expect(different).toBe(0);
    // Above the opening, under the lid.
    const [u, v] = [disc.u + 0.95 * disc.radius * disc.up[0], disc.v + 0.95 * disc.radius * disc.up[1]];
    const hidden = Math.floor(v * width) * width + Math.floor(u * width);
    expect(eye.texels).not.toContain(hidden);
    expect(look.data[4 * hidden]).toBeGreaterThan(60);
    expect(look.data[4 * hidden]).toBeLessThan(200);
  });

  it('leaves closed eyes as they are painted', () => {
    const shut = evaluateVertices(model, {
      expression: model.expression.names.map((name) => (name.startsWith('eyeBlink') ? 1 : 0)),
    });
    const closed = seeHead(model, shut, identityRotation(), [0, 0, -700], camera);
    const look = partLooks(model, closed, plain([200, 120, 90]), light).get('eyeLeft')!;
    expect(Math.max(...meanWhere(look, original, (brightness) => brightness <= 2))).toBeLessThan(25);
  });

  it('reads no eyes that look past the camera', () => {
    const blue = plain([50, 90, 170]);
    const turned = (yaw: number) =>
      seeHead(model, model.meanShape, rotationFromEuler({ yaw, pitch: 0, roll: 0 }), [0, 0, -700], camera);
    const lookAt = (yaw: number) => partLooks(model, turned(yaw), blue, light).get('eyeLeft')!;
    const blueness = (look: Image): number => {
      const [red, , blue] = meanWhere(look, original, (brightness) => brightness > 50 && brightness < 90);
      return blue! / red!;
    };
    expect(blueness(lookAt(25))).toBeGreaterThan(1.5);
    expect(blueness(lookAt(60))).toBeLessThan(1.1);
    expect(blueness(lookAt(-60))).toBeLessThan(1.1);
  });

  it('gives both eyes one image, and teeth and tongue their own', () => {
    expect(blue.get('eyeRight')).toBe(blue.get('eyeLeft'));
    expect([...blue.keys()].sort()).toEqual(['eyeLeft', 'eyeRight', 'mouth', 'teeth']);
  });

  it('takes the light alone where nothing is seen', () => {
    const away = seeHead(model, model.meanShape, identityRotation(), [5000, 0, -700], camera);
    const look = partLooks(model, away, plain([0, 0, 255]), light).get('teeth')!;
    const teeth = toothLook(model.parts.find(({ name }) => name === 'teeth')!.texture!);
    const [red, , blueness] = meanWhere(look, teeth, (brightness) => brightness > 120) as [
      number,
      number,
      number,
    ];
    const [before, , blueBefore] = meanWhere(teeth, teeth, (brightness) => brightness > 120) as [
      number,
      number,
      number,
    ];
    expect(red).toBeLessThan(before);
    expect(blueness / blueBefore).toBeLessThan(red / before);
  });
});
