import { transfer } from 'comlink';
import { useEffect, useRef } from 'preact/hooks';
import { endWebcam, openPhoto, reconstructFrame, webcamStream } from '../actions.js';
import { engine } from '../engine/client.js';
import type { TrackView } from '../engine/views.js';
import { expression, framesPerSecond, head, problem } from '../state.js';
import { heads } from '../view/heads.js';
import type { PhotoOverlay } from '../view/photo-overlay.js';
import { videoPictures } from './video-frames.js';
import { useOverlay } from './use-overlay.js';

/** The webcam's picture, mirrored, with the head that follows the person in it. */
export function WebcamStage() {
  const video = useRef<HTMLVideoElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const drawn = useOverlay(over, false);
  useEffect(() => {
    const element = video.current!;
    const ended = new AbortController();
    element.srcObject = webcamStream() ?? null;
    element
      .play()
      .then(() => follow(element, frame.current!, drawn.current ?? undefined, ended.signal))
      .catch((error: unknown) => {
        if (!ended.signal.aborted) problem.value = error instanceof Error ? error.message : String(error);
      });
    return () => {
      ended.abort();
    };
  }, []);
  return (
    <div class="photo-stage">
      <div class="stage mirrored" ref={frame}>
        <video ref={video} class="layer" muted playsInline aria-label="The webcam's picture" />
        <canvas ref={over} class="layer overlay" aria-hidden="true" />
      </div>
      <p class="row">
        <button type="button" class="primary" onClick={() => void snapshot(video.current!)}>
          Take photo
        </button>
        <button type="button" onClick={endWebcam}>
          Stop webcam
        </button>
        <output data-testid="fps">
          {framesPerSecond.value > 0 ? `${framesPerSecond.value.toFixed(0)} frames/s` : 'Looking for a face…'}
        </output>
      </p>
    </div>
  );
}

async function snapshot(video: HTMLVideoElement): Promise<void> {
  await openPhoto(await pictureOf(video), 'webcam.jpg');
}

async function pictureOf(video: HTMLVideoElement): Promise<Blob> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d')!.drawImage(video, 0, 0);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
}

/** One picture after the other: track, draw, until the webcam ends. */
async function follow(
  video: HTMLVideoElement,
  frame: HTMLElement,
  overlaid: PhotoOverlay | undefined,
  ended: AbortSignal,
): Promise<void> {
  frame.style.setProperty('--ratio', `${video.videoWidth / video.videoHeight}`);
  const times: number[] = [];
  const stream = webcamStream();
  if (!stream) return;
  for await (const { picture, seconds } of videoPictures(video, stream, ended)) {
    const tracked = await engine.track(
      picture instanceof ImageData ? transfer(picture, [picture.data.buffer]) : transfer(picture, [picture]),
      seconds,
    );
    if (ended.aborted) return;
    if (!tracked) {
      framesPerSecond.value = 0;
      times.length = 0;
      continue;
    }
    if (!head.value) await reconstructFrame(await pictureOf(video));
    show(tracked, overlaid);
    times.push(performance.now());
    if (times.length > 30) times.shift();
    if (times.length > 5) framesPerSecond.value = (1000 * (times.length - 1)) / (times.at(-1)! - times[0]!);
  }
}

function show(
  { camera, pose, expression: weights, gaze, width, height }: TrackView,
  overlaid: PhotoOverlay | undefined,
): void {
  for (const object of [heads.turned, heads.overlaid]) {
    object?.setExpression(weights);
    object?.setGaze(gaze);
  }
  heads.turned?.setTurn(pose.rotation);
  overlaid?.show(heads.overlaid, camera, pose, { width, height });
  expression.value = weights;
  heads.redraw();
}
