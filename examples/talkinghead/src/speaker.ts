import type { TalkingHead } from '@met4citizen/talkinghead';

/** Milliseconds. */
interface SpokenWords {
  readonly words: string[];
  readonly wtimes: number[];
  readonly wdurations: number[];
  readonly length: number;
}

/** Letters that a gap between words and a comma take the time of. */
const gap = 1;
const comma = 5;
/** Before the first word, milliseconds: lips open ahead of the sound. */
const lead = 80;
/** Milliseconds after which a voice that has not begun counts as none. */
const patience = 3000;

/** When each word of a sentence is spoken, at so many milliseconds a letter. */
export function timesOf(sentence: string, pace: number): SpokenWords {
  const words = sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const wtimes: number[] = [];
  const wdurations: number[] = [];
  let time = lead;
  for (const word of words) {
    const duration = pace * (word.match(/[\p{L}\p{N}]/gu)!.length + gap);
    wtimes.push(time);
    wdurations.push(duration);
    time += duration + (/[,;:]$/.test(word) ? pace * comma : 0);
  }
  return { words, wtimes, wdurations, length: time };
}

/**
 * Speaks by the browser's own voices, where there are some, with lips in time. No browser gives the sound of
 * its voices away, so words are timed by their letters, anew for each sentence; how fast a voice is shows
 * when it has said one.
 */
export class Speaker {
  readonly #head: TalkingHead;
  #pace = 70;
  #canSpeak = true;
  #speech = new AbortController();

  constructor(head: TalkingHead) {
    this.#head = head;
    // Asked for once, so that they are there when they are needed.
    globalThis.speechSynthesis?.getVoices();
  }

  /** @returns whether there was a voice, once all is said; `undefined` where it was stopped */
  async speak(text: string): Promise<boolean | undefined> {
    this.stop();
    this.#speech = new AbortController();
    const { signal } = this.#speech;
    let hasVoice = true;
    this.#head.lookAtCamera(500);
    const sentences = new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text);
    for (const { segment } of sentences) {
      hasVoice = await this.#say(segment, signal);
      if (!hasVoice) await this.#mime(segment, signal);
      if (signal.aborted) return undefined;
      this.#head.stopSpeaking();
    }
    return hasVoice;
  }

  stop(): void {
    this.#speech.abort();
    globalThis.speechSynthesis?.cancel();
    this.#head.stopSpeaking();
  }

  /** @returns false where there is no voice, or it does not begin */
  #say(sentence: string, signal: AbortSignal): Promise<boolean> {
    const voice = this.#canSpeak ? localVoice() : undefined;
    if (!voice) return Promise.resolve(false);
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.voice = voice;
    return new Promise((resolve) => {
      let begin = 0;
      let expected = 0;
      const given = setTimeout(() => {
        this.#canSpeak = signal.aborted;
        speechSynthesis.cancel();
        resolve(false);
      }, patience);
      utterance.onstart = () => {
        clearTimeout(given);
        begin = performance.now();
        if (!signal.aborted) expected = this.#moveLips(sentence);
      };
      utterance.onend = utterance.onerror = () => {
        clearTimeout(given);
        const took = performance.now() - begin;
        const isWhole = begin > 0 && !signal.aborted && expected > 300;
        if (isWhole) this.#pace *= Math.min(1.5, Math.max(0.6, took / expected));
        resolve(begin > 0);
      };
      speechSynthesis.speak(utterance);
    });
  }

  /** Without a sound. */
  #mime(sentence: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const length = this.#moveLips(sentence);
    return new Promise((resolve) => {
      setTimeout(resolve, length);
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }

  /** TalkingHead moves lips along with audio: here along with silence. @returns its length, milliseconds */
  #moveLips(sentence: string): number {
    const { length, ...timed } = timesOf(sentence, this.#pace);
    if (timed.words.length === 0) return 0;
    const { sampleRate } = this.#head.audioCtx;
    const audio = this.#head.audioCtx.createBuffer(1, Math.ceil((sampleRate * length) / 1000), sampleRate);
    // Raw: at once, without a break afterwards.
    this.#head.speakAudio({ audio, ...timed }, { isRaw: true });
    return length;
  }
}

/** A voice of this device: the others send what they say to their makers. */
function localVoice(): SpeechSynthesisVoice | undefined {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  const local = voices.filter(({ localService, lang }) => localService && lang.startsWith('en'));
  return local.find((voice) => voice.default) ?? local[0];
}
