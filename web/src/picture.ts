// One picture of a payload: which of its sources is to be shown.

import type { Images } from "../payload";

export type Item = Images["items"][number];

/** Smaller ones are data, pixel by pixel. */
const SMALL = 128;

/** What a tile shows; a thumbnail, if there is one. */
export const small = (images: Images, item: Item) => images.sources[item.src];

/** The largest there is. */
export const large = (images: Images, item: Item) => images.sources[item.full ?? item.src];

/** Whether the picture itself was too large for the output, so that its thumbnail is all there is. */
export const onlyThumbnail = (item: Item) => item.thumb === true && item.full === undefined;

/** Puts a picture into an element. */
export function put(image: HTMLImageElement, item: Item, source: string, words: string) {
  if (image.getAttribute("src") !== source) image.src = source;
  image.width = item.w;
  image.height = item.h;
  image.alt = words;
  image.classList.toggle("mlb-pixels", item.w <= SMALL && item.h <= SMALL);
}

/** A picture that can be drawn from. */
export async function loaded(source: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}
