import { useSignal } from '@preact/signals';
import { expression, head, model } from '../state.js';
import { Slider } from './slider.js';

/** `mouthSmileLeft` as people read it. */
const readable = (name: string): string => {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** A slider for each expression. */
export function ExpressionPanel() {
  const wanted = useSignal('');
  const names = model.value?.expressionNames ?? [];
  const { lower, upper } = model.value!;
  const set = (k: number, value: number): void => {
    const next = expression.value.slice();
    next[k] = value;
    expression.value = next;
  };
  const shown = names
    .map((name, k) => ({ k, title: readable(name) }))
    .filter(({ title }) => title.toLowerCase().includes(wanted.value.toLowerCase()));
  return (
    <>
      <p class="row">
        <input
          type="search"
          placeholder="Find"
          aria-label="Find an expression"
          value={wanted.value}
          onInput={({ currentTarget }) => {
            wanted.value = currentTarget.value;
          }}
        />
        <button
          type="button"
          onClick={() => {
            expression.value = head.value!.expression;
          }}
        >
          As in the photo
        </button>
        <button
          type="button"
          onClick={() => {
            expression.value = new Float32Array(names.length);
          }}
        >
          Neutral
        </button>
      </p>
      <div class="sliders">
        {shown.map(({ k, title }) => (
          <Slider
            key={k}
            label={title}
            min={Math.min(0, lower[k]!)}
            max={Math.max(1, upper[k]!)}
            value={expression.value[k] ?? 0}
            onInput={(value) => {
              set(k, value);
            }}
          />
        ))}
        {shown.length === 0 && <p class="hint">No expression has this name.</p>}
      </div>
    </>
  );
}
