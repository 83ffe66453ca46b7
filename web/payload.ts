// What the engine hands to the page: one compact JSON, gzipped into the output. The Rust side is src/render/payload.rs.
// A number that JSON has no word for is its name: "NaN", "inf", "-inf". A missing value is null.

export type Num = number | "NaN" | "inf" | "-inf" | null;

export interface Payload {
  v: 1;
  /** When the data were read: milliseconds since 1970 UTC. */
  read_at: number;
  /** What a person would call it: the page's title. */
  title: string;
  /** One for each distinct folder and filter that the panel shows; most often one. `board` of a panel indexes it. */
  boards: Board[];
  panel: Panel;
  /** Where to ask for what is new; absent in pages that were saved for ever. */
  live?: Live;
}

/** The engine that drew it, on the machine of the notebook's kernel. */
export interface Live {
  port: number;
  /** Opens the engine's server; useless when that engine has ended. */
  token: string;
  /** Which engine: another one's answer is none. */
  session: string;
  /** Which view, and which version of it this payload is. */
  view: string;
  version: number;
  /** The folder beside the notebook in which the engine writes what it would answer, if a person asked for that. */
  relay?: string;
  /** Of pages that the engine serves itself: their own address. */
  base?: string;
}

/** The runs of one folder (narrowed by one filter) of one store. */
export interface Board {
  /** The same for every output of the same folder of the same store: outputs with one id follow one another, by run ids. */
  id: string;
  /** `DATABASE / FOLDER`, and the filter if there is one. */
  title: string;
  /** The filter's text, if there is one. */
  filter?: string;
  /** The runs, newest first, column by column; row r of every column is the same run. The first column is `id`. */
  columns: Column[];
  /** Rows in each column. */
  n: number;
  /** Runs that matched; more than n means that the rest was left out, and the page says so. */
  total: number;
  /** There are more runs than plots and pictures take by themselves: the engine adds others if it is asked. */
  more?: true;
  /** The key of the column that legends and captions say at first; null: the run's name. */
  legend: string | null;
  /** By column: its values in the whole folder (each once, or the ends of a scale), where these rows lack some. Colours go by them. */
  domains?: Record<string, Num[] | string[] | { low: number; high: number }>;
  /** The place of each row's run in the whole folder, the oldest 0; absent: the rows are the folder. A run's own colour goes by it. */
  places?: number[];
}

export interface Column {
  /** As a filter names it: `lr`, `last(Loss)`, `status`, `name`, `started`, `id`. Unique. */
  key: string;
  /** `number`: Num. `time`: ms since 1970 UTC. `text`: string (a parameter that is not a number anywhere). */
  kind: "number" | "text" | "time";
  /** `origin`: where the run came from. */
  group: "run" | "param" | "metric" | "origin";
  values: Num[] | (string | null)[];
  /** Whether the table shows it at first. `id` never is. */
  shown: boolean;
  /** Of a column that says the values of several: their keys, and each row's place among the sorted values. For legends alone. */
  parts?: { keys: string[]; order: number[] };
}

export type Panel = Group | Dashboard | Plot | Table | Images | Histograms | Thoughts | Scatter | Params | Insight | Importance | Diff | Coverage | Message;

/** Side by side, or one below the other. */
export interface Group { type: "row" | "stack"; children: Panel[] }

/** A stack with a legend chooser, headings that fold, and search among its plots. */
export interface Dashboard { type: "dashboard"; board: number; table: Table; plots: Plot[]; images: Images[]; histograms: Histograms[]; thoughts: Thoughts }

export interface Plot {
  type: "plot";
  /** Index of `boards`. */
  board: number;
  tag: string;
  /** plotly.js layout without colours (the page adds the theme's): axis types, and titles as plain text (the page escapes what plotly.js would read as markup). */
  layout: Record<string, unknown>;
  /** This plot's own legend column, if it was asked for; else the board's. */
  legend: string | null;
  x: "step" | "relative" | "wall" | "metric";
  /** The weight of the exponential moving average at first, 0 (none) to below 1. */
  smooth: number;
  /** A Gaussian of this width in units of x at first, instead of it. */
  gaussian?: number;
  series: Curve[];
  /** Whether high values are the good ones: what is ordered goes by it. */
  higher?: boolean;
  /** What the curves of groups say; absent: the mean. */
  centre?: string;
  /** What the band of each group says (`std dev`, `10% to 90%`); absent: there is none. */
  band?: string;
  /** The stretches of the axes that are in sight at first, in what they mean (wall: ms since 1970 UTC); absent: all. */
  zoom?: { x?: [number, number]; y?: [number, number] };
  /** What a person added in plotly's own terms: a layout laid over ours, traces after ours. */
  extra?: { layout?: Record<string, any>; traces?: Record<string, unknown>[] };
  /** Thoughts of its runs, to stand on their curves; in a dashboard those of its `thoughts` do. */
  thoughts?: { run: number; step: number | null; t: number; text: string }[];
  /** As many of the newest runs were asked for; absent: those that matter. */
  runs?: number;
  /** How many runs have the metric, where there are curves of fewer. */
  total?: number;
  /** "2,000 of 2.1M points", "100 of 340 runs", …: to be said on the picture. */
  notes: string[];
}

