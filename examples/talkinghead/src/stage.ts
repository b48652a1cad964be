import { TalkingHead } from '@met4citizen/talkinghead';
import { LipsyncEn } from '@met4citizen/talkinghead/modules/lipsync-en.mjs';

/** TalkingHead's camera, as its view of the head has it: metres, half of the angle of view. */
const distance = 2;
const tangent = Math.tan((5 * Math.PI) / 180);
/** Half of what must be in view across, metres, and how far the camera's middle lies above the chest. */
const halfWidth = 0.15;
const middle = 0.14;

/** TalkingHead in an element of the page. @param onMouth is told of the viseme that the mouth shows */
export function createStage(node: HTMLElement, onMouth: (viseme: string | undefined) => void): TalkingHead {
  const head = new TalkingHead(node, {
    cameraView: 'head',
    // Its lamps are made for darker skins.
    lightAmbientIntensity: 0,
    lightDirectIntensity: 5,
    lightDirectColor: 0xfff4ea,
    // A bust that sways like a body would leave the picture, and it talks to someone.
    modelMovementFactor: 0.3,
    avatarIdleEyeContact: 0.7,
    avatarMood: 'happy',
    lipsyncLang: 'en',
    // It would load these by a relative address, which no bundler follows. Instead:
    lipsyncModules: [],
    update: () => {
      onMouth(strongestViseme(head));
    },
  });
  head.scene.environmentIntensity = 0.75;
  // Others are beside it, such as lipsync-fr.mjs.
  head.lipsync.en = new LipsyncEn();
  new ResizeObserver(() => {
    frame(head, node.clientWidth / node.clientHeight);
  }).observe(node);
  return head;
}

/** Goes back until a head fits also where the page is narrow. */
export function frame(head: TalkingHead, aspect: number): void {
  const z = Math.max(distance, halfWidth / tangent / aspect);
  head.setView('head', { cameraDistance: z - distance, cameraY: 1 - middle / tangent / z });
}

function strongestViseme(head: TalkingHead): string | undefined {
  let strongest: string | undefined;
  let most = 0.1;
  const [skin] = head.morphs;
  for (const name of head.visemeNames) {
    const value = skin?.morphTargetInfluences[skin.morphTargetDictionary[`viseme_${name}`]] ?? 0;
    if (value <= most) continue;
    most = value;
    strongest = name;
  }
  return strongest;
}
