// Smoothing, as TensorBoard does it.

/**
 * The debiased exponential moving average: the first values are not pulled to zero. What is not finite stays as it is and does not
 * touch its neighbours. `weight` is 0 (none) to below 1.
 */
export function smooth(values: (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return values;
  const w = Math.min(weight, 0.999);
  let average = 0;
  let bias = 1;
  return values.map(value => {
    if (value === null || !Number.isFinite(value)) return value;
    average = average * w + (1 - w) * value;
    bias *= w;
    return average / (1 - bias);
  });
}
