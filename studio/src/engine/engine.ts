import { transfer } from 'comlink';
import {
  decodeInBrowser,
  evaluateVertices,
  imageDataOf,
  hairSurface,
  headSurfaces,
  loadRogue,
  type BrowserPhoto,
  type FaceTracking,
  type FoundFace,
  type Image,
  type Reconstruction,
  type ReconstructMethod,
  type Rogue,
  type Stage,
} from 'rogue-face';
import { cover, type Covers } from './cover.js';
import { compareHeads } from './compare-heads.js';
import { pixelsOfFrame } from './video-frame.js';
import { downloadOf, type Edits } from './download.js';
import type {
  Cover,
  CoveredHead,
  Download,
  DownloadKind,
  HeadView,
  ModelView,
  PhotoView,
  SurfaceView,
  TrackView,
} from './views.js';

/** Ends work that the user has stopped. */
export const stopped = 'stopped';

type OnStage = (stage: Stage | 'texture') => void;

/**
 * The reconstruction, in a worker. Holds the photo and its heads; the page has views of them.
 */
export class Engine {
  #rogue: Rogue | undefined;
  #assets = '';
  #photo: BrowserPhoto | undefined;
  #faces: FoundFace[] = [];
  readonly #heads = new Map<number, Reconstruction>();
  #tracker: FaceTracking | undefined;
  #hand: Covers | undefined;
  /** Counts jobs and stops: a job that is not the newest any more ends at its next stage. */
  #job = 0;

