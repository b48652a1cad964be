import type { Image } from '../../math/image.js';
import { evaluateAlbedo } from '../../model/albedo-modes.js';
import { evaluateVertices } from '../../model/evaluate.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { headParts, partTextures, skinTexture } from '../../render/head-parts.js';
import { createSceneTarget, renderScene } from '../../render/scene.js';
import type { Texture } from '../../render/texture.js';
import { plainSkinColor } from '../appearance/plain-skin.js';
import { portrait, studioLight } from './sheet.js';

/** One labelled picture: four channels, transparent around the head. */
export interface PreviewTile {
  readonly label: string;
  /** A second line. */
  readonly note?: string;
  readonly image: Image;
}

/** Pictures that belong together. */
export interface PreviewSection {
  readonly title: string;
  readonly tiles: readonly PreviewTile[];
}

export interface PreviewOptions {
  /** Side of each picture in pixels. Default 220. */
  readonly tileSize?: number;
  /** How many of the first shape modes to show. Default 7. */
  readonly shapeModes?: number;
  /** How many of the first albedo modes to show. Default 6. */
  readonly albedoModes?: number;
}

/** What one picture shows; all 0 by default. */
interface Pose {
  readonly shape?: ArrayLike<number>;
  readonly expression?: ArrayLike<number>;
  readonly albedo?: ArrayLike<number>;
  readonly yaw?: number;
  readonly clay?: boolean;
  /** Millimetres that the picture shows. */
  readonly visible?: number;
}

/** Heads of the mean shape need less room than those of extreme shapes; a bust needs more. */
const meanVisible = 252;
const bustVisible = 360;

/** Linear grey of heads without skin. */
const clayGrey = 0.5;

/** Draws single heads of a model, all in the same light. */
class HeadPainter {
  readonly #model: MorphableModel;
  readonly #size: number;
  readonly #textures: Map<string, Texture>;
  readonly #target;
  readonly #light = studioLight();

  constructor(model: MorphableModel, size: number) {
    this.#model = model;
    this.#size = size;
    this.#textures = new Map(partTextures(model));
    this.#target = createSceneTarget(size, size, { supersample: 2 });
    this.wear([]);
  }

  /** Gives all pictures that follow this skin. */
  wear(coefficients: ArrayLike<number>): void {
    const { albedo } = this.#model;
    if (albedo?.kind === 'texture')
      this.#textures.set('skin', skinTexture(evaluateAlbedo(albedo, coefficients), albedo.meanSize));
  }

  paint({ shape = [], expression = [], yaw = 0, clay = false, visible = 290 }: Pose): Image {
    const { positions, camera } = portrait(
      evaluateVertices(this.#model, { shape, expression }),
      { yaw },
      this.#size,
      visible,
    );
    let parts = headParts(this.#model, positions, this.#textures, clay ? { clay: clayGrey } : {});
    if (!clay && this.#model.albedo?.kind !== 'texture')
      parts = parts.map((part, k) => (k === 0 ? { ...part, color: plainSkinColor(this.#model, []) } : part));
    const image = renderScene(this.#target, { camera, light: this.#light, parts });
    return { ...image, data: image.data.slice() };
  }
}

const only = (index: number, value: number): Float32Array => {
  const values = new Float32Array(index + 1);
  values[index] = value;
  return values;
};

/**
 * The contact sheet of a model: mean, first shape modes at ±3 σ, every expression at 1, first albedo modes at
 * ±2 σ (the tone at ±1 σ).
 */
export function drawPreview(model: MorphableModel, options: PreviewOptions = {}): PreviewSection[] {
  const { tileSize = 220, shapeModes = 7, albedoModes = 6 } = options;
  const painter = new HeadPainter(model, tileSize);
  return [
    meanSection(model, painter),
    shapeSection(model, painter, shapeModes),
    expressionSection(model, painter),
    skinSection(model, painter, albedoModes),
  ].filter(({ tiles }) => tiles.length > 0);
}

function meanSection(model: MorphableModel, painter: HeadPainter): PreviewSection {
  const views = [
    ['front', 0],
    ['three quarters', 40],
    ['side', 90],
  ] as const;
  const visible = model.regions.has('bust') ? bustVisible : meanVisible;
  const tiles = [false, true].flatMap((clay) =>
    views.map(([label, yaw]) => ({
      label: clay ? `${label}, clay` : label,
      image: painter.paint({ yaw, clay, visible }),
    })),
  );
  return { title: 'Mean head', tiles };
}

function shapeSection(model: MorphableModel, painter: HeadPainter, modes: number): PreviewSection {
  const count = Math.min(modes, model.shape.count);
  // All plus sides in one row and all minus sides below them.
  const tiles = [3, -3].flatMap((sigma) =>
    Array.from({ length: count }, (_, k) => ({
      label: `shape ${k + 1}, ${sigma > 0 ? '+' : '−'}3 σ`,
      image: painter.paint({ shape: only(k, sigma), yaw: 20, clay: true }),
    })),
  );
  return { title: `Shape: first ${count} of ${model.shape.count} components`, tiles };
}

function expressionSection(model: MorphableModel, painter: HeadPainter): PreviewSection {
  const tiles = model.expression.names.map((name, k) => {
    return {
      label: name,
      image: painter.paint({ expression: only(k, 1), visible: meanVisible }),
    };
  });
  return { title: `Expressions: ${model.expression.count} units at 1`, tiles };
}

function skinSection(model: MorphableModel, painter: HeadPainter, modes: number): PreviewSection {
  const { albedo } = model;
  if (albedo?.kind !== 'texture') return { title: 'Skins', tiles: [] };
  const count = Math.min(modes, albedo.count);
  const worn = (label: string, coefficients: ArrayLike<number>) => {
    painter.wear(coefficients);
    return { label, image: painter.paint({ yaw: 15, visible: meanVisible }) };
  };
  // The first mode is the tone, which in the skins is spread far from a normal distribution: at −2 σ nothing
  // would be left.
  const tiles = [2, -2].flatMap((twice) =>
    Array.from({ length: count }, (_, k) => {
      const sigma = k === 0 ? twice / 2 : twice;
      return worn(`albedo ${k + 1}, ${sigma > 0 ? '+' : '−'}${Math.abs(sigma)} σ`, only(k, sigma));
    }),
  );
  return { title: `Skins: first ${count} of ${albedo.count} albedo modes`, tiles };
}
