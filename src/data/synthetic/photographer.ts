import type { Camera } from '../../math/camera.js';
import { transformPoints } from '../../math/camera.js';
import { createImage, type Image } from '../../math/image.js';
import { rotationFromEuler, type EulerAngles } from '../../math/rotation.js';
import { sphereCentre, turnEyes, type Gaze } from '../../model/evaluate.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { headParts, partTextures } from '../../render/head-parts.js';
import { vertexNormals } from '../../render/normals.js';
import { createSceneTarget, renderScene, type ScenePart, type SceneTarget } from '../../render/scene.js';
import { linearOfByte } from '../../render/color.js';
import type { Texture } from '../../render/texture.js';
import { createRandom, type Random } from '../random.js';
import { paintBackdrop } from './backdrop.js';
import { BustMaker } from './bust.js';
import { sampleExpression } from './expression.js';
import { identitySampler, sampleAttributes, type PersonAttributes } from './identity.js';
import { sampleLighting, type Lighting } from './lighting.js';
import { OcclusionMap, ambientOcclusion } from './occlusion-map.js';
import { hairTexture } from './hair-texture.js';
import type { People } from './people-file.js';
import { PersonShaper, follow } from './person-shape.js';
import { SkinPainter, sampleSkin, type SkinLook } from './skin-painter.js';
import { TintMasks, sampleTints, type FaceTints } from './tints.js';

/** What is known of a synthetic photo. */
export interface PhotoTruth {
  readonly attributes: PersonAttributes;
  /** Best coefficients of the compact model for the neutral head, standard deviations. */
  readonly shape: Float32Array;
  /** Of the head model's units, as worn. */
  readonly expression: Float32Array;
  readonly gaze: Gaze;
  readonly albedo: Float32Array;
  readonly skin: SkinLook;
  readonly tints: FaceTints;
  readonly lighting: Lighting;
  readonly camera: Camera;
  readonly pose: { readonly angles: EulerAngles; readonly rotation: Float64Array; readonly translation: readonly [number, number, number] };
  /** All vertices of the head model, V×3, mm, camera space. */
  readonly vertices: Float32Array;
  readonly hair: string | undefined;
}

export interface SyntheticPhoto {
  /** sRGB, three channels. */
  readonly image: Image;
  readonly truth: PhotoTruth;
}

/** Natural colours of hair, sRGB. */
const HAIR_COLORS: readonly (readonly [number, number, number])[] = [
  [26, 23, 22], [36, 29, 25], [54, 40, 31], [74, 54, 38], [100, 76, 52], [136, 110, 76], [112, 66, 42], [104, 101, 98], [150, 147, 143],
];
const BALD = 0.12;
/** Styles whose fringe hides an eye. */
const FRINGE = /bob/;
/** Chance of a fringe among long styles. */
const FRINGE_SHARE = 0.12;

/** Makes photos of people who do not exist. One photographer makes one photo at a time and reuses its memory. */
export class Photographer {
  private readonly shaper: PersonShaper;
  private readonly sample: ReturnType<typeof identitySampler>;
  private readonly painter: SkinPainter;
  private readonly busts: BustMaker;
  private readonly tints: TintMasks;
  private readonly textures: ReturnType<typeof partTextures>;
  private readonly ambient: Float32Array;
  private readonly shadows = new OcclusionMap();
  private readonly target: SceneTarget;
  private readonly wigs: ReadonlyMap<string, { readonly triangles: Uint32Array; readonly uvTriangles: Uint32Array; readonly texture: Texture }>;

