import { reachoccNames } from 'rogue-face/data';
import type { Cover } from '../engine/views.js';
import { brushSize, busy, tool } from '../state.js';
import { covers } from '../stage/covers.js';
import { Slider } from './slider.js';

const tools = { brush: 'Brush', box: 'Box', erase: 'Eraser' } as const;
const usual = ['surgical mask', 'sunglasses', 'hand over mouth', 'hair', 'scarf and sunglasses'];
const noises = {
  gaussian: 'Sensor noise',
  blur: 'Blur',
  'motion-blur': 'Motion blur',
  'low-light': 'Low light',
  'low-resolution': 'Low resolution',
  jpeg: 'Heavy JPEG',
} as const;
const levels = ['none', 'weak', 'medium', 'strong'];

/** What if the face were covered? */
export function CoverPanel() {
  const things = covers.things.value;
  const objects = things.filter(({ kind }) => kind === 'object');
  const noise = things.find((thing) => thing.kind === 'noise');
  const put = (names: readonly string[], noisy: Cover | undefined): void => {
    void covers.set([
      ...names.map((name): Cover => ({ kind: 'object', name, seed: 1 })),
      ...(noisy ? [noisy] : []),
    ]);
  };
  const has = (name: string): boolean => objects.some((object) => object.name === name);
  const toggle = (name: string): void => {
    put(
      has(name)
        ? objects.filter((object) => object.name !== name).map((object) => object.name)
        : [...objects.map((object) => object.name), name],
      noise,
    );
  };
  return (
    <>
      <p class="hint">
        Cover the face in the photo. Both heads beside it are found anew behind the cover; their colours tell
        how far they are from the head of the uncovered photo.
      </p>
      <fieldset class="choice">
        <legend>Draw</legend>
        {Object.entries(tools).map(([key, title]) => (
          <label key={key}>
            <input
              type="radio"
              name="tool"
              checked={tool.value === key}
              onChange={() => {
                tool.value = key as keyof typeof tools;
              }}
            />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      <Slider
        label="Brush"
        min={0.05}
        max={0.6}
        value={brushSize.value}
        format={(value) => `${Math.round(100 * value)} %`}
        onInput={(value) => {
          brushSize.value = value;
        }}
      />
      <fieldset class="chips" disabled={busy.value !== undefined}>
        <legend>Put on</legend>
        {usual.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={has(name)}
            onClick={() => {
              toggle(name);
            }}
          >
            {name}
          </button>
        ))}
        <select
          aria-label="Another object"
          value=""
          onChange={({ currentTarget }) => {
            if (currentTarget.value) toggle(currentTarget.value);
            currentTarget.value = '';
          }}
        >
          <option value="">more…</option>
          {reachoccNames
            .filter((name) => !usual.includes(name))
            .map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
        </select>
      </fieldset>
      <fieldset disabled={busy.value !== undefined}>
        <legend>Worsen the picture</legend>
        <select
          aria-label="Kind of noise"
          value={noise?.name ?? 'gaussian'}
          onChange={({ currentTarget }) => {
            put(
              objects.map(({ name }) => name),
              { kind: 'noise', name: currentTarget.value, level: noise?.kind === 'noise' ? noise.level : 2 },
            );
          }}
        >
          {Object.entries(noises).map(([key, title]) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
        </select>
        <Slider
          label="Level"
          min={0}
          max={3}
          step={1}
          value={noise?.kind === 'noise' ? noise.level : 0}
          format={(value) => levels[value]!}
          onInput={(value) => {
            put(
              objects.map(({ name }) => name),
              value === 0
                ? undefined
                : { kind: 'noise', name: noise?.name ?? 'gaussian', level: value as 1 | 2 | 3 },
            );
          }}
        />
      </fieldset>
      <button
        type="button"
        onClick={() => {
          covers.clear();
        }}
      >
        Uncover
      </button>
    </>
  );
}
