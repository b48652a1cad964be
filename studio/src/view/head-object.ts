import * as THREE from 'three';
import { gather, splitSeams, vertexNormals, type SplitMesh } from 'rogue-face';
import type { HeadView, ModelView, SurfaceTextures, SurfaceView } from '../engine/views.js';
import { materialFor, type Look } from './looks.js';

/** One surface as three.js has it. */
interface Piece {
  readonly surface: SurfaceView;
  readonly split: SplitMesh;
  readonly mesh: THREE.Mesh;
  readonly textures: SurfaceTextures<THREE.Texture>;
}

/**
 * A head to draw: its surfaces, whose shape, expression and look can change. Head space, mm.
 */
export class HeadObject extends THREE.Group {
  readonly #model: ModelView;
  readonly #pieces: Piece[];
  /** The skin's mesh, drawn as lines over it. */
  readonly #wires: THREE.Mesh;

  /** @param still without expressions: faster to make, its vertices come from `setNeutral` */
  constructor(model: ModelView, view: HeadView, still = false) {
    super();
    this.#model = model;
    const textures = new Map<ImageData, THREE.Texture>();
    this.#pieces = view.surfaces.map((surface) => pieceOf(model, surface, textures, still));
    for (const { mesh } of this.#pieces) this.add(mesh);
    const skin = this.#pieces[0]!.mesh;
    this.#wires = new THREE.Mesh(
      skin.geometry,
      new THREE.MeshBasicMaterial({
        color: 0x9fd4ff,
        wireframe: true,
        transparent: true,
        opacity: 0.45,
        polygonOffset: true,
        polygonOffsetFactor: -1,
        polygonOffsetUnits: -4,
      }),
    );
    if (skin.morphTargetInfluences) this.#wires.morphTargetInfluences = skin.morphTargetInfluences;
    this.#wires.visible = false;
    this.#wires.frustumCulled = false;
    this.add(this.#wires);
    this.setExpression(view.expression);
    this.setGaze(view.gaze);
  }

  /** @param weights of the model's expressions, 0…1 */
  setExpression(weights: ArrayLike<number>): void {
    for (const { mesh } of this.#pieces)
      mesh.morphTargetInfluences?.forEach((_, k, all) => {
        all[k] = weights[k] ?? 0;
      });
  }

  setGaze({ yaw, pitch }: { readonly yaw: number; readonly pitch: number }): void {
    const length = Math.hypot(yaw, pitch);
    const axis = length > 0 ? new THREE.Vector3(pitch / length, yaw / length, 0) : new THREE.Vector3(1, 0, 0);
    for (const { surface, mesh } of this.#pieces)
      if (surface.pivot) mesh.quaternion.setFromAxisAngle(axis, length);
  }

  /** @param vertices of the whole head without expression, V×3 */
  setNeutral(vertices: Float32Array): void {
    for (const { surface, split, mesh } of this.#pieces) {
      if (surface.firstVertex === undefined) continue;
      const own = vertices.slice(3 * surface.firstVertex, 3 * surface.firstVertex + surface.positions.length);
      setPositions(mesh.geometry, own, surface, split);
    }
  }

  /** @param colours of all vertices, V×3, for the look \`difference\` */
  setColours(colours: Float32Array): void {
    for (const { surface, split, mesh } of this.#pieces) {
      if (surface.firstVertex === undefined) continue;
      const own = colours.subarray(
        3 * surface.firstVertex,
        3 * surface.firstVertex + surface.positions.length,
      );
      mesh.geometry.setAttribute('color', new THREE.BufferAttribute(gather(own, split.vertexOf, 3), 3));
    }
  }

  /** Whether surfaces are drawn, or only hide what is behind them. */
  setSolid(solid: boolean): void {
    for (const { mesh } of this.#pieces) (mesh.material as THREE.Material).colorWrite = solid;
  }

  /** @param rotation row-major 3×3 */
  setTurn(r: ArrayLike<number>): void {
    this.quaternion.setFromRotationMatrix(
      new THREE.Matrix4().set(
        r[0]!,
        r[1]!,
        r[2]!,
        0,
        r[3]!,
        r[4]!,
        r[5]!,
        0,
        r[6]!,
        r[7]!,
        r[8]!,
        0,
        0,
        0,
        0,
        1,
      ),
    );
  }

  setLook(look: Look): void {
    for (const { surface, mesh, textures } of this.#pieces) {
      (mesh.material as THREE.Material).dispose();
      mesh.material = materialFor(look, surface, textures);
      // Lashes are cards: without their picture they are only in the way.
      mesh.visible = look === 'photo' || look === 'lit' || surface.material.alphaMode === 'OPAQUE';
    }
  }

  /** Shows the skin's mesh over it. */
  setWireframe(shown: boolean): void {
    this.#wires.visible = shown;
  }

  /** Frees what the graphics processor holds. */
  override dispose(): void {
    for (const { mesh, textures } of this.#pieces) {
      mesh.geometry.dispose();
      (mesh.material as THREE.Material).dispose();
      for (const texture of Object.values(textures) as (THREE.Texture | undefined)[]) texture?.dispose();
    }
    (this.#wires.material as THREE.Material).dispose();
  }

  get model(): ModelView {
    return this.#model;
  }
}

function pieceOf(
  model: ModelView,
  surface: SurfaceView,
  textures: Map<ImageData, THREE.Texture>,
  still: boolean,
): Piece {
  const textured = surface.uvs.length > 0;
  const split = splitSeams(surface.triangles, textured ? surface.uvTriangles : undefined);
  const geometry = new THREE.BufferGeometry();
  geometry.setIndex(new THREE.BufferAttribute(split.indices, 1));
  if (textured) geometry.setAttribute('uv', new THREE.BufferAttribute(gather(surface.uvs, split.uvOf, 2), 2));
  setPositions(geometry, surface.positions, surface, split);
  const moves = surface.moves && !still;
  if (moves) {
    geometry.morphTargetsRelative = true;
    Object.assign(geometry.morphAttributes, morphsOf(model, surface, split));
  }
  const mesh = new THREE.Mesh(geometry);
  mesh.name = surface.name;
  mesh.frustumCulled = false;
  if (moves) mesh.morphTargetInfluences = new Array<number>(model.expressionNames.length).fill(0);
  if (surface.pivot) mesh.position.set(...surface.pivot);
  return {
    surface,
    split,
    mesh,
    textures: {
      photo: textureOf(surface.textures.photo, textures),
      albedo: textureOf(surface.textures.albedo, textures),
      sources: textureOf(surface.textures.sources, textures),
    },
  };
}

/** Positions about the pivot, and normals that seams share. */
function setPositions(
  geometry: THREE.BufferGeometry,
  positions: Float32Array,
  surface: SurfaceView,
  split: SplitMesh,
): void {
  const normals = vertexNormals(positions, surface.triangles, new Float32Array(positions.length));
  const places = gather(positions, split.vertexOf, 3);
  if (surface.pivot) for (let i = 0; i < places.length; i++) places[i]! -= surface.pivot[i % 3]!;
  geometry.setAttribute('position', new THREE.BufferAttribute(places, 3));
  geometry.setAttribute('normal', new THREE.BufferAttribute(gather(normals, split.vertexOf, 3), 3));
}

interface Morphs {
  readonly position: THREE.BufferAttribute[];
  readonly normal: THREE.BufferAttribute[];
}

const knownMorphs = new WeakMap<ModelView, Map<string, Morphs>>();

/**
 * The expressions of a surface. Normals turn as on the first head that was shown: another person's turn
 * alike.
 */
function morphsOf(model: ModelView, surface: SurfaceView, split: SplitMesh): Morphs {
  let known = knownMorphs.get(model);
  if (!known) knownMorphs.set(model, (known = new Map<string, Morphs>()));
  const name = `${surface.name} ${split.vertexOf.length}`;
  const morphs = known.get(name) ?? expressionsOf(model, surface, split);
  known.set(name, morphs);
  return morphs;
}

function expressionsOf(model: ModelView, surface: SurfaceView, split: SplitMesh): Morphs {
  const morphs: Morphs = { position: [], normal: [] };
  const size = surface.positions.length;
  const rest = vertexNormals(surface.positions, surface.triangles, new Float32Array(size));
  const moved = new Float32Array(size);
  const turned = new Float32Array(size);
  for (let k = 0; k < model.expressionNames.length; k++) {
    const start = 3 * (k * model.vertexCount + surface.firstVertex!);
    const deltas = model.displacements.subarray(start, start + size);
    for (let i = 0; i < size; i++) moved[i] = surface.positions[i]! + deltas[i]!;
    vertexNormals(moved, surface.triangles, turned);
    for (let i = 0; i < size; i++) turned[i]! -= rest[i]!;
    morphs.position.push(new THREE.BufferAttribute(gather(deltas, split.vertexOf, 3), 3));
    morphs.normal.push(new THREE.BufferAttribute(gather(turned, split.vertexOf, 3), 3));
  }
  return morphs;
}

function textureOf(
  pixels: ImageData | undefined,
  known: Map<ImageData, THREE.Texture>,
): THREE.Texture | undefined {
  if (!pixels) return undefined;
  let texture = known.get(pixels);
  if (!texture) {
    texture = new THREE.DataTexture(pixels.data, pixels.width, pixels.height);
    texture.colorSpace = THREE.SRGBColorSpace;
    texture.minFilter = THREE.LinearMipmapLinearFilter;
    texture.magFilter = THREE.LinearFilter;
    texture.generateMipmaps = true;
    texture.anisotropy = 4;
    texture.needsUpdate = true;
    known.set(pixels, texture);
  }
  return texture;
}