  /** @param size width and height of the photos, pixels */
  constructor(private readonly model: MorphableModel, private readonly people: People, private readonly size = 224) {
    this.shaper = new PersonShaper(people, model);
    this.sample = identitySampler(people.targetNames);
    this.painter = new SkinPainter(model, createRandom(1));
    this.busts = new BustMaker(model);
    this.tints = new TintMasks(model);
    this.textures = partTextures(model);
    const { triangles } = model.parts[0]!;
    this.ambient = ambientOcclusion({ positions: model.meanShape, triangles }, vertexNormals(model.meanShape, triangles, new Float32Array(model.meanShape.length)), [0, 0, 0]);
    this.target = createSceneTarget(size, size, { supersample: 2 });
    this.wigs = new Map(people.hair.map((style) => [style.name, {
      triangles: Uint32Array.from(style.triangles), uvTriangles: Uint32Array.from(style.uvTriangles), texture: hairTexture(style),
    }]));
  }

  /** The photo of a seed: the same seed gives the same pixels. */
  take(seed: number | string): SyntheticPhoto {
    const random = createRandom(seed), { model, size } = this;
    const attributes = sampleAttributes(random.fork('who'));
    const shape = this.shaper.evaluate(this.sample(random.fork('shape'), attributes));
    const compact = this.shaper.coefficients(shape);
    const { coefficients: expression, gaze } = sampleExpression(model.expression, random.fork('expression'));
    const head = shape.vertices;
    for (let k = 0; k < expression.length; k++) {
      const value = expression[k]!, offset = k * head.length;
      if (value !== 0) for (let i = 0; i < head.length; i++) head[i]! += value * model.expression.displacements[offset + i]!;
    }
    turnEyes(model, head, gaze);
    const skin = sampleSkin(model.albedo as never, attributes.age, random.fork('skin'));
    const lighting = sampleLighting(random.fork('light'));
    const { camera, pose } = placeCamera(model, head, size, random.fork('camera'));
    const toCamera = (points: Float32Array): Float32Array => transformPoints(pose.rotation, pose.translation, points, new Float32Array(points.length));
    const vertices = toCamera(head);
    const bust = this.busts.make(head), hair = this.hair(shape.references, attributes, skin, random.fork('hair'));
    const bustPositions = toCamera(bust.positions), hairPositions = hair === undefined ? undefined : toCamera(hair.positions);

    const skinTriangles = model.parts[0]!.triangles;
    const casters = [{ positions: vertices, triangles: skinTriangles }, { positions: bustPositions, triangles: bust.triangles }];
    if (hair !== undefined) casters.push({ positions: hairPositions!, triangles: hair.triangles });
    const lit = this.shadows.trace(casters, pose.translation, lighting.lamp);
    const shade = vertices.map(() => 1);
    for (let v = 0; v < vertices.length / 3; v++) {
      const dark = (1 - lighting.lampShare * 0.85 * (1 - lit[v]!)) * (0.35 + 0.65 * (this.ambient[v] ?? 1));
      for (let c = 0; c < 3; c++) shade[v * 3 + c] = dark;
    }
    const tints = sampleTints(attributes, random.fork('tints'));
    this.tints.apply(shade, tints);
    const painted = this.painter.paint(skin, random.fork('paint'));
    const parts: ScenePart[] = headParts(model, vertices, new Map([...this.textures, ['skin', painted]])).map((part, index) =>
      ({ ...part, vertexColors: shade, ...(index === 0 ? { specular: { strength: random.fork('shine').uniform(0.01, 0.06), shininess: 14 } } : {}) }));
    parts.push(this.bustPart(bust, bustPositions, painted.levels, random.fork('clothes')));
    if (hair !== undefined) parts.push({ ...hair.part, positions: hairPositions! });
    const drawn = renderScene(this.target, { camera, light: lighting.light, parts });
    const image = over(drawn, paintBackdrop(size, size, random.fork('backdrop')));
    return { image, truth: { attributes, shape: compact, expression, gaze, albedo: skin.albedo, skin, tints, lighting, camera, pose, vertices, hair: hair?.name } };
  }

