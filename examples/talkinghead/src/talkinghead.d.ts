/** What this page uses of TalkingHead, which comes without types. */
declare module '@met4citizen/talkinghead' {
  export class TalkingHead {
    constructor(node: HTMLElement, options: Record<string, unknown>);
    readonly audioCtx: AudioContext;
    readonly visemeNames: readonly string[];
    readonly lipsync: Record<string, unknown>;
    /** Three.js' scene. */
    readonly scene: { environmentIntensity: number };
    /** @param avatar.baseline where morph targets and turns rest, 0…1 and radians */
    showAvatar(avatar: {
      url: string;
      body: 'F' | 'M';
      lipsyncLang: string;
      baseline: Record<string, number>;
    }): Promise<void>;
    setView(view: 'head', options: { cameraDistance: number; cameraY: number }): void;
    /** The meshes that have morph targets, once an avatar is shown. */
    readonly morphs: readonly {
      morphTargetDictionary: Record<string, number>;
      morphTargetInfluences: number[];
    }[];
    lookAtCamera(milliseconds: number): void;
    /** Times are milliseconds. */
    speakAudio(
      speech: { audio: AudioBuffer; words: string[]; wtimes: number[]; wdurations: number[] },
      options: { isRaw: boolean },
    ): void;
    stopSpeaking(): void;
  }
}

declare module '@met4citizen/talkinghead/modules/lipsync-en.mjs' {
  export const LipsyncEn: new () => object;
}
