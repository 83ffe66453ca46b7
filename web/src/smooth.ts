// Smoothing. The engine has the same in src/query/smooth.rs.

type Values = (number | null)[];

/** By an average of this weight, 0 (none) to below 1; or by a Gaussian of this width in units of x. */
export interface Smoothing { weight: number; sigma?: number }

export const smooths = ({ weight, sigma }: Smoothing) => weight > 0 || sigma !== undefined;

export function smoothed(x: number[], values: Values, { weight, sigma }: Smoothing): Values {
  return sigma === undefined ? smooth(values, weight) : gaussian(x, values, sigma);
}

/**
 * The debiased exponential moving average: the first values are not pulled to zero. What is not finite stays as it is and does not
 * touch its neighbours; a curve that is the same everywhere is left alone. `weight` is 0 (none) to below 1. As TensorBoard has it:
 * `resmoothDataset` of vz_line_chart2/line-chart.ts, later `classicSmoothing`.
 */
export function smooth(values: Values, weight: number): Values {
  if (weight <= 0 || values.every(value => value === values[0])) return values;
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

/** Beyond so many sigmas a weight is nothing beside 1. */
const FAR = 8;

/** The mean with Gaussian weights of this width in units of x (Nadaraya, 1964; Watson, 1964). What is not finite stays and leaves no trace. */
export function gaussian(x: number[], values: Values, sigma: number): Values {
  const usable = x.flatMap((at, i) => (Number.isFinite(at) && values[i] !== null && Number.isFinite(values[i]) ? [[at, values[i]!]] : []));
  return values.map((value, i) => {
    if (value === null || !Number.isFinite(value) || !Number.isFinite(x[i])) return value;
    let sum = 0, weights = 0;
    for (const [at, y] of usable) {
      const away = (at - x[i]) / sigma;
      if (Math.abs(away) > FAR) continue;
      const weight = Math.exp((-away * away) / 2);
      sum += weight * y;
      weights += weight;
    }
    return sum / weights;
  });
}
