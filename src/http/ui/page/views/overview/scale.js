// The arithmetic of a line chart.

/** The least of 1, 2, 5, 10, 20, ... times a power of ten that is not below `value`. */
export function roundUp(value, least = 1) {
  if (!(value > least)) return least;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9));
}

/**
 * The `d` of a line through values at equal distances; null interrupts it, and a value between two gaps is a dot.
 * @param {(number | null)[]} values
 * @param {number} max the value at the upper edge
 * @param {{left: number, top: number, width: number, height: number}} plot
 */
export function linePath(values, max, { left, top, width, height }) {
  const place = (value) => Number(value.toFixed(1));
  const gap = (index) => (values[index] ?? null) === null;
  return values
    .map((value, index) => {
      if (value === null) return "";
      const x = place(left + (index * width) / (values.length - 1));
      const y = place(top + height * (1 - Math.min(value, max) / max));
      return `${gap(index - 1) ? "M" : "L"}${x} ${y}${gap(index - 1) && gap(index + 1) ? "h0" : ""}`;
    })
    .join("");
}
