/** A labelled slider with its value. */
export function Slider({
  label,
  value,
  min,
  max,
  step = 0.01,
  format = (shown) => shown.toFixed(2),
  onInput,
}: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly format?: (value: number) => string;
  readonly onInput: (value: number) => void;
}) {
  return (
    <label class="slider">
      <span>{label}</span>
      <output>{format(value)}</output>
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-label={label}
        onInput={({ currentTarget }) => {
          onInput(currentTarget.valueAsNumber);
        }}
      />
    </label>
  );
}
