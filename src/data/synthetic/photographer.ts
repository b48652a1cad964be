import type { Camera } from '../../math/camera.js';
import { transformPoints } from '../../math/camera.js';
import { createImage, type Image } from '../../math/image.js';
import { rotationFromEuler, type EulerAngles } from '../../math/rotation.js';
import { evaluatePoints, sphereCentre, turnEyes, type Gaze } from '../../model/evaluate.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { headParts, partTextures } from '../../render/head-parts.js';
import type { LabelShares } from '../../render/label-shares.js';
import { vertexNormals } from '../../render/normals.js';
import { createSceneTarget, renderScene, type SceneTarget } from '../../render/scene.js';
import type { ScenePart } from '../../render/scene-part.js';
import { createRandom, type Random } from '../random.js';
import { paintBackdrop } from './backdrop.js';
import { Tailor } from './clothes.js';
import { sampleExpression } from './expression.js';
import { identitySampler, sampleAttributes, type PersonAttributes } from './identity.js';
import { sampleLighting, type Lighting } from './lighting.js';
import { OcclusionMap, ambientOcclusion } from './occlusion-map.js';
import { Barber, sampleBeard, type BeardLook } from './beard.js';
import { faceAreas } from './face-areas.js';
import { Hairdresser, sampleHairColor } from './hair.js';
import { occludedFaceOf } from '../occlusion/occluded-face.js';
import { sceneParts } from '../occlusion/object-model.js';
import { beardLabels, createClassShares, labelMap } from './parsing-labels.js';
import { parsingLabels } from '../../network/parsing/parsing-classes.js';
import { putOnSpectacles, wearsSpectacles } from './worn.js';
import type { People } from './people-file.js';
import { PersonShaper } from './person-shape.js';
import { SkinPainter, sampleSkin, type SkinLook } from './skin-painter.js';
import { FacePaint, sampleTints, type FaceTints } from './tints.js';

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
  readonly pose: {
    readonly angles: EulerAngles;
    readonly rotation: Float64Array;
    readonly translation: readonly [number, number, number];
  };
  /** All vertices of the head model, V×3, mm, camera space. */
  readonly vertices: Float32Array;
  /** Style of the hair and of a grown beard; none for the bald and the shaved. */
  readonly hair: string | undefined;
  readonly beard: BeardLook | undefined;
  readonly spectacles: boolean;
}

/**
 * How heads stand in the photos: `facing` as a face detector's crops show them; `around` from every side,
 * more often in half and full profile than from behind, smaller and not always in the middle.
 */
export type Staging = 'facing' | 'around';

export interface SyntheticPhoto {
  /** sRGB, three channels. */
  readonly image: Image;
  /** What each pixel shows most of: one channel, values 0…3 (`parsingClasses`), the size of the image. */
  readonly labels: Image;
  readonly truth: PhotoTruth;
}

/**
 * What lies in a mouth, and how far apart, mm, the inner landmarks of its lips are (3.4 at rest) when nothing
 * is seen between them.
 */
const INSIDE = ['teeth', 'mouth'];
const CLOSED = 4;
/** Share of people who look at the camera. */
const AT_CAMERA = 0.7;

/**
 * Makes photos of people who do not exist. One photographer makes one photo at a time and reuses its memory.
 */
export class Photographer {
  private readonly shaper: PersonShaper;
  private readonly sample: ReturnType<typeof identitySampler>;
  private readonly painter: SkinPainter;
  private readonly tailor: Tailor;
  private readonly tints: FacePaint;
  private readonly hairdresser: Hairdresser;
  private readonly barber: Barber;
  private readonly textures: ReturnType<typeof partTextures>;
  private readonly ambient: Float32Array;
  private readonly shadows = new OcclusionMap();
  private readonly target: SceneTarget;
  private readonly shares: LabelShares;
  private readonly beardLabels: Uint8Array;

  /** @param size width and height of the photos, pixels */
  constructor(
    private readonly model: MorphableModel,
    people: People,
    private readonly size = 224,
    private readonly staging: Staging = 'facing',
  ) {
    this.shaper = new PersonShaper(people, model);
    this.sample = identitySampler(people.targetNames);
    const areas = faceAreas(model);
    this.painter = new SkinPainter(model, areas.measures, createRandom(1));
    this.tailor = new Tailor(model);
    this.tints = new FacePaint(areas);
    this.hairdresser = new Hairdresser(people);
    this.barber = new Barber(model, areas);
    this.beardLabels = beardLabels(model.meanShape, areas.measures);
    this.textures = partTextures(model);
    const { triangles } = model.parts[0]!;
    this.ambient = ambientOcclusion(
      { positions: model.meanShape, triangles },
      vertexNormals(model.meanShape, triangles, new Float32Array(model.meanShape.length)),
      [0, 0, 0],
    );
    this.target = createSceneTarget(size, size, { supersample: 2, draft: true });
    this.shares = createClassShares(size, size);
  }

