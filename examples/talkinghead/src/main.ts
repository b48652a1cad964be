import { loadRogue } from 'rogue-face';
import { avatarOf } from './avatar.js';
import { Speaker } from './speaker.js';
import { createStage } from './stage.js';

const element = <Type extends HTMLElement>(id: string): Type => document.getElementById(id) as Type;
const status = element('status');
const progress = element<HTMLProgressElement>('progress');
const viseme = element('viseme');
const nobody = element('nobody');
const choose = element('choose');
const file = element<HTMLInputElement>('file');
const example = element<HTMLButtonElement>('example');
const speech = element('speech');
const text = element<HTMLInputElement>('text');
const speak = element<HTMLButtonElement>('speak');

const head = createStage(element('stage'), (name) => {
  viseme.textContent = name ?? '';
});
const speaker = new Speaker(head);

function tell(sentence: string, wrong = false): void {
  status.textContent = sentence;
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
  speaker.stop();
  example.disabled = file.disabled = true;
  try {
    const rogue = await loading;
    tell('Making the head…');
    await drawn();
    const url = URL.createObjectURL(await avatarOf(rogue, photo));
    // "M" stands and moves otherwise. TalkingHead's poses bow the head a little: back up.
    await head.showAvatar({ url, body: 'F', lipsyncLang: 'en', baseline: { headRotateX: -0.1 } });
    URL.revokeObjectURL(url);
    nobody.hidden = true;
    speech.hidden = false;
    choose.classList.remove('primary');
    tell('Type something, and let it speak.');
  } catch (error) {
    complain(error);
  } finally {
    example.disabled = file.disabled = false;
  }
}

async function speakText(): Promise<void> {
  speak.textContent = 'Stop';
  tell('Speaking…');
  const hadVoice = await speaker.speak(text.value);
  speak.textContent = 'Speak';
  if (hadVoice === undefined) return;
  tell(hadVoice ? 'Said.' : 'Said without a voice: this browser has none of its own.');
}

file.addEventListener('change', () => {
  const [photo] = file.files!;
  if (photo) void make(photo);
  // So that the same photo can be chosen again.
  file.value = '';
});
example.addEventListener('click', () => void make('/photo.jpg'));
speech.addEventListener('submit', (event) => {
  event.preventDefault();
  if (speak.textContent === 'Stop') {
    speaker.stop();
    tell('Stopped.');
  } else speakText().catch(complain);
});