  private bustPart(bust: ReturnType<BustMaker['make']>, positions: Float32Array, levels: readonly { readonly data: Float32Array }[], random: Random): ScenePart {
    // The smallest mip level is the mean of the atlas, which is mostly face.
    const tone = levels.at(-1)!.data, level = Math.exp(random.normal(-1.9, 0.9)), saturation = random.uniform(0, 0.4);
    const cloth = [0, 1, 2].map(() => Math.max(0.01, level * (1 + saturation * random.normal())));
    const vertexColors = new Float32Array(positions.length);
    for (let v = 0; v < bust.skin.length; v++) for (let c = 0; c < 3; c++) vertexColors[v * 3 + c] = bust.skin[v]! > 0.5 ? tone[c]! * 0.9 : Math.min(1, cloth[c]!);
    return { positions, triangles: bust.triangles, vertexColors };
  }

  private hair(references: Float64Array, { age, male }: PersonAttributes, skin: SkinLook, random: Random) {
    if (random.uniform() < BALD * (male > 0.5 ? 1.5 : 0.2) || age < 0.02) return undefined;
    const { hair } = this.people, short = hair.filter(({ name }) => /short|afro/.test(name));
    const fringe = random.uniform() < FRINGE_SHARE, long = hair.filter((style) => !short.includes(style) && FRINGE.test(style.name) === fringe);
    const style = random.choice(random.uniform() < (male > 0.5 ? 0.9 : 0.3) ? short : long);
    const dark = skin.albedo[0]! < 0, colors = age > 0.75 ? HAIR_COLORS.slice(6) : dark ? HAIR_COLORS.slice(0, 3) : HAIR_COLORS.slice(0, 7);
    const brightness = random.uniform(0.75, 1.2), color = random.choice(colors).map((value) => linearOfByte[Math.min(255, Math.round(value * brightness))]!) as [number, number, number];
    const positions = follow(style, references, new Float32Array(style.references.length));
    const { triangles, uvTriangles, texture } = this.wigs.get(style.name)!;
    const part: ScenePart = { positions, triangles, uvs: style.uvs, uvTriangles, alpha: 'blend', texture, color, specular: { strength: 0.08, shininess: 20 } };
    return { name: style.name, positions, triangles, part };
  }
}

/** A camera that sees the head as the crops of a face detector do, with jitter. */
function placeCamera(model: MorphableModel, head: Float32Array, size: number, random: Random): { camera: Camera; pose: PhotoTruth['pose'] } {
  const wide = random.uniform() < 0.1;
  const within = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));
  const angles: EulerAngles = { yaw: within(random.normal(0, wide ? 40 : 17), 75), pitch: within(random.normal(0, 10), 35), roll: random.normal(0, 7) };
  const rotation = rotationFromEuler(angles);
  // Eyes and mouth say where the face is; a face is about 180 mm high.
  const eyes = model.parts.filter((part) => part.turnsAbout === 'sphereCentre').map((part) => sphereCentre(part, head));
  const middle = [0, 1, 2].map((axis) => eyes.reduce((sum, eye) => sum + eye[axis]! / eyes.length, 0));
  middle[1]! -= 35;
  middle[2]! -= 30;
  const distance = Math.exp(random.uniform(Math.log(350), Math.log(2500))), facePixels = size * random.uniform(0.42, 0.72);
  const focal = (facePixels * distance) / 180, jitter = (): number => size * random.normal(0, 0.035);
  const camera: Camera = { focal, cx: size / 2, cy: size / 2 };
  const centre = transformPoints(rotation, [0, 0, 0], middle, new Float64Array(3));
  const translation: [number, number, number] = [
    -centre[0]! + (jitter() * distance) / focal, -centre[1]! + (jitter() * distance) / focal, -centre[2]! - distance,
  ];
  return { camera, pose: { angles, rotation, translation } };
}

/** A picture with alpha over another. */
function over(front: Image, back: Image): Image {
  const image = createImage(front.width, front.height, 3);
  for (let i = 0; i < front.width * front.height; i++) {
    const alpha = front.data[i * 4 + 3]! / 255;
    for (let c = 0; c < 3; c++) image.data[i * 3 + c] = front.data[i * 4 + c]! * alpha + back.data[i * 3 + c]! * (1 - alpha);
  }
  return image;
}
