/** A picture of a running video and when it was taken, s. */
export interface VideoPicture {
  readonly picture: VideoFrame | ImageData;
  readonly seconds: number;
}

/** Longer side of pictures that a canvas reads, px. */
const canvasSide = 640;

interface TrackProcessor {
  readonly readable: ReadableStream<VideoFrame>;
}

/** Chrome's: https://w3c.github.io/mediacapture-transform, whose standard form is for workers only. */
const Processor = (
  globalThis as { MediaStreamTrackProcessor?: new (options: { track: MediaStreamTrack }) => TrackProcessor }
).MediaStreamTrackProcessor;

/**
 * The newest pictures of a camera, one after the other as they are asked for. Where the browser gives them as
 * they come from the camera they are read in a millisecond; over a canvas they make a detour through the
 * graphics processor.
 */
export function videoPictures(
  video: HTMLVideoElement,
  stream: MediaStream,
  ended: AbortSignal,
): AsyncGenerator<VideoPicture> {
  const [track] = stream.getVideoTracks();
  return Processor && track
    ? cameraPictures(new Processor({ track }).readable.getReader(), ended)
    : canvasPictures(video, ended);
}

async function* cameraPictures(
  reader: ReadableStreamDefaultReader<VideoFrame>,
  ended: AbortSignal,
): AsyncGenerator<VideoPicture> {
  try {
    while (!ended.aborted) {
      const { value, done } = await reader.read();
      if (done) return;
      // The frame is closed by the worker that gets it.
      yield { picture: value, seconds: value.timestamp / 1e6 };
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function* canvasPictures(video: HTMLVideoElement, ended: AbortSignal): AsyncGenerator<VideoPicture> {
  const scale = Math.min(1, canvasSide / Math.max(video.videoWidth, video.videoHeight));
  const width = Math.round(video.videoWidth * scale);
  const height = Math.round(video.videoHeight * scale);
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', {
    willReadFrequently: true,
  })!;
  while (!ended.aborted) {
    const seconds = await nextFrame(video);
    context.drawImage(video, 0, 0, width, height);
    yield { picture: context.getImageData(0, 0, width, height), seconds };
  }
}

/** Waits for the video's next picture. @returns its time, s */
function nextFrame(video: HTMLVideoElement): Promise<number> {
  return new Promise((resolve) => {
    if ('requestVideoFrameCallback' in video)
      video.requestVideoFrameCallback((now) => {
        resolve(now / 1000);
      });
    else
      requestAnimationFrame((now) => {
        resolve(now / 1000);
      });
  });
}