  /**
   * @param runtime folder that serves ONNX Runtime
   * @param wanted what computes; by default WebGPU where there is a graphics processor, else WebAssembly
   */
  async load(
    assets: string,
    runtime: string,
    wanted: string | null,
    onProgress: (loaded: number, total: number) => void,
  ): Promise<ModelView> {
    const threads = crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;
    const open = (webgpu: boolean): Promise<Rogue> =>
      loadRogue({
        assets,
        web: { executionProviders: webgpu ? ['webgpu', 'wasm'] : ['wasm'], threads, wasmPaths: runtime },
        onProgress,
      });
    this.#assets = assets;
    const webgpu = wanted === 'webgpu' || (wanted !== 'wasm' && (await hasGpu()));
    this.#rogue = await open(webgpu).catch((error: unknown) => {
      if (webgpu) return open(false);
      throw error;
    });
    const { model } = this.#rogue;
    const { expression } = model;
    return {
      expressionNames: [...expression.names],
      lower: expression.lower,
      upper: expression.upper,
      shapeCount: model.shape.count,
      vertexCount: model.vertexCount,
      displacements: expression.displacements,
      parts: model.parts.map(({ name, firstVertex, vertexCount }) => ({ name, firstVertex, vertexCount })),
      faceMask: model.regions.get('face') ?? new Float32Array(model.vertexCount).fill(1),
      engine: webgpu ? 'WebGPU' : `WebAssembly, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    };
  }

  /** Ends what is being done. */
  stop(): void {
    this.#job++;
  }

  /** Takes a photo and finds its faces. */
  async open(source: Blob, onStage: OnStage): Promise<PhotoView> {
    const step = this.#begin(onStage);
    await step('decode');
    const photo = await decodeInBrowser(source);
    await step('find faces');
    const faces = await this.#engine.findFaces(photo);
    await step();
    const noFace = faces.length === 0 ? await this.#engine.whyNoFace(photo) : undefined;
    this.#photo = photo;
    this.#faces = faces;
    this.#heads.clear();
    return {
      width: photo.image.width,
      height: photo.image.height,
      faces: faces.map(({ box }) => ({ ...box })),
      ...(noFace && { noFace }),
    };
  }

  /** The photo as it was decoded, for the page to show. */
  picture(): Promise<ImageBitmap> {
    return createImageBitmap(imageDataOf(this.#opened.image)).then((bitmap) => transfer(bitmap, [bitmap]));
  }

  /** Where a face is that the detector missed. @returns its number */
  async addFace(x: number, y: number, width: number, height: number): Promise<number> {
    const [face] = await this.#engine.findFaces(this.#opened, { boxes: [{ x, y, width, height }] });
    return this.#faces.push(face!) - 1;
  }

  async reconstruct(face: number, method: ReconstructMethod, onStage: OnStage): Promise<HeadView> {
    const step = this.#begin(onStage);
    const started = performance.now();
    const [head] = await this.#engine.reconstruct(this.#opened, {
      faces: [this.#faces[face]!],
      method,
      onStage: step,
    });
    await step('texture');
    this.#heads.set(face, head!);
    const surfaces = this.#surfacesOf(head!);
    const { coefficients, camera, pose, landmarks68, visibility, warnings } = head!;
    const buffers = surfaces.flatMap(({ positions, textures }) => [
      positions.buffer,
      ...Object.values(textures).flatMap((pixels) => pixels?.data.buffer ?? []),
    ]) as ArrayBuffer[];
    return transfer(
      {
        face,
        method: head!.method,
        camera,
        pose,
        shape: coefficients.shape,
        expression: coefficients.expression,
        gaze: coefficients.gaze,
        landmarks68,
        visible: visibility.face,
        warnings,
        surfaces,
        time: performance.now() - started,
      },
      [...new Set(buffers)],
    );
  }

  /** The neutral face of other shape coefficients, V×3. */
  reshape(shape: Float32Array): Float32Array {
    const vertices = evaluateVertices(this.#engine.model, { shape });
    return transfer(vertices, [vertices.buffer as ArrayBuffer]);
  }

  /** The photo with things in front of a face, one after the other. */
  async cover(face: number, things: readonly Cover[]): Promise<ImageData> {
    this.#hand ??= { hand: undefined, assets: this.#assets };
    let { image } = this.#opened;
    for (const thing of things)
      image = await cover(
        image,
        this.#engine.model,
        this.#head(face),
        this.#faces[face]!.box,
        thing,
        this.#hand,
      );
    const covered = imageDataOf(image);
    return transfer(covered, [covered.data.buffer]);
  }

  /**
   * The head of a face in a covered copy of the photo, by each method, where the clean photo has its face.
   */
  async compare(
    face: number,
    covered: ImageData,
    methods: readonly ReconstructMethod[],
  ): Promise<CoveredHead[]> {
    const step = this.#begin(() => undefined);
    const clean = this.#head(face);
    const { box, roll } = this.#faces[face]!;
    const image: Image = { width: covered.width, height: covered.height, channels: 4, data: covered.data };
    const found = await this.#engine.findFaces(image, { boxes: [{ ...box, roll }] });
    await step();
    const heads: CoveredHead[] = [];
    for (const method of methods) {
      const [head] = await this.#engine.reconstruct(image, {
        faces: found,
        method,
        texture: 'none',
        onStage: step,
        ...this.#focal,
      });
      heads.push(compareHeads(this.#engine.model, clean, head!));
    }
    return transfer(
      heads,
      heads.flatMap(({ vertices, distances }) => [vertices.buffer, distances.buffer]) as ArrayBuffer[],
    );
  }

  /** The head in the next picture of the webcam. @param seconds when it was taken */
  async track(picture: VideoFrame | ImageData, seconds: number): Promise<TrackView | undefined> {
    const started = performance.now();
    const image = await pixelsOfFrame(picture);
    const { width, height } = image;
    this.#tracker ??= this.#engine.track();
    const head = await this.#tracker.next(image, seconds);
    if (!head) return undefined;
    const { camera, pose, coefficients, landmarks68 } = head;
    return { camera, pose, ...coefficients, landmarks68, width, height, time: performance.now() - started };
  }

  endTracking(): void {
    this.#tracker = undefined;
  }

  async download(face: number, kind: DownloadKind, edits: Edits, file: string): Promise<Download> {
    return downloadOf(this.#engine.model, this.#opened, this.#head(face), kind, edits, file);
  }

  get #engine(): Rogue {
    if (!this.#rogue) throw new Error('The networks are not loaded yet.');
    return this.#rogue;
  }

  get #opened(): BrowserPhoto {
    if (!this.#photo) throw new Error('Open a photo first.');
    return this.#photo;
  }

  get #focal(): { focal35mm?: number } {
    const { focal35mm } = this.#opened;
    return focal35mm === undefined ? {} : { focal35mm };
  }

  #head(face: number): Reconstruction {
    const head = this.#heads.get(face);
    if (!head) throw new Error('This face has no head yet.');
    return head;
  }

  /** Between stages the worker hears whether the user has stopped it. */
  #begin(onStage: OnStage): (stage?: Stage | 'texture') => Promise<void> {
    const job = ++this.#job;
    return async (stage) => {
      if (stage) onStage(stage);
      await new Promise((resolve) => {
        setTimeout(resolve);
      });
      if (job !== this.#job) throw new Error(stopped);
    };
  }

  #surfacesOf(head: Reconstruction): SurfaceView[] {
    const { model } = this.#engine;
    // Without the photo's light: the de-lit skin in place of the model's, and the eyes that go with that.
    const plain = {
      ...head,
      textures: head.textures && { ...head.textures, model: head.textures.albedo },
    };
    const delit = headSurfaces(model, plain, 'model');
    const pixels = new Map<Image, ImageData>();
    const dataOf = (image: Image | undefined): ImageData | undefined => {
      if (image && !pixels.has(image)) pixels.set(image, imageDataOf(image));
      return image && pixels.get(image);
    };
    const bare = headSurfaces(model, head).map(
      (
        {
          part,
          mesh: { name, positions, triangles, uvs, uvTriangles, morphTargets, pivot, material },
          image,
        },
        k,
      ) => ({
        name,
        positions,
        triangles,
        uvs,
        uvTriangles,
        firstVertex: part.firstVertex,
        moves: morphTargets !== undefined,
        pivot,
        material,
        textures: {
          photo: dataOf(image),
          albedo: dataOf(delit[k]!.image),
          sources: k === 0 ? dataOf(head.textures?.sources) : undefined,
        },
      }),
    );
    const hair = hairSurface(model, head);
    if (!hair) return bare;
    const { name, positions, triangles, uvs, uvTriangles, material } = hair.mesh;
    const picture = dataOf(hair.image);
    const textures = { photo: picture, albedo: picture, sources: undefined };
    const shown = { name, positions, triangles, uvs, uvTriangles, material, textures };
    return [...bare, { ...shown, firstVertex: undefined, moves: false, pivot: undefined }];
  }
}

/** Whether there is a real graphics processor: software ones are slower than WebAssembly. */
async function hasGpu(): Promise<boolean> {
  if (!('gpu' in navigator)) return false;
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  return (
    adapter !== null &&
    !adapter.info.isFallbackAdapter &&
    !/swiftshader|llvmpipe/i.test(`${adapter.info.description} ${adapter.info.architecture}`)
  );
}
