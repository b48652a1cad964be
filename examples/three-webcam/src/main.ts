import { loadRogue, type Rogue } from 'rogue-face';
import { avatarOf } from './avatar.js';
import { Puppet } from './puppet.js';
import { Stage } from './stage.js';
import { picturesOf, startWebcam } from './webcam.js';

const element = <Type extends HTMLElement>(id: string): Type => document.getElementById(id) as Type;
const status = element('status');
const progress = element<HTMLProgressElement>('progress');
const photoImage = element<HTMLImageElement>('photo');
const mirror = element<HTMLVideoElement>('mirror');
const nobody = element('nobody');
const moves = element('moves');
const choose = element('choose');
const file = element<HTMLInputElement>('file');
const example = element<HTMLButtonElement>('example');
const webcam = element<HTMLButtonElement>('webcam');
const straighten = element<HTMLButtonElement>('straighten');
const download = element<HTMLAnchorElement>('download');

const stage = new Stage(element<HTMLCanvasElement>('stage'));
let puppet: Puppet | undefined;
/** Ends what the webcam does. */
let running: AbortController | undefined;

function tell(text: string, wrong = false): void {
  status.textContent = text;
  status.classList.toggle('wrong', wrong);
}

/** Says in one line what went wrong. */
function complain(error: unknown): void {
  tell(error instanceof Error ? error.message : String(error), true);
}

/** Lets the page draw before the processor is busy. */
const drawn = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });

/** The networks, on their way while the visitor looks for a photo. */
const loading = loadRogue({
  assets: '/rogue-assets/',
  onProgress: (loaded, total) => {
    progress.hidden = loaded === total;
    progress.value = loaded / total;
    const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
    tell(loaded < total ? `Loading: ${megabytes(loaded)} of ${megabytes(total)} MB` : 'Getting ready…');
  },
});
loading.then(() => {
  tell('Ready. Choose a photo of a face.');
}, complain);

async function make(photo: string | Blob): Promise<void> {
  stopWebcam();
  example.disabled = file.disabled = true;
  try {
    const rogue = await loading;
    tell('Making the head…');
    await drawn();
    const glb = await avatarOf(rogue, photo);
    URL.revokeObjectURL(download.href);
    download.href = URL.createObjectURL(glb);
    puppet = new Puppet(await stage.show(download.href), rogue.model.expression.names);
    showPhoto(photo);
    webcam.hidden = download.hidden = false;
    choose.classList.remove('primary');
    nobody.hidden = true;
    tell('Drag the head to turn it, or start the webcam to move it.');
  } catch (error) {
    complain(error);
  } finally {
    example.disabled = file.disabled = false;
  }
}

function showPhoto(photo: string | Blob): void {
  URL.revokeObjectURL(photoImage.src);
  photoImage.src = typeof photo === 'string' ? photo : URL.createObjectURL(photo);
  // A photo that this browser cannot show, such as an iPhone's HEIC, still gives a head.
  photoImage.decode().then(
    () => (photoImage.hidden = running !== undefined),
    () => (photoImage.hidden = true),
  );
}

async function followWebcam(rogue: Rogue, ended: AbortSignal): Promise<void> {
  const stream = await startWebcam(mirror);
  const release = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  // Stopped while the browser was still asking.
  if (ended.aborted) {
    release();
    return;
  }
  ended.addEventListener('abort', release);
  // Pulled out, or taken away.
  stream.getVideoTracks()[0]?.addEventListener('ended', () => {
    stopWebcam();
    tell('The camera has stopped.', true);
  });
  mirror.hidden = straighten.hidden = false;
  photoImage.hidden = choose.hidden = example.hidden = true;
  const tracking = rogue.track();
  const times: number[] = [];
  for await (const { image, seconds } of picturesOf(mirror, ended)) {
    const tracked = await tracking.next(image, seconds);
    if (ended.aborted) return;
    if (!tracked) {
      times.length = 0;
      tell('No face is seen: look into the camera.', true);
      continue;
    }
    puppet?.follow(tracked);
    stage.draw();
    showMoves();
    times.push(performance.now());
    if (times.length > 20) times.shift();
    const rate = (1000 * (times.length - 1)) / (times.at(-1)! - times[0]);
    tell(times.length < 5 ? 'Following you' : `Following you: ${rate.toFixed(0)} frames/s`);
  }
}

/** What the head does most. */
function showMoves(): void {
  const strongest = puppet?.strongest(4) ?? [];
  moves.replaceChildren(
    ...strongest.map(({ name, strength }) => {
      const item = document.createElement('li');
      item.textContent = name;
      item.style.setProperty('--strength', strength.toFixed(2));
      return item;
    }),
  );
}

function stopWebcam(): void {
  running?.abort();
  running = undefined;
  puppet?.rest();
  stage.draw();
  mirror.hidden = straighten.hidden = true;
  choose.hidden = example.hidden = false;
  photoImage.hidden = !photoImage.naturalWidth;
  moves.replaceChildren();
  webcam.textContent = 'Start webcam';
}

async function toggleWebcam(): Promise<void> {
  if (running) {
    stopWebcam();
    tell('The face is that of the photo again.');
    return;
  }
  running = new AbortController();
  const { signal } = running;
  webcam.textContent = 'Stop webcam';
  tell('Starting the camera…');
  try {
    await followWebcam(await loading, signal);
  } catch (error) {
    if (signal.aborted) return;
    stopWebcam();
    complain(error);
  }
}

file.addEventListener('change', () => {
  const [photo] = file.files!;
  if (photo) void make(photo);
  // So that the same photo can be chosen again.
  file.value = '';
});
example.addEventListener('click', () => void make('/photo.jpg'));
webcam.addEventListener('click', () => void toggleWebcam());
straighten.addEventListener('click', () => puppet?.straighten());
