/** Whether a frame that enters the wire is lost. */

import { drawChance } from '../../src/base/random.ts';
import type { LossSettings } from '../schema/link-settings.ts';
import { linkNumber } from './link-slab.ts';
import { chanceOf, count, enteredFrames, type LinkDirection } from './link-state.ts';

type GilbertElliott = Extract<LossSettings, { model: 'gilbert-elliott' }>;

/** Called once for each frame: Gilbert-Elliott steps with every one of them, lost or not. */
export function drawLoss(link: LinkDirection): boolean {
  const { loss } = link.settings;
  count(link, linkNumber.enteredFrames, 1);
  switch (loss.model) {
    case 'none':
      return false;
    case 'independent':
      return drawChance(chanceOf(link, 'loss'), loss.ratio);
    case 'gilbert-elliott':
      return drawGilbertElliott(link, loss);
    case 'list':
      return link.listedLosses?.has(enteredFrames(link)) === true;
  }
}

/** The state that a frame finds decides its loss; then the state may change for the next frame. */
function drawGilbertElliott(link: LinkDirection, loss: GilbertElliott): boolean {
  const random = chanceOf(link, 'loss');
  const lost = drawChance(random, link.inBad ? loss.lossInBadRatio : loss.lossInGoodRatio);
  if (drawChance(random, link.inBad ? loss.badToGoodRatio : loss.goodToBadRatio)) {
    link.inBad = !link.inBad;
  }
  return lost;
}