  /** The photo of a seed: the same seed gives the same pixels. */
  take(seed: number | string): SyntheticPhoto {
    const random = createRandom(seed);
    const { model, size } = this;
    const attributes = sampleAttributes(random.fork('who'));
    const shape = this.shaper.evaluate(this.sample(random.fork('shape'), attributes));
    const compact = this.shaper.coefficients(shape);
    const { coefficients: expression, gaze: glance } = sampleExpression(
      model.expression,
      random.fork('expression'),
    );
    const head = shape.vertices;
    for (let k = 0; k < expression.length; k++) {
      const value = expression[k]!;
      const offset = k * head.length;
      if (value !== 0)
        for (let i = 0; i < head.length; i++) head[i]! += value * model.expression.displacements[offset + i]!;
    }
    const skin = sampleSkin(model.albedo as never, attributes.age, random.fork('skin'));
    const lighting = sampleLighting(random.fork('light'));
    const { camera, pose } = placeCamera(model, head, size, this.staging, random.fork('camera'));
    const gaze = lookAtCamera(pose, glance, random.fork('gaze'));
    turnEyes(model, head, gaze);
    const toCamera = (points: Float32Array): Float32Array =>
      transformPoints(pose.rotation, pose.translation, points, new Float32Array(points.length));
    const vertices = toCamera(head);
    const hairColor = sampleHairColor(attributes, skin.albedo[0]!, random.fork('hair colour'));
    const hair = this.hairdresser.dress(shape.references, attributes, hairColor, random.fork('hair'));
    const beard = sampleBeard(attributes, hairColor, random.fork('beard'));
    const spectacles = wearsSpectacles(attributes, random.fork('sight'));
    const tints = sampleTints(attributes, random.fork('tints'));
    const clothes = this.tailor.dress(head, random.fork('clothes'));
    const worn = { ...clothes.part, positions: toCamera(clothes.part.positions) };
    const covers = [...(hair ? [hair.part] : []), ...(beard ? this.barber.grow(beard, head) : [])].map(
      (part) => ({
        ...part,
        positions: toCamera(part.positions),
        label: part === hair?.part ? parsingLabels.hair : this.beardLabels,
      }),
    );

    // Beards lie too close to cast shadows on what they cover.
    const casters = [
      { positions: vertices, triangles: model.parts[0]!.triangles },
      worn,
      ...covers.slice(0, hair ? 1 : 0),
    ];
    const shade = this.shade(this.shadows.trace(casters, pose.translation, lighting.lamp), lighting);
    this.tints.apply(shade, beard ? { ...tints, stubble: Math.max(tints.stubble, 0.85) } : tints);
    const painted = this.painter.paint(skin, random.fork('paint'));
    const shine = random.fork('shine').uniform(0.01, 0.06);
    const without = lipGap(model, head) < CLOSED ? INSIDE : [];
    const parts: ScenePart[] = headParts(model, vertices, new Map([...this.textures, ['skin', painted]]), {
      without,
    }).map((part, index) => ({
      ...part,
      oneSided: true,
      vertexColors: shade,
      label: parsingLabels.skin,
      ...(index === 0 && { ...clothes.bare, specular: { strength: shine, shininess: 14 } }),
    }));
    parts.push(worn, ...covers);
    if (spectacles) {
      const face = occludedFaceOf(model, { camera, pose, vertices: head, coefficients: lighting });
      const glasses = sceneParts(face, putOnSpectacles(face, random.fork('spectacles')));
      parts.push(...glasses.map((part) => ({ ...part, label: parsingLabels.cover })));
    }
    const { shares } = this;
    const drawn = renderScene(
      this.target,
      { camera, light: lighting.light, parts },
      { maxLayers: 6, shares },
    );
    const image = over(drawn, paintBackdrop(size, size, random.fork('backdrop')));
    return {
      image,
      labels: labelMap(shares, size, size),
      truth: {
        attributes,
        shape: compact,
        expression,
        gaze,
        albedo: skin.albedo,
        skin,
        tints,
        lighting,
        camera,
        pose,
        vertices,
        hair: hair?.name,
        beard,
        spectacles,
      },
    };
  }

