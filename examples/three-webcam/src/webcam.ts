import type { Image } from 'rogue-face';

/** Longer side of the pictures that are looked at, pixels: enough for a face, quick to read. */
const longestSide = 640;

/** Shows the webcam in a video element. @throws Error with a sentence for the visitor */
export async function startWebcam(video: HTMLVideoElement): Promise<MediaStream> {
  // Pages without https have no `mediaDevices`, unless they come from this computer.
  if (!('mediaDevices' in navigator))
    throw new Error('The browser gives the camera only to pages with https.');
  const wanted = { video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } } };
  const stream = await navigator.mediaDevices.getUserMedia(wanted).catch((error: unknown) => {
    throw new Error(reasonOf(error), { cause: error });
  });
  video.srcObject = stream;
  await video.play();
  return stream;
}

function reasonOf(error: unknown): string {
  switch ((error as DOMException).name) {
    case 'NotAllowedError':
      return 'The camera was refused. Allow it for this page in your browser, and start again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No camera was found. Plug one in, and start again.';
    default:
      return 'The camera does not start. Another program may be using it.';
  }
}

/** The newest pictures of a video, one after the other as they are asked for. */
export async function* picturesOf(
  video: HTMLVideoElement,
  ended: AbortSignal,
): AsyncGenerator<{ image: Image; seconds: number }> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  while (!ended.aborted) {
    const seconds = await nextPicture(video);
    // Phones change width and height when they are turned.
    const scale = Math.min(1, longestSide / Math.max(video.videoWidth, video.videoHeight));
    const width = Math.round(video.videoWidth * scale);
    const height = Math.round(video.videoHeight * scale);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    yield { image: { width, height, channels: 4, data }, seconds };
  }
}

/** @returns when it came, seconds */
function nextPicture(video: HTMLVideoElement): Promise<number> {
  return new Promise((resolve) => {
    video.requestVideoFrameCallback((now) => {
      resolve(now / 1000);
    });
  });
}
