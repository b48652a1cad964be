import { InvalidArgumentError, type Command } from 'commander';
import type { AvatarOptions } from '../avatar/avatar-options.js';
import type { DetailLevel } from '../avatar/detail.js';
import { avatarSettings, avatarTargets, type AvatarSettings, type AvatarTarget } from '../avatar/presets.js';
import { vrmVersions, type VrmVersion } from '../avatar/vrm/vrm-versions.js';
import { compressions, type Compression } from '../io/gltf/compressions.js';
import { UsageError } from './errors.js';
import type { HairChoice } from '../fit/reconstruction.js';
import { shippedStyles } from '../model/hair-file.js';
import type { VrmSettings } from './face-files.js';
import type { Format } from './face-formats.js';
import { oneOf } from './option-values.js';

/** Options that say what `head.glb` and `head.vrm` hold. */
export interface AvatarFlags {
  readonly for?: AvatarTarget;
  readonly compress?: Compression;
  readonly textureFormat?: AvatarOptions['textureFormat'];
  readonly textureSize?: string;
  readonly lod?: string;
  readonly visemes?: boolean;
  readonly hair?: HairChoice;
  readonly seen?: boolean;
  readonly vrmVersion: VrmVersion;
  readonly title?: string;
  readonly author?: string;
  readonly licence?: string;
  readonly sharing?: 'author' | 'everyone';
}

/** What `--hair` takes. */
const hairNames: readonly string[] = ['auto', 'none', 'bald', 'shaved', ...shippedStyles];
const sizes = ['512', '1024', '2048', '4096'] as const;
const levels = ['0', '1', '2'] as const;

/** Adds the options to a command. @returns the command */
export function addAvatarOptions(command: Command): Command {
  return command
    .option(
      '--for <program>',
      'head.glb as a program likes it: web, unity, unreal, blender or talkinghead',
      oneOf(avatarTargets),
    )
    .option('--compress <how>', "head.glb's geometry: none or meshopt", oneOf(compressions))
    .option('--texture-format <name>', 'pictures in head.glb: jpeg (default), png or webp', oneOf(imageTypes))
    .option('--texture-size <px>', 'texels per side of the skin: 512, 1024, 2048 or 4096', oneOf(sizes))
    .option('--lod <level>', 'level of detail: 0 (all triangles), 1 or 2', oneOf(levels))
    .option('--visemes', "head.glb also has Oculus' 15 visemes as morph targets")
    .option(
      '--hair <style>',
      `auto (default: as in the photo), none, or one of ${hairNames.slice(2).join(', ')}`,
      oneOf(hairNames),
    )
    .option('--seen', 'head.glb also tells of each vertex how surely the photo shows it (attribute _SEEN)')
    .option('--vrm-version <version>', 'for --format vrm: 1.0 or 0.x', oneOf(vrmVersions), '1.0')
    .option('--title <text>', "the avatar's name in head.vrm (default: the photo's)")
    .option('--author <text>', 'whom head.vrm names as its author')
    .option('--licence <url>', "where head.vrm's licence is (default: VRM's own)", webAddress)
    .option('--sharing <who>', 'who may wear head.vrm: author (default) or everyone', oneOf(sharings));
}

const imageTypes = ['png', 'jpeg', 'webp'] as const;
const sharings = ['author', 'everyone'] as const;

function webAddress(value: string): string {
  if (!URL.canParse(value) || !/^https?:/.test(value))
    throw new InvalidArgumentError('Expected a web address, as https://example.org/licence.');
  return value;
}

/**
 * What the options say, with the defaults of the program that they name.
 *
 * @throws UsageError for what only head.vrm can tell, where none is written
 */
export function avatarSettingsOf(flags: AvatarFlags & { readonly format: readonly Format[] }): {
  readonly avatar: AvatarSettings;
  readonly vrm: VrmSettings;
  readonly textureSize?: number;
} {
  for (const name of ['title', 'author', 'licence', 'sharing'] as const)
    if (flags[name] !== undefined && !flags.format.includes('vrm'))
      throw new UsageError(`--${name} is for head.vrm; add vrm to --format`);
  const { compress, textureFormat, lod, visemes, seen, title, author, licence, sharing } = flags;
  const textureSize = flags.textureSize === undefined ? undefined : Number(flags.textureSize);
  const avatar = avatarSettings(flags.for, {
    ...(compress && { compress }),
    ...(textureFormat && { textureFormat }),
    ...(textureSize !== undefined && { textureSize }),
    ...(lod !== undefined && { detail: Number(lod) as DetailLevel }),
    ...(visemes && { visemes }),
    ...(seen && { seen }),
  });
  const vrm: VrmSettings = {
    version: flags.vrmVersion,
    ...(title !== undefined && { name: title }),
    ...(author !== undefined && { authors: [author] }),
    ...(licence !== undefined && { licenceUrl: licence }),
    ...(sharing && { sharing }),
  };
  return { avatar, vrm, ...(textureSize !== undefined && { textureSize }) };
}
