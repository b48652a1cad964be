import { batch } from '@preact/signals';
import { proxy } from 'comlink';
import type { NoFaceCause, Stage } from 'rogue-face';
import { assets, engine } from './engine/client.js';
import type { Cover, DownloadKind } from './engine/views.js';
import * as state from './state.js';

/** What is said while a stage runs. */
const stageNames: Record<Stage | 'texture', string> = {
  decode: 'Reading the photo',
  'find faces': 'Finding faces',
  predict: 'Predicting the head',
  fit: 'Fitting the head and its texture',
  texture: 'Preparing the view',
};

/** The error of work that the user has stopped, in the worker. */
const stopped = 'stopped';

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!;
}

/** Does something long, shows how far it is, and shows the error if there is one. */
async function attempt<T>(doing: string, work: () => Promise<T>, canStop = true): Promise<T | undefined> {
  batch(() => {
    state.busy.value = { doing, canStop };
    state.problem.value = undefined;
  });
  try {
    return await work();
  } catch (error) {
    if (messageOf(error) !== stopped) state.problem.value = messageOf(error);
    return undefined;
  } finally {
    state.busy.value = undefined;
  }
}

const onStage = proxy((stage: Stage | 'texture') => {
  if (state.busy.value) state.busy.value = { doing: stageNames[stage], canStop: true };
});

/** Loads the networks; everything else waits for it. */
export const loading: Promise<void> = (async () => {
  const wanted = new URLSearchParams(location.search).get('engine');
  const model = await attempt(
    'Loading the networks',
    () =>
      engine.load(
        assets,
        new URL('ort/', document.baseURI).href,
        wanted,
        proxy((loaded: number, total: number) => {
          state.busy.value = {
            doing: `Loading the networks, ${(loaded / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`,
            share: total > 0 ? loaded / total : 0,
            canStop: false,
          };
        }),
      ),
    false,
  );
  if (model) state.model.value = model;
})();

/** What keeps a photo's face from being found, to stand behind "No face was found". */
function reasonOf(cause: NoFaceCause | undefined): string {
  switch (cause?.kind) {
    case 'tiny':
      return `: the photo has only ${cause.width}×${cause.height} pixels`;
    case 'transparent':
      return ': most of the photo is transparent';
    case 'dark':
      return ': the photo is very dark';
    case 'plain':
      return ': the photo is of one colour';
    case 'small':
      return `: what may be one is only ${Math.round(cause.face.box.width)} pixels wide`;
    default:
      return '';
  }
}

/** Opens a picture and reconstructs the largest face in it. */
export async function openPhoto(source: Blob, name: string): Promise<void> {
  endWebcam();
  await loading;
  if (!state.model.value) return;
  await attempt('Reading the photo', async () => {
    const photo = await engine.open(source, onStage);
    const picture = await engine.picture();
    batch(() => {
      state.picture.value?.close();
      state.source.value = 'photo';
      state.fileName.value = name;
      state.photo.value = photo;
      state.picture.value = picture;
      state.head.value = undefined;
      state.comparison.value = undefined;
      state.covering.value = false;
      if (state.panel.value === 'cover') state.panel.value = 'view';
      state.selectedFace.value = 0;
      // Where there are several faces all of them are to be seen, and chosen from.
      state.zoomed.value = photo.faces.length === 1;
    });
    if (photo.faces.length === 0)
      throw new Error(
        `No face was found${reasonOf(photo.noFace)}. Draw a box around the face in the photo, or take another photo.`,
      );
    await reconstruct(0);
  });
}

/** The head of one of the photo's faces. */
export async function selectFace(face: number): Promise<void> {
  await attempt('Predicting the head', () => reconstruct(face));
}

/** A face where the user says that one is. */
export async function addFace(x: number, y: number, width: number, height: number): Promise<void> {
  await attempt('Looking into the box', async () => {
    const face = await engine.addFace(x, y, width, height);
    const photo = state.photo.value!;
    state.photo.value = { ...photo, faces: [...photo.faces, { x, y, width, height }] };
    await reconstruct(face);
  });
}

async function reconstruct(face: number): Promise<void> {
  const head = await engine.reconstruct(face, state.method.value, onStage);
  batch(() => {
    state.selectedFace.value = face;
    state.head.value = head;
    state.expression.value = head.expression;
    state.shape.value = head.shape;
    state.comparison.value = undefined;
  });
}

