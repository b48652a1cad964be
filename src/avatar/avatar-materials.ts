import { resample } from '../data/resample.js';
import type { Reconstruction } from '../fit/reconstruction.js';
import type { HeadMaterial, HeadMesh, TextureFile } from '../io/head-scene.js';
import { createImage, type Image } from '../math/image.js';
import type { MorphableModel } from '../model/morphable-model.js';
import type { AvatarOptions, ImageEncoder } from './avatar-options.js';
import type { HairSurface } from './hair-mesh.js';
import type { HeadSurface } from './head-surfaces.js';
import { darkMouth } from './dark-mouth.js';
import { cellUvs, drawAtlas, partsAtlas, type PartsAtlas } from './pack-parts.js';
import { padIslands } from '../render/pad-islands.js';
import { texelMapOf } from '../render/texel-map.js';
import { toothLook } from '../render/tooth-look.js';
import { surfaceMap } from './surface-map.js';
import { unlitLook } from '../fit/appearance/unlit-look.js';

/** Texels at the borders of the skin's islands that have a share of what lies beside them. */
const SKIN_BLENDED = 2;
/** Texels per side of a part's picture in the atlas, as a share of the largest texture. */
const CELL_SHARE = 1 / 4;
/** Texels per side of the parts' map of roughness and light: each part has one value. */
const SURFACE_CELL = 16;
/** How much light from all around reaches teeth, and what lies behind them. */
const LIGHT_ON_TEETH = 0.85;
const LIGHT_IN_MOUTH = 0.6;

/** The pictures of a surface without the photo's light and, where there are both, with it. */
interface Look {
  readonly plain: Image;
  readonly photo: Image | undefined;
}

/** The at most four materials of an avatar: skin, `parts` in one atlas, lashes, and hair. */
export class AvatarMaterials {
  private readonly atlas: PartsAtlas;
  /** What each cell of the atlas shows; eyes share one. */
  private readonly cells: { readonly look: Look; readonly surface: HeadSurface }[] = [];
  private parts: Promise<HeadMaterial> | undefined;

  constructor(
    private readonly model: MorphableModel,
    private readonly reconstruction: Reconstruction,
    surfaces: readonly HeadSurface[],
    private readonly encode: ImageEncoder,
    private readonly options: AvatarOptions,
  ) {
    for (const surface of surfaces) {
      if (this.isPacked(surface) && this.cellOf(surface) < 0)
        this.cells.push({ look: this.lookOf(surface)!, surface });
    }
    this.atlas = partsAtlas(this.cells.length, Math.max(64, options.textureSize * CELL_SHARE));
  }

  /** A surface's mesh with its material, its texture coordinates in the atlas where it is part of that. */
  async dressed(surface: HeadSurface): Promise<HeadMesh> {
    const { mesh } = surface;
    if (this.isPacked(surface)) {
      const cell = this.cellOf(surface);
      this.parts ??= this.partsMaterial();
      return { ...mesh, uvs: cellUvs(mesh.uvs, this.atlas, cell), material: await this.parts };
    }
    const { name } = mesh.material;
    const look = this.lookOf(surface);
    if (!look) return mesh;
    const isSkin = surface.part === this.model.parts[0];
    const material: HeadMaterial = {
      ...mesh.material,
      texture: await this.file(name, look.plain),
      ...(look.photo && { photoTexture: await this.file(`${name}-photo`, look.photo) }),
      ...(isSkin && { surface: await this.file(`${name}-surface`, surfaceMap(this.model)) }),
    };
    return { ...mesh, material };
  }

  /** Hair with its strands; their picture is the style's own, and small. */
  async worn({ mesh, image }: HairSurface): Promise<HeadMesh> {
    const { photoBaseColor, ...plain } = mesh.material;
    const lit = this.options.texture === 'photo' && this.options.photoVariant && photoBaseColor;
    const texture = await this.file('hair', image);
    return { ...mesh, material: { ...plain, ...(lit && { photoBaseColor: lit }), texture } };
  }

  /** Whether the atlas has it: not skin, what is transparent, and what has no picture. */
  private isPacked({ part, image }: HeadSurface): boolean {
    return part !== this.model.parts[0] && part.alpha === 'opaque' && image !== undefined;
  }

  private cellOf({ textureName }: HeadSurface): number {
    return this.cells.findIndex(({ surface }) => surface.textureName === textureName);
  }

  private lookOf({ part, image }: HeadSurface): Look | undefined {
    if (!image) return undefined;
    const { textures } = this.reconstruction;
    const isSkin = part === this.model.parts[0];
    const lit =
      this.options.texture === 'photo' && (isSkin ? textures?.photo : textures?.parts.get(part.name));
    const finished = (picture: Image): Image => {
      if (picture.width !== picture.height) return picture;
      const map = texelMapOf(part, picture.width);
      return isSkin
        ? padIslands(darkMouth(picture, surfaceMap(this.model)), map, { blended: SKIN_BLENDED })
        : padIslands(picture, map);
    };
    const isTeeth = part.name === 'teeth';
    if (!lit) return { plain: finished(isTeeth ? toothLook(image) : image), photo: undefined };
    // Of eyes the photo tells the colour; teeth and tongue are hardly seen, and in whatever light.
    const own = part.turnsAbout ? unlitLook(lit, part.texture!) : part.texture!;
    const plain = isSkin ? textures!.albedo : isTeeth ? toothLook(own) : own;
    return { plain: finished(plain), photo: this.options.photoVariant ? finished(lit) : undefined };
  }

  private async partsMaterial(): Promise<HeadMaterial> {
    const looks = this.cells.map(({ look }) => look);
    const lit = looks.some(({ photo }) => photo);
    const photo =
      lit &&
      drawAtlas(
        looks.map((look) => look.photo ?? look.plain),
        this.atlas,
      );
    return {
      name: 'parts',
      texture: await this.file(
        'parts',
        drawAtlas(
          looks.map(({ plain }) => plain),
          this.atlas,
        ),
      ),
      ...(photo && { photoTexture: await this.file('parts-photo', photo) }),
      surface: await this.file('parts-surface', this.partsSurface()),
      alphaMode: 'OPAQUE',
      doubleSided: false,
      roughness: 0.3,
      metallic: 0,
    };
  }

  /** Each part's light and roughness in its cell. */
  private partsSurface(): Image {
    const values = this.cells.map(({ surface: { mesh, part } }) => {
      const value = createImage(1, 1, 3);
      const behind = part.name === 'teeth' ? LIGHT_ON_TEETH : LIGHT_IN_MOUTH;
      value.data.set([255 * (mesh.pivot ? 1 : behind), 255 * mesh.material.roughness, 0]);
      return value;
    });
    return drawAtlas(values, { ...this.atlas, cellSize: SURFACE_CELL });
  }

  private async file(name: string, image: Image): Promise<TextureFile> {
    const transparent = image.channels === 4 && image.data.some((value, i) => i % 4 === 3 && value < 255);
    const { textureFormat, textureSize } = this.options;
    const type = transparent && textureFormat === 'jpeg' ? 'png' : textureFormat;
    const larger = Math.max(image.width, image.height) / textureSize;
    const fitted =
      larger > 1
        ? resample(image, Math.round(image.width / larger), Math.round(image.height / larger))
        : image;
    return { name, data: await this.encode(fitted, type), type };
  }
}
