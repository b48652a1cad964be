import { useEffect, useRef } from 'preact/hooks';
import { selectFace } from '../actions.js';
import { busy, head, light, look, method, overlay, selectedFace, source, wireframe } from '../state.js';
import { usualLight } from '../view/head-viewer.js';
import { looks, sourceColours, type Look } from '../view/looks.js';
import { Slider } from './slider.js';

const overlays = { mesh: 'Mesh', clay: 'Clay', photo: 'Textured', none: 'Nothing' } as const;
const methods = {
  refine: 'Network and landmarks',
  network: 'Network alone',
  landmarks: 'Landmarks alone',
} as const;
const degrees = (value: number): string => `${value.toFixed(0)}°`;

/** How the head is drawn, and what was found. */
export function ViewPanel() {
  const { azimuth, elevation, strength, ambient } = light.value;
  const relit = look.value === 'lit' || look.value === 'clay';
  return (
    <>
      <Choice
        name="Head"
        of={Object.fromEntries(Object.entries(looks).filter(([name]) => name !== 'difference'))}
        value={look.value}
        onChoice={(value) => {
          look.value = value as Look;
        }}
      />
      {look.value === 'sources' && (
        <p class="sources">
          {Object.entries(sourceColours).map(([colour, says]) => (
            <span key={colour} class={colour}>
              {says}
            </span>
          ))}
        </p>
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={wireframe.value}
          onChange={({ currentTarget }) => {
            wireframe.value = currentTarget.checked;
          }}
        />{' '}
        Wireframe
      </label>
      <Choice
        name="Over the photo"
        of={overlays}
        value={overlay.value}
        onChoice={(value) => {
          overlay.value = value as keyof typeof overlays;
        }}
      />
      {relit && (
        <fieldset>
          <legend>Light</legend>
          <Slider
            label="From the side"
            min={-90}
            max={90}
            step={1}
            value={azimuth}
            format={degrees}
            onInput={(value) => {
              light.value = { ...light.value, azimuth: value };
            }}
          />
          <Slider
            label="From above"
            min={-60}
            max={90}
            step={1}
            value={elevation}
            format={degrees}
            onInput={(value) => {
              light.value = { ...light.value, elevation: value };
            }}
          />
          <Slider
            label="Lamp"
            min={0}
            max={2}
            value={strength}
            onInput={(value) => {
              light.value = { ...light.value, strength: value };
            }}
          />
          <Slider
            label="Surroundings"
            min={0}
            max={2}
            value={ambient}
            onInput={(value) => {
              light.value = { ...light.value, ambient: value };
            }}
          />
          <button
            type="button"
            onClick={() => {
              light.value = usualLight;
            }}
          >
            Reset light
          </button>
        </fieldset>
      )}
      {source.value === 'photo' && (
        <Choice
          name="Found by"
          of={methods}
          value={method.value}
          disabled={busy.value !== undefined}
          onChoice={(value) => {
            method.value = value as keyof typeof methods;
            void selectFace(selectedFace.value);
          }}
        />
      )}
      <Atlas />
      <Findings />
    </>
  );
}

function Choice({
  name,
  of,
  value,
  disabled = false,
  onChoice,
}: {
  readonly name: string;
  readonly of: Readonly<Record<string, string>>;
  readonly value: string;
  readonly disabled?: boolean;
  readonly onChoice: (value: string) => void;
}) {
  return (
    <fieldset class="choice" disabled={disabled}>
      <legend>{name}</legend>
      {Object.entries(of).map(([key, title]) => (
        <label key={key}>
          <input
            type="radio"
            name={name}
            value={key}
            checked={value === key}
            onChange={() => {
              onChoice(key);
            }}
          />
          <span>{title}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The skin's texture, as it lies in the UV atlas. */
function Atlas() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = look.value === 'photo' || look.value === 'sources' ? look.value : 'albedo';
  const pixels = head.value?.surfaces[0]?.textures[shown];
  useEffect(() => {
    if (!canvas.current || !pixels) return;
    canvas.current.width = pixels.width;
    canvas.current.height = pixels.height;
    canvas.current.getContext('2d')!.putImageData(pixels, 0, 0);
  }, [pixels]);
  if (!pixels) return null;
  return (
    <details class="atlas">
      <summary>
        UV texture, {pixels.width} × {pixels.height}
      </summary>
      <canvas ref={canvas} role="img" aria-label="The skin's texture, unwrapped" />
    </details>
  );
}

function Findings() {
  const view = head.value;
  if (!view) return null;
  return (
    <div class="findings">
      <p>
        {Math.round(100 * view.visible)} % of the face is seen; found in {Math.round(view.time)} ms.
      </p>
      {view.warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
    </div>
  );
}