export function stop(): void {
  void engine.stop();
}

let shapeWanted: Float32Array | undefined;
let reshaping = false;

/** Sets the shape; the newest wish wins while the worker is at it. @param apply gets the neutral vertices */
export async function setShape(shape: Float32Array, apply: (vertices: Float32Array) => void): Promise<void> {
  state.shape.value = shape;
  shapeWanted = shape;
  if (reshaping) return;
  reshaping = true;
  try {
    while (shapeWanted) {
      const next: Float32Array = shapeWanted;
      shapeWanted = undefined;
      apply(await engine.reshape(next));
    }
  } finally {
    reshaping = false;
  }
}

export async function coveredPhoto(covers: readonly Cover[]): Promise<ImageData | undefined> {
  return attempt('Covering the face', () => engine.cover(state.selectedFace.value, covers), false);
}

let comparing = false;
let compareWanted: (() => ImageData) | undefined;

/**
 * Finds the head behind a cover by both methods; called again while it runs, it does so once more at the end.
 */
export async function compare(covered: () => ImageData): Promise<void> {
  compareWanted = covered;
  if (comparing) return;
  comparing = true;
  try {
    while (compareWanted) {
      const pixels = compareWanted();
      compareWanted = undefined;
      const heads = await engine.compare(state.selectedFace.value, pixels, ['refine', 'landmarks']);
      if (state.covering.value) state.comparison.value = heads;
    }
  } catch (error) {
    if (messageOf(error) !== stopped) state.problem.value = messageOf(error);
  } finally {
    comparing = false;
  }
}

export async function download(kind: DownloadKind): Promise<void> {
  const file = await attempt(
    'Writing the file',
    () =>
      engine.download(
        state.selectedFace.value,
        kind,
        { shape: state.shape.value, expression: state.expression.value },
        state.fileName.value,
      ),
    false,
  );
  if (file) save(file.blob, file.name);
}

export function save(blob: Blob, name: string): void {
  const link = Object.assign(document.createElement('a'), {
    href: URL.createObjectURL(blob),
    download: name,
  });
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}

let stream: MediaStream | undefined;

/**
 * Opens the camera; what is wrong is shown where it cannot be.
 * @param keepHead whether the head of the photo is to be animated; otherwise the person before the camera
 *   gets one
 */
export async function startWebcam(keepHead = false): Promise<void> {
  await loading;
  endWebcam();
  stream = await attempt(
    'Waiting for the camera',
    async () => {
      if (!('mediaDevices' in navigator))
        throw new Error('This page has no access to a camera; open it from localhost or over https.');
      return navigator.mediaDevices
        .getUserMedia({
          video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: 'user' },
          audio: false,
        })
        .catch((error: unknown) => {
          throw new Error(
            error instanceof DOMException && error.name === 'NotAllowedError'
              ? 'The camera was refused; allow it beside the address and try again.'
              : 'No camera can be opened; connect one, or close other programs that use it.',
          );
        });
    },
    false,
  );
  if (!stream) return;
  batch(() => {
    state.source.value = 'webcam';
    state.comparison.value = undefined;
    state.covering.value = false;
    state.turntable.value = false;
    if (state.panel.value !== 'download') state.panel.value = 'view';
    if (keepHead) return;
    state.photo.value = undefined;
    state.head.value = undefined;
    state.fileName.value = 'webcam.jpg';
  });
}

/** What the camera sees. */
export const webcamStream = (): MediaStream | undefined => stream;

/** Lets the camera go. */
export function endWebcam(): void {
  if (!stream) return;
  stream.getTracks().forEach((track) => {
    track.stop();
  });
  stream = undefined;
  void engine.endTracking();
  batch(() => {
    if (state.source.value === 'webcam') state.source.value = state.photo.value ? 'photo' : 'none';
    if (state.head.value) state.expression.value = state.head.value.expression;
    state.framesPerSecond.value = 0;
  });
}

/** The head of the person before the webcam, with the skin of this picture; animated by what follows. */
export async function reconstructFrame(frame: Blob): Promise<void> {
  const photo = await engine.open(frame, onStage);
  if (photo.faces.length === 0) return;
  const head = await engine.reconstruct(0, state.method.value, onStage);
  batch(() => {
    state.head.value = head;
    state.expression.value = head.expression;
    state.shape.value = head.shape;
  });
}
