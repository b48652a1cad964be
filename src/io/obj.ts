import { linearToSrgb } from '../render/color.js';
import { vertexNormals } from '../render/normals.js';
import { fixed } from './fixed-decimals.js';
import {
  checkHeadMesh,
  posedPositions,
  type HeadMaterial,
  type HeadMesh,
  type HeadScene,
  type TextureFile,
} from './head-scene.js';

/** A Wavefront OBJ with its material library and the textures that it refers to, by file name. */
export interface ObjFiles {
  readonly obj: string;
  readonly mtl: string;
  readonly textures: readonly { readonly fileName: string; readonly data: Uint8Array }[];
}

export interface ObjOptions {
  /** The file name under which the material library will be saved, without spaces. Default `head.mtl`. */
  readonly materialLibrary?: string;
}

/**
 * Writes a head as it is seen (expression and eye directions applied) as Wavefront OBJ: mm, +y up, +z out of
 * the face.
 *
 * Seams keep one vertex with several texture coordinates. Colours in the material library are sRGB-encoded,
 * as most viewers take them.
 *
 * @throws RangeError when the arrays of a mesh do not fit together.
 */
export function writeObj(scene: HeadScene, options: ObjOptions = {}): ObjFiles {
  const lines = [
    '# Units: millimetres; +y up, +z out of the face.',
    `mtllib ${word(options.materialLibrary ?? 'head.mtl')}`,
  ];
  const materials = new Map<string, HeadMaterial>();
  // OBJ counts vertices and texture coordinates through the whole file, from 1.
  let firstVertex = 1;
  let firstUv = 1;
  for (const mesh of scene.meshes) {
    checkHeadMesh('writeObj', mesh);
    materials.set(mesh.material.name, mesh.material);
    writeMesh(mesh, firstVertex, firstUv, lines);
    firstVertex += mesh.positions.length / 3;
    firstUv += mesh.uvs.length / 2;
  }
  const textures = new Map<string, Uint8Array>();
  for (const material of materials.values()) {
    const texture = shownTexture(material);
    if (texture) textures.set(textureFile(texture), texture.data);
  }
  return {
    obj: `${lines.join('\n')}\n`,
    mtl: [...materials.values()].map(materialText).join('\n'),
    textures: [...textures].map(([fileName, data]) => ({ fileName, data })),
  };
}

function writeMesh(mesh: HeadMesh, firstVertex: number, firstUv: number, lines: string[]): void {
  const positions = posedPositions(mesh);
  const normals = vertexNormals(positions, mesh.triangles, new Float32Array(positions.length));
  lines.push(`o ${word(mesh.name)}`);
  for (let i = 0; i < positions.length; i += 3) {
    lines.push(`v ${fixed(positions[i]!, 4)} ${fixed(positions[i + 1]!, 4)} ${fixed(positions[i + 2]!, 4)}`);
  }
  // OBJ's v runs up.
  for (let i = 0; i < mesh.uvs.length; i += 2)
    lines.push(`vt ${fixed(mesh.uvs[i]!, 6)} ${fixed(1 - mesh.uvs[i + 1]!, 6)}`);
  for (let i = 0; i < normals.length; i += 3) {
    lines.push(`vn ${fixed(normals[i]!, 4)} ${fixed(normals[i + 1]!, 4)} ${fixed(normals[i + 2]!, 4)}`);
  }
  lines.push(`usemtl ${word(mesh.material.name)}`);
  const corner = (i: number) => {
    const vertex = mesh.triangles[i]! + firstVertex;
    return `${vertex}/${mesh.uvs.length > 0 ? mesh.uvTriangles[i]! + firstUv : ''}/${vertex}`;
  };
  for (let i = 0; i < mesh.triangles.length; i += 3)
    lines.push(`f ${corner(i)} ${corner(i + 1)} ${corner(i + 2)}`);
}

function materialText(material: HeadMaterial): string {
  const [red, green, blue, alpha] = material.baseColor ?? [1, 1, 1, 1];
  const lines = [
    `newmtl ${word(material.name)}`,
    `Kd ${[red, green, blue].map((x) => fixed(linearToSrgb(x), 4)).join(' ')}`,
    'Ks 0 0 0',
    `d ${fixed(alpha, 4)}`,
    'illum 1',
  ];
  const texture = shownTexture(material);
  if (texture) {
    lines.push(`map_Kd ${textureFile(texture)}`);
    if (material.alphaMode !== 'OPAQUE') lines.push(`map_d ${textureFile(texture)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** OBJ knows one colour; its viewers seldom have lamps, so the photo's light comes with it. */
function shownTexture({ photoTexture, texture }: HeadMaterial): TextureFile | undefined {
  return photoTexture ?? texture;
}

function textureFile({ name, type }: TextureFile): string {
  return `${word(name)}.${type === 'jpeg' ? 'jpg' : type}`;
}

/** Spaces end a name in OBJ. */
function word(name: string): string {
  return name.trim().replaceAll(/\s+/g, '_');
}
