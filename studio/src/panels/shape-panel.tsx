import { setShape } from '../actions.js';
import { head, model, shape } from '../state.js';
import { heads } from '../view/heads.js';
import { Slider } from './slider.js';

/** Sliders to begin with; the later components are ever finer. */
const shownCount = 24;

function apply(vertices: Float32Array): void {
  heads.turned?.setNeutral(vertices);
  heads.overlaid?.setNeutral(vertices);
  heads.redraw();
  heads.redrawOverlay();
}

/** Sliders for the components of the head's shape, in standard deviations. */
export function ShapePanel() {
  const count = model.value!.shapeCount;
  const set = (next: Float32Array): void => void setShape(next, apply);
  return (
    <>
      <p class="row">
        <button
          type="button"
          onClick={() => {
            set(head.value!.shape);
          }}
        >
          As in the photo
        </button>
        <button
          type="button"
          onClick={() => {
            set(new Float32Array(count));
          }}
        >
          Mean
        </button>
        <button
          type="button"
          onClick={() => {
            set(shape.value.map((value) => Math.max(-3, Math.min(3, 1.5 * value))));
          }}
        >
          Caricature
        </button>
      </p>
      <p class="hint">
        The first {shownCount} of {count} components, in standard deviations of people's heads.
      </p>
      <div class="sliders">
        {Array.from({ length: Math.min(shownCount, count) }, (_, k) => (
          <Slider
            key={k}
            label={`Component ${k + 1}`}
            min={-3}
            max={3}
            step={0.05}
            value={shape.value[k] ?? 0}
            onInput={(value) => {
              const next = shape.value.slice();
              next[k] = value;
              set(next);
            }}
          />
        ))}
      </div>
    </>
  );
}