  /**
   * What reaches the vertices of the light that a head without shadows would get, V×3.
   * @param lit share of the lamp, V
   */
  private shade(lit: Float32Array, { lampShare }: Lighting): Float32Array {
    const shade = new Float32Array(lit.length * 3);
    for (let v = 0; v < lit.length; v++)
      shade.fill(
        (1 - lampShare * 0.85 * (1 - lit[v]!)) * (0.35 + 0.65 * (this.ambient[v] ?? 1)),
        3 * v,
        3 * v + 3,
      );
    return shade;
  }
}

/** A camera that sees the head as the crops of a face detector do, with jitter, or from anywhere. */
function placeCamera(
  model: MorphableModel,
  head: Float32Array,
  size: number,
  staging: Staging,
  random: Random,
): { camera: Camera; pose: PhotoTruth['pose'] } {
  const around = staging === 'around';
  const angles = around ? anglesAround(random) : anglesFacing(random);
  const rotation = rotationFromEuler(angles);
  // Eyes and mouth say where the face is; a face is about 180 mm high.
  const eyes = model.parts
    .filter((part) => part.turnsAbout === 'sphereCentre')
    .map((part) => sphereCentre(part, head));
  const middle = [0, 1, 2].map((axis) => eyes.reduce((sum, eye) => sum + eye[axis]! / eyes.length, 0));
  middle[1]! -= 35;
  middle[2]! -= 30;
  const distance = Math.exp(random.uniform(Math.log(350), Math.log(2500)));
  const facePixels = size * (around ? random.uniform(0.3, 0.6) : random.uniform(0.42, 0.72));
  const focal = (facePixels * distance) / 180;
  const jitter = (): number => size * random.normal(0, around ? 0.07 : 0.035);
  const camera: Camera = { focal, cx: size / 2, cy: size / 2 };
  const centre = transformPoints(rotation, [0, 0, 0], middle, new Float64Array(3));
  const translation: [number, number, number] = [
    -centre[0]! + (jitter() * distance) / focal,
    -centre[1]! + (jitter() * distance) / focal,
    -centre[2]! - distance,
  ];
  return { camera, pose: { angles, rotation, translation } };
}

function anglesFacing(random: Random): EulerAngles {
  const wide = random.uniform() < 0.1;
  return {
    yaw: within(random.normal(0, wide ? 40 : 17), 75),
    pitch: within(random.normal(0, 10), 35),
    roll: random.normal(0, 7),
  };
}

/** Half of the heads show a half to a full profile, every fourth its back. */
function anglesAround(random: Random): EulerAngles {
  const kind = random.uniform();
  const [least, most] = kind < 0.25 ? [0, 40] : kind < 0.75 ? [40, 105] : [105, 180];
  return {
    yaw: random.choice([-1, 1]) * random.uniform(least, most),
    pitch: within(random.normal(0, 12), 35),
    roll: random.normal(0, 9),
  };
}

const within = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));

/** Most people in photos look at the camera, as far as eyes turn; the others where they will. */
function lookAtCamera({ rotation, translation }: PhotoTruth['pose'], glance: Gaze, random: Random): Gaze {
  if (random.uniform() > AT_CAMERA) return glance;
  // The camera is the origin: the way there from the head's middle, in head space.
  const [x, y, z] = [0, 1, 2].map(
    (axis) =>
      -(
        rotation[axis]! * translation[0] +
        rotation[3 + axis]! * translation[1] +
        rotation[6 + axis]! * translation[2]
      ),
  ) as [number, number, number];
  const about = (value: number): number => value + random.normal(0, 0.03);
  return {
    yaw: within(about(Math.atan2(x, z)), 0.5),
    pitch: within(about(-Math.atan2(y, Math.hypot(x, z))), 0.35),
  };
}

/** Between the inner edges of the lips, mm: the largest of the three pairs of landmarks. */
function lipGap({ landmarks: { ibug68 } }: MorphableModel, head: Float32Array): number {
  if (!ibug68) return Infinity;
  const points = evaluatePoints(ibug68, head);
  const gap = (a: number, b: number): number =>
    Math.hypot(
      points[3 * a]! - points[3 * b]!,
      points[3 * a + 1]! - points[3 * b + 1]!,
      points[3 * a + 2]! - points[3 * b + 2]!,
    );
  return Math.max(gap(61, 67), gap(62, 66), gap(63, 65));
}

/** A picture with alpha over another. */
function over(front: Image, back: Image): Image {
  const image = createImage(front.width, front.height, 3);
  for (let i = 0; i < front.width * front.height; i++) {
    const alpha = front.data[i * 4 + 3]! / 255;
    for (let c = 0; c < 3; c++)
      image.data[i * 3 + c] = front.data[i * 4 + c]! * alpha + back.data[i * 3 + c]! * (1 - alpha);
  }
  return image;
}