export interface Curve {
  /** Row of the board's columns. */
  run: number;
  /** Which process of the run, if several logged it side by side. */
  rank?: number;
  /** Steps, seconds, milliseconds (wall) or values of the other metric. Whole ones cross as differences: see src/wire.ts. */
  x: number[];
  /** The step of each point, where x is not the step. */
  step?: number[];
  /** When each point was logged (ms since 1970 UTC, to some thousandth of the curve's length), where x is no time. */
  wall?: number[];
  y: Num[];
  /** How many points there are, of which these are shown. */
  n: number;
  /** Of a curve that is the mean of several runs with one value of the plot's legend column; `run` is the first of them. */
  group?: CurveGroup;
}

export interface CurveGroup {
  /** Rows of the board's columns. */
  runs: number[];
  /** The ends of the band at each x; empty without one. */
  lower: Num[];
  upper: Num[];
  /** How many of the runs count at each x. */
  n: number[];
}

/** `columns`: the keys to show, in this order (all of them are among the board's columns); null: those that are `shown`. */
export interface Table {
  type: "table";
  board: number;
  columns: string[] | null;
  sort: { column: string; descending: boolean }[];
  /** Small curves of a table that stands alone: of a few metrics and of the newest runs, some 30 points each. Beside plots it takes theirs. */
  sparks?: { tag: string; curves: { run: number; y: Num[] }[] }[];
}

export interface Images {
  type: "images";
  /** Index of `boards`. */
  board: number;
  tag: string;
  legend: string | null;
  /** Ascending; every step at which any run has an image. */
  steps: number[];
  /**
   * `w` and `h`: of the picture as it was logged. `src` indexes `sources` (data: URIs), so that the same picture is carried once; it is
   * a thumbnail if `thumb` says so, and `full` then is the picture itself, if there was room for it.
   */
  items: { run: number; step: number; t: number; w: number; h: number; src: number; thumb?: true; full?: number }[];
  sources: string[];
  notes: string[];
}

export interface Histograms {
  type: "histogram";
  /** Index of `boards`. */
  board: number;
  tag: string;
  legend: string | null;
  steps: number[];
  items: { run: number; step: number; n: number; nan: number; min: number; max: number; mean: number; edges: number[]; counts: number[] }[];
  notes: string[];
}

export interface Thoughts {
  type: "thoughts";
  /** Index of `boards`. */
  board: number;
  /** In order of time. `run` is a row of the columns, or null for a run of another folder or one left out. */
  items: { run: number | null; name: string; folder: string; step: number | null; t: number; text: string }[];
  notes: string[];
}

/** A column of the board as an axis: numbers by size (or logarithm), times by the clock, text as categories. */
export interface ColumnAxis { key: string; log: boolean }

/** A dot for each run. */
export interface Scatter { type: "scatter"; board: number; x: ColumnAxis; y: ColumnAxis; legend: string | null; notes: string[] }

/** Parallel coordinates: a line for each run. `colour`: the column whose numbers colour the lines along a scale; null: the legend does. */
export interface Params { type: "params"; board: number; axes: ColumnAxis[]; legend: string | null; colour: string | null; notes: string[] }

/** One below the other, what one call on a board made: `.time_to("Accuracy >= 0.9")`. */
export interface Insight { type: "insight"; board: number; method: string; argument: string; children: Panel[] }

/** What parameters say of a result, the most important first. `key`: a column. `importance`: a share of the variance; `correlation`: from -1 to 1. */
export interface Importance {
  type: "importance";
  board: number;
  of: string;
  items: { key: string; importance: number; spread: number; correlation: number | null; n: number }[];
  notes: string[];
}

/** Columns that are not the same in all rows. */
export interface Diff { type: "diff"; board: number; sections: { title: string; keys: string[] }[]; notes: string[] }

/** The grid of the values of some columns. `values`: those of each column, in order. `cells`: the rows of each combination, the last column's values fastest. */
export interface Coverage { type: "coverage"; board: number; keys: string[]; values: string[][]; cells: number[][]; notes: string[] }

/** Something to read instead of a picture: an empty state, an unknown name with a suggestion. */
export interface Message { type: "message"; level: "info" | "error"; text: string }
